"""How wide text is, without asking a font: the picture must be the same on every machine.

The widths of ASCII are those of DejaVu Sans, one of the widest of the common sans-serif fonts, so text drawn in another
one takes less room than is kept for it. For all other letters `widths.py` has the width in the widest of several fonts.

What readers see as one sign may be several characters: a letter and its marks, a family of emoji, a flag, consonants
that grow together. Such a sign is measured as one, and never cut in two. Libraries can find such signs (wcwidth,
regex), but each release has another version of Unicode and so would give another picture. Here the rule is one regular
expression, and its sets are kept with the widths.
"""

import re
from bisect import bisect
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import accumulate

from imteach.draw.letters import widths as letters

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


_OTHER = 110  # hundredths of the font size: a letter of a script that no table has; generous
_EMOJI = 140  # however many characters one is of


class _Widths(dict[str, int]):
    """How wide each letter is, in hundredths of the font size; those outside ASCII are looked up on first use."""

    def __init__(self, widths: str, face: int) -> None:
        super().__init__((chr(code), int(width)) for code, width in enumerate(widths.split(), start=32))
        self.face = face

    def __missing__(self, char: str) -> int:
        width = self[char] = _looked_up(ord(char), self.face)
        return width


def _looked_up(code: int, face: int) -> int:
    rows = _rows()
    row = rows[bisect(rows, code, key=lambda row: row[0]) - 1]
    first, last, *faces = row
    if not first <= code <= last:
        return _EMOJI if code >= 0x1F000 else _OTHER
    widths: bytes = faces[face]
    return widths[code - first] if len(widths) > 1 else widths[0]


@cache
def _rows() -> list[tuple[int, int, bytes, bytes]]:
    """The parsed table of widths: first and last letter of a row, their one width or the width of each, and in bold."""
    rows = []
    for line in letters.WIDTHS.split("\n")[1:-1]:
        codes, regular, bold = line.split()
        first, _, last = codes.partition("-")
        start = int(first, 16)
        end = int(last, 16) if last else start + len(regular) // 2 - 1
        rows.append((start, end, bytes.fromhex(regular), bytes.fromhex(bold)))
    return rows


_WIDTHS = {False: _Widths(_REGULAR, 0), True: _Widths(_BOLD, 1)}


@lru_cache(maxsize=4096)  # the same few words are measured again and again
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Return how wide `text` is at most, in pixels, at this font size.

    >>> round(text_width("msg:R", 11.5, bold=True), 1)
    40.6
    >>> text_width("привет", 100), text_width("👨‍👩‍👧", 100) == text_width("👋", 100)
    (381.0, True)
    """
    return size * _hundredths(text, bold) / 100


def _hundredths(text: str, bold: bool) -> int:
    """The width in hundredths, as an int: Python 3.12 and later round a sum of floats differently than 3.11."""
    widths = _WIDTHS[bold]
    total = sum(map(widths.__getitem__, text))
    if text.isascii():
        return total
    for picture in _PICTURE.finditer(text.translate(_KINDS)):
        total += _EMOJI - sum(map(widths.__getitem__, text[picture.start() : picture.end()]))
    for letter in _JOINED.findall(text):
        total -= widths[letter] - _joined().get(letter, (widths[letter],) * 2)[bold]
    return total


# An Arabic letter, if one follows that it may run into: neither of the two that stand alone (hamza), nor a full stop.
_JOINED = re.compile(
    "[\u0620-\u077f](?=[\u064b-\u065f\u0670\u06d6-\u06ed]*"
    "[\u0622-\u064a\u066e\u066f\u0671-\u0673\u0675-\u06d3\u06d5\u06fa-\u06fc\u0750-\u077f])"
)


@cache
def _joined() -> dict[str, tuple[int, int]]:
    """How wide a letter is that joins the next one, and in bold; letters that never join are not among them."""
    told = (each.partition(":")[::2] for each in letters.JOINED.split())
    return {chr(int(code, 16)): (int(widths[:2], 16), int(widths[2:], 16)) for code, widths in told}


def fit(text: str, size: float, room: float) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `room` pixels, between two signs.

    >>> fit("a long message to bob", 12, 60), fit("नमस्ते दुनिया", 12, 40)
    ('a long …', 'नम…')
    """
    if text_width(text, size) <= room:
        return text
    room -= text_width("…", size)
    ends = list(accumulate(map(len, signs(text))))
    kept = bisect(ends, room, key=lambda end: size * _hundredths(text[:end], bold=False) / 100)
    return f"{text[: ends[kept - 1]] if kept else ''}…"


def signs(text: str) -> Sequence[str]:
    """Split `text` into what a reader sees as one sign: a letter with its marks, a flag, a family of emoji.

    >>> signs("a👍🏽"), [len(sign) for sign in signs("नमस्ते")]
    (['a', '👍🏽'], [1, 1, 4])
    """
    if text.isascii():
        return text
    return [text[sign.start() : sign.end()] for sign in _SIGN.finditer(text.translate(_KINDS))]


@lru_cache(maxsize=4096)
def columns(text: str) -> int:
    """Return how many columns `text` takes in a terminal: none for marks, two for CJK and emoji, one for the rest.

    >>> columns("hello"), columns("你好"), columns("👍🏽"), columns("שָׁלוֹם")
    (5, 4, 2, 4)
    """
    return len(text) if text.isascii() else sum(map(_columns, signs(text)))


@lru_cache(maxsize=4096)
def _columns(sign: str) -> int:
    """One sign's columns: as terminals count, two where a part of it takes room beside the first."""
    if sign.isascii():
        return len(sign)
    kinds = sign.translate(_KINDS)
    if _PICTURE.match(kinds) or _SPACED.match(kinds):
        return 2
    return 0 if kinds[0] in "ekmszu" else 2 if _is_among(letters.WIDE, ord(sign[0])) else 1


class _Kinds(dict[int, str]):
    """The kind of each character, as one letter. Written in kinds, the rule for signs is short."""

    def __missing__(self, code: int) -> str:
        kind = self[code] = next((kind for kind, those in _KIND.items() if _is_among(those, code)), "o")
        if kind == "o" and chr(code).isalpha():
            kind = self[code] = "c"
        return kind


_KIND = {
    "z": "200d",  # ties two emoji into one
    "e": "20e3 fe0f e0020-e007f",  # makes an emoji of what stands before it
    "t": "1f3fb-1f3ff",  # the same: the tone of a skin
    "f": "1f1e6-1f1ff",  # half a flag
    "j": "1100-115f a960-a97c",  # what a syllable of Hangul begins with
    "h": "ac00-d7a3",  # such a syllable
    "d": "23 2a 30-39",  # what can stand on a key
    "k": letters.LINKERS,
    "m": letters.MARKS,
    "s": letters.SPACING,
    "b": letters.BEFORE,
    "p": letters.PICTURES,
    "u": letters.UNSEEN,
}  # and c: a consonant or any other letter; o: anything else
_KINDS = _Kinds()

# The rule of Unicode (UAX #29) in these kinds. Where it asks what stood before, this takes one sign for granted.
_SIGN = re.compile("b*(?:ff|j+h?|(?=k)|.)(?:zp|k[ekmstz]*c|[ekmstz])*")
_PICTURE = re.compile("ff|p(?:e|t|zp)+|de+")
_SPACED = re.compile(".[ekmtz]*(?:s|k[ekmstz]*c)")


@cache
def _bounds(ranges: str) -> list[int]:
    """The bounds of these sorted ranges, in turns: where one begins, and the first code after it."""
    pairs = (told.partition("-")[::2] for told in ranges.split())
    return [bound for first, last in pairs for bound in (int(first, 16), int(last or first, 16) + 1)]


def _is_among(ranges: str, code: int) -> bool:
    """Whether a letter is in one of these ranges.

    >>> _is_among("300-36f 483", 0x36F), _is_among("300-36f 483", 0x370), _is_among("300-36f 483", 0x483)
    (True, False, True)
    """
    return bisect(_bounds(ranges), code) % 2 == 1
