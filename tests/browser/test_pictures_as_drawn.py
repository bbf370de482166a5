"""The kept pictures in a real browser, with real fonts: the room that was kept for words is enough for them."""

from pathlib import Path

import pytest

from imteach.draw.letters.measure import text_width

pytestmark = pytest.mark.alone

GOLDEN = Path(__file__).parents[1] / "draw" / "golden"

FOUND = """() => {
    const found = [];
    const boxOf = (text) => {  // where it stands, also if it is turned
        const {x, y, width, height} = text.getBBox();
        const turned = text.transform.baseVal.consolidate();
        if (!turned) return {x, y, width, height};
        const corners = [[x, y], [x + width, y], [x, y + height], [x + width, y + height]]
            .map(([x, y]) => new DOMPoint(x, y).matrixTransform(turned.matrix));
        const [left, top] = ["x", "y"].map((axis) => Math.min(...corners.map((corner) => corner[axis])));
        const [right, foot] = ["x", "y"].map((axis) => Math.max(...corners.map((corner) => corner[axis])));
        return {x: left, y: top, width: right - left, height: foot - top};
    };
    for (const picture of document.querySelectorAll("svg")) {
        const words = [...picture.querySelectorAll("text")]
            .map((text) => ({text: text.textContent, box: boxOf(text)}))
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
        for (const bubble of picture.querySelectorAll(".imt-bubble")) {
            const [frame, words] = [bubble, bubble.nextElementSibling].map((part) => part.getBBox());
            if (words.x < frame.x || words.x + words.width > frame.x + frame.width)
                found.push(`${picture.parentElement.id}: “${bubble.nextElementSibling.textContent}” leaves its bubble`);
        }
        for (const packet of picture.querySelectorAll("[data-packet]")) {
            const [pill, label] = ["rect", "rect + text"].map((part) => packet.querySelector(part).getBBox());
            if (label.x < pill.x || label.x + label.width > pill.x + pill.width)
                found.push(`${picture.parentElement.id}: ${packet.dataset.packet} is wider than its label's frame`);
        }
    }
    return found;
}"""


@pytest.mark.parametrize("font", ["system-ui", '"DejaVu Sans"'])
def test_no_words_overlap_or_leave_their_frame(page, font):
    pictures = [
        f'<div id="{path.stem}">{path.read_text("utf-8")}</div>'.replace("system-ui", font)
        for path in sorted(GOLDEN.glob("*.svg"))
    ]
    page.set_content("".join(pictures))
    assert page.locator("svg").count() == len(pictures) > 10
    assert page.evaluate(FOUND) == []


# What the fonts of the gate (DejaVu, FreeFont) have; others' letters are boxes there, so nothing can be said of them.
SCRIPTS = {
    "Latin": "The quick brown fox jumps over it",
    "Polish": "Zażółć gęślą jaźń, proszę",
    "Vietnamese": "Tiếng Việt rất đẹp, phải không ạ",
    "Greek": "Γειά σου κόσμε, τι κάνεις σήμερα;",
    "Russian": "Привет, как дела? Щука жужжит",
    "Ukrainian": "Їжак, ґанок, єдність і щука",
    "Armenian": "Բարեւ ձեզ, ինչպես եք այսօր",
    "Georgian": "გამარჯობა, როგორ ხარ დღეს",
    "Hebrew": "שלום עולם, מה שלומך היום?",
    "Hebrew with its points": "שָׁלוֹם עוֹלָם",
    "Arabic": "مرحبا، لديك ٣ رسائل (جديدة)!",
    "Persian": "سلام دنیا، حال شما چطور است؟",
    "Lao": "ສະບາຍດີຊາວໂລກ ສະບາຍດີບໍ່",
    "Hindi": "नमस्ते दुनिया, आप कैसे हैं आज",
    "Bengali": "ওহে বিশ্ব, আপনি কেমন আছেন",
    "Tamil": "வணக்கம் உலகம், எப்படி இருக்கிறீர்கள்",
    "Thai": "สวัสดีชาวโลก คุณเป็นอย่างไรบ้าง",
    "Gujarati": "નમસ્તે વિશ્વ, તમે કેમ છો",
    "Panjabi": "ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਦੁਨਿਆ",
    "Malayalam": "ഹലോ ലോകം, സുഖമാണോ",
    "Amharic": "ሰላም ዓለም፣ እንዴት ነህ",
    "signs": "✓✓ ✕ ◷ → ↻ ● ○ ✂ ┃ ▶ “hello” — … 20 €",
}

DRAWN = """(texts) => texts.map(([words, weight]) => {
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    text.setAttribute("style", `font-size: 100px; font-weight: ${weight}`);
    text.textContent = words;
    document.querySelector("svg").append(text);
    return text.getComputedTextLength();
})"""


def test_words_of_every_script_take_no_more_room_than_is_kept_and_more_than_half_of_it(page):
    texts = [(words, bold) for words in SCRIPTS.values() for bold in (False, True)]
    page.set_content("<svg style='font-family: system-ui, \"DejaVu Sans\", sans-serif'></svg>")
    drawn = page.evaluate(DRAWN, [(words, 600 if bold else 400) for words, bold in texts])
    share = {text: width / text_width(text[0], 100, text[1]) for text, width in zip(texts, drawn, strict=True)}
    # a hundredth more: where a machine's fonts are hinted, widths are whole pixels
    assert {text: part for text, part in share.items() if not 0.55 < part < 1.01} == {}
