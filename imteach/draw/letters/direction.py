"""Text from right to left within a picture that reads from left to right.

A stretch of Hebrew or Arabic is put between two of Unicode's isolates, which are invisible. So it keeps its own order,
its punctuation stays at its own end, and nothing beside it moves. Isolates work in SVG, in Mermaid and in terminals
alike. Text without a letter from right to left does not get any. What a learner typed cannot close an isolate, because
`plain` removes such marks.
"""

import re

BEGIN, END = "\u2068", "\u2069"  # FIRST STRONG ISOLATE, POP DIRECTIONAL ISOLATE

# The blocks that Unicode keeps for scripts from right to left, also for those to come; without the digits in them.
_LETTER = "\u0590-\u065f\u066a-\u06ef\u06fa-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_HAS_ONE = re.compile(f"[{_LETTER}]")
_OTHER = re.compile(rf"[^\W\d_{_LETTER}]")  # a letter that goes from left to right

# In words of ours: what somebody is quoted with, or a name, or several words of a kind with what is between them.
_WORD = rf"[{_LETTER}][\w{_LETTER}]*"
_STRETCH = re.compile(rf"(?<=“)[^“”]*[{_LETTER}][^“”]*(?=”)|{_WORD}(?:[\W\d]+{_WORD})*")


def isolated(text: str) -> str:
    r"""Return what a person typed, isolated if it has letters from right to left.

    >>> isolated("hello"), ascii(isolated("שלום!"))
    ('hello', "'\\u2068\\u05e9\\u05dc\\u05d5\\u05dd!\\u2069'")
    """
    return f"{BEGIN}{text}{END}" if not text.isascii() and _HAS_ONE.search(text) else text


def with_isolates(words: str) -> str:
    """Return words of ours, with each name or quotation that goes from right to left isolated.

    Words with no other letters are isolated as a whole; words that have isolates already stay as they are.

    >>> with_isolates("stores m1 for bob"), with_isolates("stores m1 for דנה").count(BEGIN)
    ('stores m1 for bob', 1)
    """
    if words.isascii() or BEGIN in words or not _HAS_ONE.search(words):
        return words
    if not _OTHER.search(words):
        return isolated(words)
    return _STRETCH.sub(lambda found: f"{BEGIN}{found[0]}{END}", words)
