"""How wide text is: the same number in every Python, in every script, and no sign is cut in two."""

from fractions import Fraction
from pathlib import Path

import matplotlib
import pytest
from fontTools.ttLib import TTFont
from hypothesis import assume, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth

from imteach.draw.letters.measure import columns, fit, signs, text_width
from imteach.draw.sequence.layout.notes import NOTE_ROOM
from imteach.draw.sequence.layout.shapes import NOTE_SIZE


@pytest.mark.parametrize(
    "text", ["hello", "m1 was shown before:", "✓✓ delivered", "你好 👋", "", "writes queue, number"]
)
@pytest.mark.parametrize("size", [10.5, 11.5, 13.0])
def test_a_width_is_rounded_once_whatever_the_python_adds_up(text, size):
    """Python 3.12 and later add floats up more exactly than 3.11: a picture would differ by a tenth of a pixel."""
    exact = sum(Fraction(text_width(char, 100)) for char in text) * Fraction(size) / 100
    assert text_width(text, size) == pytest.approx(float(exact), abs=1e-9)
    assert (text_width(text, 100) * 100).is_integer() or not text
    assert text_width(text, 100) == sum(round(text_width(char, 100)) for char in text)


ROOM = NOTE_ROOM - 20  # pixels, in a bubble
SENTENCES = [
    "Привет, как твои дела?",
    "Їжак і ґава є в лісі",
    "Γειά σου, τι κάνεις τώρα;",
    "Բարեւ, ինչպե՞ս ես, Բոբ",
    "გამარჯობა, როგორა?",
    "שלום, מה שלומך היום, בוב?",
    "مرحبا، كيف حالك اليوم؟",
    "سلام، حال شما خوب؟",
    "नमस्ते, आप कैसे हैं आज सुबह?",
    "নমস্কার, কেমন আছেন?",
    "வணக்கம், நீ நலமா?",
    "สวัสดี สบายดีไหมวันนี้",
    "ສະບາຍດີ ເຈົ້າສະບາຍດີບໍ່",
    "Chào, bạn khỏe không?",
    "Zażółć gęślą jaźń, Bogno!",
    "안녕하세요, 잘 지내시죠?",
    "こんにちは、元気ですか",
    "你好，你最近怎么样了？",
    "ሰላም፣ እንዴት ነህ ዛሬ?",
    "👨‍👩‍👧👍🏽🇩🇪1️⃣❤️👋🎉🐙",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_not_cut_in_a_bubble_in_which_it_has_room(sentence):
    """Letters outside ASCII once counted 1.1 em: Cyrillic was cut after eleven letters, Thai after its marks too."""
    assert fit(sentence, NOTE_SIZE, ROOM) == sentence
    assert text_width(sentence, NOTE_SIZE) > 0.55 * ROOM, "nor is much room kept that it does not need"
    assert len(fit(sentence * 3, NOTE_SIZE, ROOM)) >= 0.7 * len(sentence)


@pytest.mark.parametrize("bold", [False, True])
def test_no_letter_is_wider_in_dejavu_sans_than_is_kept_for_it(bold):
    """The font that matplotlib brings, so that this needs none of the machine's."""
    folder = Path(matplotlib.get_data_path(), "fonts", "ttf")
    font = TTFont(folder / f"DejaVuSans{'-Bold' if bold else ''}.ttf")
    advances, size = font["hmtx"].metrics, font["head"].unitsPerEm
    drawn = {chr(code): 100 * advances[glyph][0] / size for code, glyph in font.getBestCmap().items() if code > 127}
    typed = [char for char in drawn if "\u00a0" <= char < "\ud800" and not "\u1680" <= char < "\u16a0"]  # no Ogham
    kept = {char: text_width(char, 100, bold) for char in typed if columns(char)}
    assert len(kept) > 4000
    assert {char: width for char, width in kept.items() if drawn[char] > width} == {}


def test_what_is_drawn_onto_a_letter_takes_no_room():
    for bare, marked in {"שלום": "שָׁלוֹם", "е": "е́", "a": "ą̊́", "كتب": "كَتَبَ", "ก": "กี่"}.items():
        assert text_width(marked, 100) <= text_width(bare, 100) * (1 if bare != "a" else 1.05)


def test_an_arabic_letter_takes_less_room_within_a_word():
    assert text_width("ببب", 100) < 0.8 * 3 * text_width("ب", 100)
    assert text_width("بَبَبَ", 100) == text_width("ببب", 100)
    assert text_width("ب ب", 100) == 2 * text_width("ب", 100) + text_width(" ", 100)
    assert text_width("رر", 100) == 2 * text_width("ر", 100), "it never runs into the next"


ONE = [
    "👨‍👩‍👧‍👦",
    "👋🏽",
    "🇩🇪",
    "1️⃣",
    "❤️",
    "🏴󠁧󠁢󠁳󠁣󠁴󠁿",
    "각",
    "가",
    "क्षि",
    "स्त्री",
    "শ্রী",
    "நி",
    "กำ",
    "e\u0301\u0323",
    "שָׁ",
]


@pytest.mark.parametrize("sign", ONE)
def test_what_a_reader_sees_as_one_sign_is_never_cut(sign):
    assert list(signs(f"x{sign}{sign}y")) == ["x", sign, sign, "y"]
    for room in range(0, 60, 3):
        assert fit(sign * 4, 12, room).removesuffix("…") in {sign * kept for kept in range(5)}


@pytest.mark.parametrize("sign", ONE[:6])
def test_an_emoji_is_as_wide_as_any_however_many_it_is_made_of(sign):
    assert text_width(sign, 100) == text_width("👋", 100) == 140
    assert columns(sign) == 2


PARTS = [
    *"\u200d\ufe0f\u20e3👨👩🏽🇩🇪1#क्षिा่ำกব্",
    *"각가",
    "é",
    "e\u0301",
    "…",
    "✓",
    " ",
    "你",
    "ｱ",
    "ﷺ",
    "שָ",
    "ش",
    "\u0600",
]
ANY = st.lists(st.one_of(st.sampled_from(PARTS), st.characters(exclude_categories=["Cc", "Cs"])), max_size=12)


def cuts(parts):
    """How many characters stand before each boundary."""
    return {sum(map(len, parts[:number])) for number in range(len(parts) + 1)}


@given(parts=ANY, room=st.integers(0, 200))
def test_no_text_is_cut_within_a_sign(parts, room):
    text = "".join(parts)
    assert "".join(signs(text)) == text
    assert cuts(list(signs(text))) <= cuts(list(iter_graphemes(text)))
    cut = fit(text, 12, room)
    if cut != text:
        assert len(cut) - 1 in cuts(list(iter_graphemes(text)))
        assert text.startswith(cut[:-1])
        assert text_width(cut[:-1], 12) <= max(0, room - text_width("…", 12))


@pytest.mark.parametrize("text", [*SENTENCES, *ONE, "⏰ ✂ ☎️ ☎ 🅰 ｱｲｳ ¼ → ✓✓ ◷ ░ é ﻻ"])
def test_a_terminal_gives_each_text_the_columns_that_we_count(text):
    assert columns(text) == wcswidth(text)


LETTERS = st.characters(min_codepoint=32, max_codepoint=0x2FFF, categories=["L", "N", "P", "S", "Zs"])


@given(st.text(LETTERS))
def test_a_terminal_gives_any_letters_the_columns_that_we_count(text):
    assume(all(wcswidth(char) > 0 for char in text))
    assert columns(text) == wcswidth(text)
