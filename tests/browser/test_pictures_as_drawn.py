"""The kept pictures in a real browser, with real fonts: the room that was kept for words is enough for them."""

from pathlib import Path

import driving
import pytest

GOLDEN = Path(__file__).parents[1] / "draw" / "golden"

FOUND = """() => {
    const found = [];
    for (const picture of document.querySelectorAll("svg")) {
        const words = [...picture.querySelectorAll("text")]
            .map((text) => ({text: text.textContent, box: text.getBBox()}))
            .filter(({box}) => box.width > 0);
        for (const [i, one] of words.entries()) {
            if (one.box.x < 0 || one.box.x + one.box.width > picture.viewBox.baseVal.width)
                found.push(`${picture.parentElement.id}: “${one.text}” leaves the page`);
            for (const other of words.slice(i + 1)) {
                const [a, b] = [one.box, other.box];
                const across = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
                const down = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
                if (across > 0.5 && down > 1.5)  // boxes of lines may touch, letters do not
                    found.push(`${picture.parentElement.id}: “${one.text}” overlaps “${other.text}”`);
            }
        }
        for (const packet of picture.querySelectorAll("[data-packet]")) {
            const [pill, label] = [".imt-pill", ".imt-label"].map((part) => packet.querySelector(part).getBBox());
            if (label.x < pill.x || label.x + label.width > pill.x + pill.width)
                found.push(`${picture.parentElement.id}: ${packet.dataset.packet} is wider than its label's frame`);
        }
    }
    return found;
}"""


@pytest.mark.parametrize("font", ["system-ui", '"DejaVu Sans"'])
def test_no_words_overlap_or_leave_their_frame(chromium, font):
    pictures = [
        f'<div id="{path.stem}">{path.read_text("utf-8")}</div>'.replace("system-ui", font)
        for path in sorted(GOLDEN.glob("*.svg"))
    ]
    with driving.chromium_page(chromium) as page:
        page.set_content("".join(pictures))
        assert page.locator("svg").count() == len(pictures) > 10
        assert page.evaluate(FOUND) == []
