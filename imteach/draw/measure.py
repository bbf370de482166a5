"""How wide text is, without asking a font: the picture must be the same on every machine.

The widths are those of DejaVu Sans, one of the widest of the common sans-serif fonts, so text drawn in another one
takes less room than is kept for it.
"""

from functools import lru_cache

_REGULAR = (
    "32 40 46 84 64 95 78 27 39 39 50 84 32 36 32 34 64 64 64 64 64 64 64 64 64 64 34 34 84 84 84 53 100 68 69 70 "
    "77 63 58 77 75 29 29 66 56 86 75 79 60 79 69 63 61 73 68 99 69 61 69 39 34 39 84 50 50 61 63 55 63 62 35 63 "
    "63 28 28 58 28 97 63 61 63 63 41 52 39 63 59 82 59 59 52 64 34 64 84"
)
_BOLD = (
    "35 46 52 84 70 100 87 31 46 46 52 84 38 42 38 37 70 70 70 70 70 70 70 70 70 70 40 40 84 84 84 58 100 77 76 "
    "73 83 68 68 82 84 37 37 77 64 100 84 85 73 85 77 72 68 81 77 110 77 72 73 46 37 46 84 50 50 67 72 59 72 68 "
    "44 72 71 34 34 67 34 104 71 69 72 72 49 60 48 71 65 92 65 65 58 71 37 71 84"
)


_OTHER = 110  # hundredths of the font size: any letter outside ASCII; generous, so that Cyrillic, Greek and CJK fit
_WIDE = 140  # emoji


class _Widths(dict[str, int]):
    """How wide each letter is, in hundredths of the font size."""

    def __missing__(self, char: str) -> int:
        return _WIDE if char >= "\U0001f000" else _OTHER


def _table(widths: str) -> _Widths:
    return _Widths((chr(code), int(width)) for code, width in enumerate(widths.split(), start=32))


_WIDTHS = {False: _table(_REGULAR), True: _table(_BOLD)}


@lru_cache(maxsize=4096)  # the same few words are measured again and again
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide `text` is at most, in pixels, at this font size.

    >>> round(text_width("msg:R", 11.5, bold=True), 1)
    40.6
    """
    # whole numbers are added up, for Python 3.12 and later round a sum of broken ones otherwise than 3.11
    return size * sum(map(_WIDTHS[bold].__getitem__, text)) / 100


def fit(text: str, size: float, room: float) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `room` pixels.

    >>> fit("a long message to bob", 12, 60)
    'a long …'
    """
    if text_width(text, size) <= room:
        return text
    room -= text_width("…", size)
    kept, width = 0, 0.0
    for char in text:
        width += text_width(char, size)
        if width > room:
            break
        kept += 1
    return text[:kept] + "…"


def columns(text: str) -> int:
    """Return how many columns `text` takes in a terminal: two for CJK and emoji, one for the rest.

    >>> columns("hello"), columns("你好")
    (5, 4)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=4096)
def _columns(char: str) -> int:
    return 2 if "\u1100" <= char <= "\u115f" or "\u2e80" <= char <= "\uffdc" or char >= "\U0001f000" else 1
