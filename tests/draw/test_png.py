"""A picture as a PNG: whole, of the right size, not blank, and nothing in it that resvg does not understand."""

import struct
import zlib

import pytest
from gallery import GALLERY

from imteach import InputError, Scenario, Trace
from imteach.draw.sequence import png


def size(picture: bytes) -> tuple[int, int]:
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def colours(picture: bytes) -> int:
    """How many different bytes its pixels have, without the filter that the PNG applies."""
    data, place = b"", 8
    while place < len(picture):
        (length,) = struct.unpack(">I", picture[place : place + 4])
        if picture[place + 4 : place + 8] == b"IDAT":
            data += picture[place + 8 : place + 8 + length]
        place += 12 + length
    return len(set(zlib.decompress(data)))


def test_a_png_has_the_size_of_the_picture_times_its_scale_and_is_not_blank() -> None:
    trace = GALLERY["partition"]
    assert size(trace.to_png()) == (1700, 1602)
    assert size(trace.to_png(scale=1)) == (850, 801)
    assert size(trace.to_png(scale=0.5))[0] == 425
    assert colours(trace.to_png()) > 100


@pytest.mark.parametrize("name", GALLERY)
def test_nothing_is_left_that_the_library_does_not_know(name: str) -> None:
    sheet = png.resolved(GALLERY[name].to_svg()).partition("</style>")[0]
    assert not [word for word in ("var(", ":not", "@media", "--imt") if word in sheet]


@pytest.mark.parametrize("scale", [0, -1, 11, True, "2", float("nan"), None])
def test_a_scale_that_is_none_is_refused(scale: object) -> None:
    with pytest.raises(InputError, match=r"^scale: expected a number above 0 and up to 10, got "):
        GALLERY["basic"].to_png(scale=scale)  # type: ignore[arg-type]


def test_a_picture_too_large_and_a_machine_without_fonts_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "MOST_PIXELS", 1000)
    with pytest.raises(InputError, match=r"^scale: a picture of [\d,]+ × [\d,]+ pixels is too large"):
        Scenario("basic").run().to_png()
    monkeypatch.undo()
    assert png._draws_letters(with_fonts=True)
    assert not png._draws_letters(with_fonts=False)
    monkeypatch.setattr(png, "_draws_letters", lambda: False)
    with pytest.raises(InputError, match="no font was found on this machine"):
        Trace.to_png(GALLERY["basic"])
