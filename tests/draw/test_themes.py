"""The colours of both themes: one source, contrast that can be read, and pictures that bring both."""

import re
from base64 import b64decode
from pathlib import Path

import pytest

from imteach import Drop, Scenario
from imteach.draw import image
from imteach.themes import COLOURS, DARK, as_image
from imteach.verify.count.loss_plot import LOOKS

LAB_CSS = (Path(__file__).parents[2] / "imteach" / "lab" / "web" / "common.css").read_text("utf-8")
THEMES = {"light": COLOURS, "dark": DARK}

WORDS = ("ink", "muted", "msg", "ack", "drop", "timer-ink", "good")
MARKS = ("lifeline", "msg", "ack", "drop", "timer-edge", "down")


def luminance(colour):
    """How light a colour is, as WCAG reckons."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", THEMES)
def test_the_lab_has_the_same_colours(theme):
    blocks = re.findall(r"^([:\[].*) \{([^}]*--imt-paper:[^}]*)\}", LAB_CSS, re.MULTILINE)
    (block,) = [body for head, body in blocks if ("jp-theme-light" in head) == (theme == "dark")]
    assert dict(re.findall(r"--imt-([a-z-]+): (#[0-9a-f]{6});", block)) == THEMES[theme]


def test_forced_colours_leave_none_of_them_out():
    (forced,) = re.findall(r"@media \(forced-colors: active\) \{(.*?\})\s*\}", LAB_CSS, re.DOTALL)
    assert set(re.findall(r"--imt-([a-z-]+):", forced)) == set(COLOURS)


@pytest.mark.parametrize("theme", THEMES)
def test_words_and_marks_stand_out_from_what_is_behind_them(theme):
    colours = THEMES[theme]
    for ground in ("paper", "card", "cut"):
        faint = {name: contrast(colours[name], colours[ground]) for name in WORDS}
        assert {name: found for name, found in faint.items() if found < 4.5} == {}
    for ground in ("bubble", "card"):
        assert min(contrast(colours[name], colours[ground]) for name in ("ink", "muted")) >= 4.5
    faint = {name: contrast(colours[name], colours["paper"]) for name in MARKS}
    assert {name: found for name, found in faint.items() if found < 3} == {}


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_so_do_the_words_of_a_plot(look):
    assert contrast(look.colour, COLOURS["paper"]) >= 4.5
    assert contrast(look.dark, DARK["paper"]) >= 4.5


def test_a_still_picture_brings_the_dark_colours_and_says_that_it_is_light():
    html = image(Scenario("dedup").run(Drop("ack:N")))
    assert 'class="imteach-picture" style="color-scheme:light"' in html
    svg = b64decode(html.partition("base64,")[2].rstrip('">')).decode()
    (dark,) = re.findall(
        r"@media \(prefers-color-scheme:dark\)\{:root\.imteach-diagram\{color-scheme:dark;(.*?)\}\}", svg
    )
    assert dict(pair.removeprefix("--imt-").split(":") for pair in dark.split(";")) == DARK
    fallbacks = dict(re.findall(r"var\(--imt-([a-z-]+),(#[0-9a-f]{6})\)", svg))
    assert fallbacks.items() <= COLOURS.items()
    assert not re.search(r'(?:fill|stroke)[:=]"?#', svg)  # no colour that could not change


def test_what_a_picture_shows_is_text_there():
    assert as_image("<svg/>", '"><script>&').startswith('<img alt="&quot;&gt;&lt;script&gt;&amp;" ')
