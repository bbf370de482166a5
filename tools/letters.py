"""Make `imteach/draw/letters/widths.py`: how wide letters are in the common free fonts, and which signs are one.

    python tools/letters.py FOLDER…

Run by hand, where a script is added or a font becomes common; the extra `test` brings what it needs (fontTools,
wcwidth). It looks for the fonts of `FONTS` in the folders and below them; on Debian apt has them, and the first word
of each group names the package. The same fonts give the same bytes. Then look at the pictures: `pytest tests/draw`.

Widths: of each letter the widest that any of these fonts draws, in whatever place of its word (Arabic letters have up
to four forms), and for Arabic the widest that runs into the next letter, which is much less. What Unicode says of
letters is taken from wcwidth, whose tables are newer than those of the Python that runs this.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import ceil
from pathlib import Path

from fontTools.ttLib import TTFont
from wcwidth import table_grapheme as unicode_says
from wcwidth.table_mc import CATEGORY_MC
from wcwidth.table_wide import WIDE_EASTASIAN

ROOT = Path(__file__).parents[1]
TABLE = ROOT / "imteach" / "draw" / "letters" / "widths.py"

# By Debian package: the fonts, each with the name of its bold face where it has one.
# Not among them: what is as wide as CJK in Cyrillic (Nanum, Uming), writing as by hand (Nastaliq), and fixed widths.
NOTO = {
    "Sans": "Symbols Arabic Armenian Bengali CanadianAboriginal Cherokee Devanagari Ethiopic Georgian Gujarati "
    "Gurmukhi Hebrew Kannada Khmer Lao Malayalam Myanmar Oriya Sinhala Tamil Telugu Thaana Thai",
    "Serif": "Armenian Bengali Devanagari Ethiopic Georgian Gujarati Gurmukhi Hebrew Kannada Khmer Lao Malayalam "
    "Myanmar Sinhala Tamil Telugu Thai Tibetan",
    "Looped": "Lao Thai",
    "Kufi": "Arabic",
    "Naskh": "Arabic",
}
FONTS: dict[str, list[tuple[str, str]]] = {
    "fonts-dejavu-core": [("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")],
    "fonts-freefont-ttf": [("FreeSans.ttf", "FreeSansBold.ttf"), ("FreeSerif.ttf", "FreeSerifBold.ttf")],
    "fonts-liberation": [("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf")],
    "fonts-lohit": [(f"Lohit-{script}.ttf", "") for script in ("Bengali", "Devanagari", "Tamil")],
    "fonts-noto-cjk": [(f"Noto{kind}CJK-Regular.ttc", f"Noto{kind}CJK-Bold.ttc") for kind in ("Sans", "Serif")],
    "fonts-noto-core": [
        *((f"Noto{kind}-Regular.ttf", f"Noto{kind}-Bold.ttf") for kind in ("Sans", "Serif")),
        *(
            (f"Noto{kind}{script}-Regular.ttf", f"Noto{kind}{script}-Bold.ttf")
            for kind, scripts in NOTO.items()
            for script in scripts.split()
        ),
        *((f"NotoSans{kind}-Regular.ttf", "") for kind in ("Math", "Symbols2", "Tifinagh")),
    ],
    "fonts-thai-tlwg": [(f"{name}.ttf", f"{name}-Bold.ttf") for name in ("Garuda", "Loma", "Waree")],
}
CJK = 0x2E80  # only from here on are the fonts for CJK asked: below, they draw “…” and Cyrillic as wide as a sign

# The scripts that people type today, and what stands between words. ASCII is in `imteach/draw/letters/measure.py`.
SCRIPTS = [
    (0xA0, 0x6FF),  # Latin, marks, Greek, Cyrillic, Armenian, Hebrew, Arabic
    (0x750, 0x7BF),  # more Arabic, Thaana
    (0x900, 0xFFF),  # Devanagari and its relatives, Sinhala, Thai, Lao, Tibetan
    (0x1000, 0x13FF),  # Myanmar, Georgian, Hangul's letters, Ethiopic, Cherokee
    (0x1400, 0x167F),  # what is written in Canada
    (0x1780, 0x17FF),  # Khmer
    (0x1C80, 0x1CBF),  # more Cyrillic and Georgian
    (0x1E00, 0x1FFF),  # more Latin and Greek
    (0x2000, 0x2BFF),  # punctuation, arrows, signs
    (0x2C60, 0x2C7F),  # more Latin
    (0x2D00, 0x2DFF),  # more Georgian, Tifinagh, Ethiopic, Cyrillic
    (0x2E80, 0x9FFF),  # CJK
    (0xA4D0, 0xA4FF),  # Lisu
    (0xA640, 0xA69F),  # more Cyrillic
    (0xA720, 0xA7FF),  # more Latin
    (0xA8E0, 0xA8FF),  # more Devanagari
    (0xAC00, 0xD7FF),  # Hangul
    (0xF900, 0xFB4F),  # CJK once more, letters that are drawn as one, Hebrew with its points
    (0xFDF0, 0xFE6F),  # Arabic words that are one letter, marks, forms for CJK
    (0xFEF5, 0xFFFD),  # lam-alef, and forms of other widths
    (0x20000, 0x3134F),  # seldom CJK
]
ARABIC = (0x620, 0x77F)  # the letters that people type, among which each joins the next or does not
PICTURE = 140  # an emoji: 125 in Noto Color Emoji, and in the emoji of Windows 137
IDEOGRAPH = 100  # CJK, also where these fonts have not all of it
MOST = 255  # what two hexadecimal digits can say
A_ROW = 24  # letters, in a line of the table

Ranges = Iterable[tuple[int, int]]
Faces = tuple[dict[int, int], dict[int, int]]  # widths by letter: regular, bold


def main(folders: list[str]) -> int:
    """Read the fonts and write the table."""
    files = {path.name: path for folder in folders for path in sorted(Path(folder).rglob("*.tt[fc]"))}
    wanted = [(package, name) for package, pairs in FONTS.items() for pair in pairs for name in pair if name]
    missing = [f"{name} of {package}" for package, name in wanted if name not in files]
    if not folders or missing:
        print(f"no {', no '.join(missing)}\n{__doc__}", file=sys.stderr)
        return 2
    faces: Faces = ({}, {})
    inner: Faces = ({}, {})
    read = []
    for package, pairs in FONTS.items():
        for pair in pairs:
            own, joined = {}, {}
            for face, name in enumerate(pair):
                if name:
                    font = TTFont(files[name], fontNumber=0)
                    widths = letters(font, ANYWHERE)
                    own |= widths  # what the bold face has not is drawn from the other
                    joined |= widths | letters(font, BEFORE_ANOTHER)
                    read.append((package, font))
                keep(faces[face], {code: width for code, width in own.items() if "cjk" not in package or code >= CJK})
                keep(inner[face], joined)
    TABLE.write_text(module(faces, inner, sources(read)), "utf-8")
    return 0


def keep(widest: dict[int, int], widths: dict[int, int]) -> None:
    """Keep of each letter the greater width."""
    widest.update((code, max(width, widest.get(code, 0))) for code, width in widths.items())


def letters(font: TTFont, places: set[str]) -> dict[int, int]:
    """Return the letters that have forms for these places in a word and how wide the widest is, in hundredths."""
    advances, size = font["hmtx"].metrics, font["head"].unitsPerEm
    forms = {(glyph, place): form for place, glyph, form in substituted(font)}
    found = {}
    for code, glyph in font.getBestCmap().items():
        shapes = [forms[glyph, place] for place in places if (glyph, place) in forms]
        if "isol" in places:
            shapes.append(glyph)
        if shapes:
            found[code] = ceil(100 * max(advances[shape][0] for shape in shapes) / size)
    return found


ANYWHERE = {"init", "medi", "fina", "isol"}
BEFORE_ANOTHER = {"init", "medi"}


def substituted(font: TTFont) -> Iterator[tuple[str, str, str]]:
    """Yield what a letter becomes at the beginning, in the middle and at the end of a word: place, glyph, glyph."""
    table = font["GSUB"].table if "GSUB" in font else None
    if table is None or table.FeatureList is None:
        return
    features = [record for record in table.FeatureList.FeatureRecord if record.FeatureTag in ANYWHERE]
    for place, number in sorted({(each.FeatureTag, n) for each in features for n in each.Feature.LookupListIndex}):
        for subtable in table.LookupList.Lookup[number].SubTable:
            mapping = getattr(getattr(subtable, "ExtSubTable", subtable), "mapping", {})
            yield from ((place, glyph, form) for glyph, form in sorted(mapping.items()) if isinstance(form, str))


# What Unicode says


def codes(*tables: Ranges) -> set[int]:
    """All letters of some tables."""
    return {code for table in tables for first, last in table for code in range(first, last + 1)}


def newest(tables: dict[str, Ranges]) -> Ranges:
    """The only, or the newest, of wcwidth's tables."""
    return list(tables.values())[-1]


SPACED = codes(newest(CATEGORY_MC))
JOINING = codes(
    unicode_says.GRAPHEME_EXTEND,
    unicode_says.GRAPHEME_ZWJ,
    unicode_says.GRAPHEME_SPACINGMARK,
    unicode_says.GRAPHEME_V,
    unicode_says.GRAPHEME_T,
)
SPACING = JOINING & (SPACED | codes(unicode_says.GRAPHEME_SPACINGMARK))
MARKS = JOINING - SPACING
UNSEEN = codes(unicode_says.GRAPHEME_CONTROL) - {0xAD} - set(range(0xA0))
WIDE = codes(newest(WIDE_EASTASIAN))
PICTURES = {code for code in WIDE if 0x2300 <= code < CJK or code >= 0x1F000} - codes([(0x20000, 0x3FFFF)])

SETS = {
    "MARKS": (MARKS, "What is drawn onto the letter before it, and takes no room of its own."),
    "SPACING": (SPACING, "What belongs to the letter before it, and takes room."),
    "BEFORE": (codes(unicode_says.GRAPHEME_PREPEND), "What belongs to the letter behind it."),
    "LINKERS": (codes(unicode_says.INCB_LINKER), "What ties two consonants into one sign."),
    "PICTURES": (codes(unicode_says.EXTENDED_PICTOGRAPHIC), "Emoji, and signs that can be drawn as one."),
    "UNSEEN": (UNSEEN, "What says something about letters, and is not seen."),
    "WIDE": (WIDE, "What takes two columns of a terminal."),
}


# The module


def module(faces: Faces, inner: Faces, read: list[str]) -> str:
    """The whole module as text."""
    arabic = [code for code in sorted(inner[0]) if ARABIC[0] <= code <= ARABIC[1]]
    joined = [code for code in arabic if inner[0][code] < faces[0][code] and inner[1][code] < faces[1][code]]
    told = wrapped(f"{code:x}:{inner[0][code]:02x}{inner[1][code]:02x}" for code in joined)
    rows = "\n".join(table(faces))
    sets = "".join(
        f'{name} = """\n{wrapped(ranges(those))}\n"""\n"""{why}"""\n\n' for name, (those, why) in SETS.items()
    )
    return f'''"""How wide letters outside ASCII are, and which signs are one: made by `tools/letters.py`, not by hand.

Widths are in hundredths of the font size. For each letter the widest of these fonts counts:

{chr(10).join(read)}

Sets are ranges of Unicode {unicode_version()}; all numbers are hexadecimal.
"""

{sets}WIDTHS = """
{rows}
"""
"""Row by row: the first letter, the widths of it and of those behind it, and the same in bold.

Where a row says from which letter to which, all of them are equally wide.
"""

JOINED = """
{told}
"""
"""The width of an Arabic letter that runs into the next one, and the same in bold."""
'''


def unicode_version() -> str:
    """The version of Unicode from which the sets are."""
    return unicode_says.__doc__.partition("Unicode version ")[2].partition(".0")[0]


def sources(read: list[tuple[str, TTFont]]) -> list[str]:
    """Which fonts were read, by package: names, versions and licences."""
    told = []
    for package, group in groupby(read, key=lambda each: each[0]):
        fonts = [font for _, font in group]
        names = sorted({re.sub(" (Bold|Regular)$", "", str(font["name"].getDebugName(1))) for font in fonts})
        versions = sorted({re.search(r"[0-9][0-9.]*", str(font["name"].getDebugName(5)))[0] for font in fonts})
        licences = sorted({licence(font) for font in fonts})
        line = f"- {package}: {', '.join(names)} ({', '.join(versions)}; {', '.join(licences)})"
        told += wrapped(line.split()).splitlines()
    return told


def licence(font: TTFont) -> str:
    """The licence of a font in a word or two."""
    said = f"{font['name'].getDebugName(13)} {font['name'].getDebugName(0)} {font['name'].getDebugName(14)}"
    known = {
        "Open Font License": "OFL 1.1",
        "OFL": "OFL 1.1",
        "Bitstream": "Bitstream Vera",
        "Liberation Fonts license": "GPL 2 with an exception for fonts",
        "GNU": "GPL",
        "GPL": "GPL",
    }
    return next(name for words, name in known.items() if words in said)


def ranges(those: set[int]) -> list[str]:
    """Return letters as ranges.

    >>> ranges({0x300, 0x301, 0x302, 0x345})
    ['300-302', '345']
    """
    told = []
    for _, run in groupby(enumerate(sorted(those)), key=lambda pair: pair[1] - pair[0]):
        first, *rest = [code for _, code in run]
        told.append(f"{first:x}-{rest[-1]:x}" if rest else f"{first:x}")
    return told


def wrapped(words: Iterable[str]) -> str:
    """Return words as lines of at most 120 characters."""
    lines = [""]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > 120:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".lstrip()
    return "\n".join(lines)


def table(faces: Faces) -> Iterator[str]:
    """Yield the rows of the table."""
    ruled = {code: IDEOGRAPH for code in WIDE if code >= CJK} | dict.fromkeys(PICTURES, PICTURE)
    ruled = dict.fromkeys(MARKS | UNSEEN, 0) | ruled
    both = [{**ruled, **widths, **{code: ruled[code] for code in MARKS | UNSEEN | PICTURES}} for widths in faces]
    known = [(code, *(min(widths[code], MOST) for widths in both)) for code in sorted(codes(SCRIPTS) & both[0].keys())]
    for _, run in groupby(enumerate(known), key=lambda pair: pair[1][0] - pair[0]):
        yield from rows([each for _, each in run])


def rows(run: list[tuple[int, int, int]]) -> Iterator[str]:
    """Yield the rows for letters that follow each other without a gap."""
    row: list[tuple[int, int, int]] = []
    for (regular, bold), same in groupby(run, key=lambda each: each[1:]):
        equal = list(same)
        if len(equal) >= A_ROW:
            yield from one_row(row)
            row = []
            yield f"{equal[0][0]:x}-{equal[-1][0]:x} {regular:02x} {bold:02x}"
            continue
        for each in equal:
            if len(row) == A_ROW:
                yield from one_row(row)
                row = []
            row.append(each)
    yield from one_row(row)


def one_row(row: list[tuple[int, int, int]]) -> Iterator[str]:
    """Yield a row, if anything is in it."""
    if row:
        regular, bold = ("".join(f"{each[face]:02x}" for each in row) for face in (1, 2))
        yield f"{row[0][0]:x} {regular} {bold}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
