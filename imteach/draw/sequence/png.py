"""A trace as a PNG, without a browser: resvg draws the SVG. It comes with the extra `lab`.

resvg knows no variables of CSS, no `:not()` and no `@media`. `resolved` puts in their place what stands alone.
"""

import re
from functools import cache
from zlib import crc32

from imteach.draw.sequence.svg.picture import to_svg
from imteach.errors import InputError, comes_with, quoted
from imteach.trace import Trace

MOST_PIXELS = 100_000_000  # four bytes each, while it is drawn
MOST_SCALE = 10

_HEAD = 8 + 25  # bytes: the signature, and the chunk that says the size
_SIZE = re.compile(r'width="([\d.]+)" height="([\d.]+)">')
_DARK = re.compile(r"@media[^{]*\{[^{}]*\{[^{}]*\}\}")
_VARIABLE = re.compile(r"var\(--[\w-]+,([^()]*)\)")
_NOT = re.compile(r"([^{},]*):not\((\.[\w-]+)\)\{([^{}]*)\}")


def to_png(trace: Trace, scale: float = 2) -> bytes:
    r"""Return the sequence diagram of a trace as a PNG, in the light theme, `scale` pixels for each of the SVG's.

    Which fonts draw the words is up to the machine, so the bytes are too. Raises `InputError` for a scale that is not
    above 0 or is over 10, for a picture of over 100 million pixels, and where the library or every font is missing.

    >>> from imteach import Scenario
    >>> to_png(Scenario("basic").run())[:4]
    b'\x89PNG'
    """
    if isinstance(scale, bool) or not isinstance(scale, int | float) or not 0 < scale <= MOST_SCALE:
        raise InputError(f"expected a number above 0 and up to {MOST_SCALE}, got {quoted(scale)}", where="scale")
    svg = to_svg(trace)
    _check_size(svg, scale)
    if not _draws_letters():
        raise InputError("no font was found on this machine, and a picture without words says nothing; install one")
    return _rendered(resolved(svg), scale)


def resolved(svg: str) -> str:
    """Return the SVG in the light theme, for a program that knows little of CSS.

    >>> resolved(".a{--imt-half:var(--imt-msg,#1d4ed8)}.b{fill:var(--imt-half)}")
    '.a{color:#1d4ed8}.b{fill:currentColor}'
    >>> resolved(".a:not(.b){stroke:red}")
    '.a{stroke:red}.a.b{stroke:none}'
    """
    head, begin, rest = svg.partition("<style>")
    if not begin:
        return _resolved(svg)
    sheet, end, rest = rest.partition("</style>")
    return f"{head}{begin}{_resolved(sheet)}{end}{rest}"


def _resolved(sheet: str) -> str:
    """The colour of a packet's half is inherited, as `color` is; the halo is all that `:not` keeps from a text."""
    half = _DARK.sub("", sheet).replace("--imt-half:", "color:").replace("var(--imt-half)", "currentColor")
    return _NOT.sub(r"\1{\3}\1\2{stroke:none}", _VARIABLE.sub(r"\1", half))


def _check_size(svg: str, scale: float) -> None:
    size = _SIZE.search(svg)
    assert size is not None
    width, height = (round(float(side) * scale) for side in size.groups())
    if width * height > MOST_PIXELS:
        told = f"a picture of {width:,} × {height:,} pixels is too large; a lower scale, or to_svg(), draws it"
        raise InputError(told, where="scale")


def _rendered(svg: str, scale: float, with_fonts: bool = True) -> bytes:
    try:
        from resvg_py import svg_to_bytes
    except ImportError:
        raise InputError(f"resvg_py is not installed; {comes_with('lab')}") from None
    return _signed(bytes(svg_to_bytes(svg_string=svg, zoom=scale, skip_system_fonts=not with_fonts)))


def _signed(png: bytes) -> bytes:
    """Return the PNG with what made it, in a chunk after its head (PNG specification, 11.3.3.2)."""
    chunk = b"tEXtSoftware\0imteach"
    length, checksum = (number.to_bytes(4, "big") for number in (len(chunk) - 4, crc32(chunk)))
    return png[:_HEAD] + length + chunk + checksum + png[_HEAD:]


@cache
def _draws_letters(with_fonts: bool = True) -> bool:
    """Whether there is a font: without one, resvg leaves words out and does not say so."""
    page = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20">{}</svg>'
    words = "<text y=\"16\" font-family=\"system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif\">W</text>"
    return _rendered(page.format(words), 1, with_fonts) != _rendered(page.format(""), 1, with_fonts)
