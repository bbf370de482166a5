"""The plot of shares over the loss: what it draws, without colour and in words, and the same bytes each time."""

import re
import sys
from base64 import b64decode
from html.parser import HTMLParser
from io import BytesIO
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.text import Text

from imteach import InputError, Scenario
from imteach.verify import stats, sweep
from imteach.verify.count.loss_plot import APART, LOOKS, alt_text

DEDUP = sweep(Scenario("dedup"), losses=[0, 0.2, 0.4], messages=200)


def labels(figure):
    return {text.get_text(): text.xyann[1] for text in figure.axes[0].texts}


def test_each_share_has_a_curve_its_points_and_a_label_beside_it():
    figure = DEDUP.plot()
    assert list(labels(figure)) == [
        "the sender sees ✓✓",
        "failed, yet shown",
        "shown to the receiver",
    ]
    curves = [line for line in figure.axes[0].lines if len(line.get_xdata()) > 50]
    assert [round(line.get_ydata()[40], 4) for line in curves] == [0.9533, 0.7942, 0.1591]  # at 20%
    assert len(figure.axes[0].containers) == 3 * 3  # a point with its interval for each share and loss


def test_it_can_be_read_without_colour():
    for kind in ("colour", "dark", "marker", "line"):
        assert len({getattr(look, kind) for look in LOOKS.values()}) == len(LOOKS)


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit"])
def test_labels_keep_a_distance(rung):
    heights = sorted(labels(sweep(Scenario(rung), losses=[0.5], messages=50).plot()).values())
    assert all(above - below >= APART * 0.999 for below, above in pairwise(heights))
    assert len(heights) >= 2


def test_where_no_form_is_known_no_curve_claims_one():
    figure = stats(Scenario("dedup", rto=150), 0.3, 100).plot()
    assert "closed form" not in figure.axes[0].get_title(loc="left")
    assert "computed" not in figure._repr_mimebundle_()["text/plain"]
    assert all(len(line.get_xdata()) == 1 for line in figure.axes[0].lines if line.get_linestyle() != "None")


def test_nothing_measured_still_has_its_curves():
    assert labels(stats(Scenario("dedup"), 0.3, 0).plot())
    assert labels(stats(Scenario("dedup", rto=150), 0.3, 0).plot())


def test_it_says_that_marks_are_counted_and_lines_computed():
    how = DEDUP.plot().axes[0].get_title(loc="left")
    assert how == ("dedup, 200 messages each\nmarks: counted, with 95% intervals; lines: computed by the closed forms")


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit"])
@pytest.mark.parametrize("loss", [0.5, 0.9, 1])
def test_no_leader_strikes_through_a_label(rung, loss):
    figure = sweep(Scenario(rung), losses=[0, 0.2, loss], messages=50).plot()
    figure.savefig(BytesIO(), dpi=figure.dpi)  # now everything has its place
    texts = figure.axes[0].texts
    leaders = [text.arrow_patch for text in texts]
    assert len(leaders) >= 2
    for leader in leaders:
        path = leader.get_path().transformed(leader.get_transform())
        assert len(path.vertices) >= 2
        for text in texts:
            assert not path.intersects_bbox(Text.get_window_extent(text), filled=False), text.get_text()


@pytest.mark.parametrize("scenario", [Scenario("retransmit"), Scenario("retransmit", rto=150)])
def test_all_its_words_are_on_the_picture(scenario):
    figure = sweep(scenario, losses=[0, 1], messages=50).plot()
    figure.savefig(BytesIO(), dpi=figure.dpi)
    (axes,) = figure.axes
    width, height = figure.bbox.size
    for text in (*axes.texts, axes._left_title, axes.xaxis.label, axes.yaxis.label):
        box = Text.get_window_extent(text)
        assert 0 <= box.x0 < box.x1 <= width
        assert 0 <= box.y0 < box.y1 <= height


class Page(HTMLParser):
    """The images of a page, and its words."""

    def __init__(self, html):
        super().__init__()
        self.images, self.words = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag == "img":
            self.images.append(dict(attrs))

    def handle_data(self, data):
        self.words.append(data)


def test_in_a_notebook_it_is_an_image_with_its_words_and_the_same_bytes_each_time():
    first, second = DEDUP.plot()._repr_mimebundle_(), DEDUP.plot()._repr_mimebundle_()
    assert first == second
    assert set(first) == {"text/html", "text/plain"}  # beside image/png some would show that, which has no alt text
    words = first["text/plain"]
    assert words.startswith("Plot of shares over the loss, dedup, 200 messages each. 0% loss: shown to the receiver 1")
    assert f"20% loss: shown to the receiver {DEDUP.points[1].shown:.1%} (computed 95.3%); the sender sees ✓✓" in words
    (image,) = Page(first["text/html"]).images
    assert image["alt"] == words
    kind, data = image["src"].split(",")
    assert kind == "data:image/svg+xml;base64"
    assert len(b64decode(data)) < 60_000


def test_its_colours_follow_the_theme_but_a_learners_own_stay():
    figure = DEDUP.plot()
    figure.axes[0].plot([0, 1], [0, 1], color="#123456")
    figure.axes[0].text(0, 0, "mine -- <b>")
    (image,) = Page(figure._repr_mimebundle_()["text/html"]).images
    svg = b64decode(image["src"].partition("base64,")[2]).decode()
    assert set(re.findall(r"(?:fill|stroke): (#[0-9a-f]+)", svg)) == {
        "#123456",
        "#b0b0b0",
    }  # and the grid, faint in both
    dark = dict(re.findall(r"--imt-([a-z_]+):(#[0-9A-F]{6})", svg))
    assert dark.items() >= {name: look.dark for name, look in LOOKS.items()}.items()
    assert ElementTree.fromstring(svg).get("class") == "imteach-plot"


def test_ipython_shows_just_that():
    data, _ = DisplayFormatter().format(DEDUP.plot())
    assert data == DEDUP.plot()._repr_mimebundle_()


def test_who_cannot_see_the_picture_unfolds_its_words():
    bundle = DEDUP.plot()._repr_mimebundle_()
    fold = bundle["text/html"].partition("<details>")[2]
    lines = re.findall("<li>(.*?)</li>", fold)
    assert [line.partition(":")[0] for line in lines] == ["0% loss", "20% loss", "40% loss"]
    assert all(line in bundle["text/plain"] for line in lines)


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(
        InputError, match=r"matplotlib is not installed; it comes with: .* -m pip install 'imteach\[plot\]'"
    ):
        DEDUP.plot()


def test_in_a_browser_without_matplotlib_it_comes_in_words(monkeypatch):
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    shown = DEDUP.plot()._repr_mimebundle_()
    assert "matplotlib, is not part of this site" in shown["text/plain"]
    assert alt_text(DEDUP.points) in shown["text/plain"]
    assert shown["text/html"].count("<li>") == 3
    assert "<details open>" in shown["text/html"]
