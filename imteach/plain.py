"""Text that people typed, made fit to be shown on one line: in a picture, in a terminal, in a sentence."""

# What must never reach a picture: control characters, line and direction marks, surrogates, non-characters.
_CONTROLS = (*range(32), *range(127, 160))
_MARKS = (0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
_HALVES = (*range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_UNSEEN = dict.fromkeys((*_CONTROLS, *_MARKS, *_HALVES), " ")


def plain(text: str) -> str:
    r"""Return `text` fit for one line of a picture: what cannot be seen becomes a space.

    >>> plain("two\nlines"), plain("\x1b[31mred")
    ('two lines', ' [31mred')
    """
    return text if text.isprintable() else text.translate(_UNSEEN)  # what is printable can be seen
