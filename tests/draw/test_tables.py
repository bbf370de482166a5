"""The columns of a text table stand below each other in a terminal, whatever is written there: wcwidth is the judge."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wcwidth import iter_graphemes, wcswidth

from imteach import Say, Scenario, fault_map, my_progress, stats
from imteach.course.progress.class_page import class_to_text
from imteach.course.progress.class_report import class_report
from imteach.course.progress.done import Done
from imteach.course.progress.gathered import gather
from imteach.course.progress.handin import HandIn
from imteach.course.progress.mine import cut
from imteach.draw.tables import Table, as_text

NAMES = ["bob", "小明", "ひらがな", "ｶﾅ", "Zoe\u0301", "👨‍👩‍👧", "👋🏽🇩🇪", "שָׁלוֹם", "नमस्ते", "กี่", "각하"]


def column(line: str, word: str) -> int:
    """The column of a terminal in which this begins."""
    before, found, _ = line.partition(word)
    assert found, line
    return wcswidth(before)


def columns_of(text: str, word: str) -> set[int]:
    """Where this begins in the lines that have it."""
    return {column(line, word) for line in text.splitlines() if word in line}


@pytest.mark.parametrize("words", [True, False], ids=["words", "numbers"])
def test_every_column_begins_or_ends_in_one_place(words: bool) -> None:
    rows = [[name, "7" * number, f"{name}{name}", "end"] for number, name in enumerate(NAMES, 1)]
    lines = as_text([Table("People", ["who", "小计", "", "last"], rows, words=words)]).splitlines()[1:]
    assert len({wcswidth(line) for line in lines[1:]}) == 1
    (second,) = {column(line, "7" if words else "7" * n) + (not words) * n for n, line in enumerate(lines[1:], 1)}
    assert column(lines[0], "小计") + (not words) * wcswidth("小计") == second
    assert second == max(map(wcswidth, NAMES)) + 2 + (not words) * len(NAMES)  # and nowhere further away


@given(st.lists(st.lists(st.sampled_from([*NAMES, "", "two words"]), min_size=2, max_size=2), min_size=1, max_size=5))
def test_no_cell_is_lost_or_moved_by_the_one_before_it(rows: list[list[str]]) -> None:
    lines = as_text([Table("", ["", "", ""], [[*row, "|"] for row in rows], words=True)])
    assert len(columns_of(lines, "|")) == 1
    unseen = str.maketrans("", "", "\u2068\u2069")  # they keep Hebrew from moving its neighbours
    for line, row in zip(lines.translate(unseen).splitlines()[2:], rows, strict=True):
        assert "".join(line.split()) == "".join([*row, "|"]).replace(" ", "")


def test_only_what_goes_from_right_to_left_is_isolated() -> None:
    told = as_text([Table("", ["who", "count"], [[name, "7"] for name in NAMES])])
    assert [line.split()[0] for line in told.splitlines() if "\u2068" in line] == ["\u2068שָׁלוֹם\u2069"]


# The tables that name people, and what they said


SAID = Say.parse("小明>朋友:こんにちは")


def test_a_fault_map_of_a_group() -> None:
    told = fault_map(Scenario("group", say=[SAID], groups={"朋友": ["小明", "bob", "ひらがな"]})).to_text()
    assert "ひらがな/offline:A" in told
    assert len(columns_of(told, "✓✓ delivered")) == 1
    assert column(told.splitlines()[1], "小明 sees") in columns_of(told, "✓✓ delivered")


def test_statistics_of_a_text_of_kana() -> None:
    told = stats(Scenario("dedup", say=[SAID]), loss=0.1, messages=20).to_text()
    assert len({wcswidth(line) for line in told.splitlines()[1:9]}) == 1


def test_a_class(tmp_path: Path) -> None:
    for number, name in enumerate(NAMES):
        done = Done("2026-11-30T10:00:00+01:00", "predict", f"{name}の授業", "何回？", "二回" * number, False)
        hand_in = HandIn(name, "2026-11-30T11:00:00+01:00", (done,)).to_json()
        (tmp_path / f"{number}.json").write_text(hand_in, "utf-8")
    people, _, asked = class_to_text(class_report(gather(tmp_path))).partition("\n\n")
    assert len(people.splitlines()) == 3 + len(NAMES)
    assert len(columns_of(people, "2026-11-30")) == 1
    assert len(columns_of(asked, "1 of 1")) == 1
    assert len(columns_of(asked, "何回？")) == 1


def test_ones_own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "progress.jsonl"
    monkeypatch.setenv("IMTEACH_PROGRESS", str(file))
    done = [["2026-11-30T10:00:00+01:00", "predict", name, "何回？", "二回", False] for name in NAMES]
    names = ("when", "did", "lesson", "about", "said", "right")
    file.write_text("".join(json.dumps(dict(zip(names, each, strict=True))) + "\n" for each in done), "utf-8")
    told = my_progress().to_text()
    assert len(columns_of(told.partition("To try again")[0], "  2026-11-30")) == 1
    assert len(columns_of(told.partition("To try again")[2], "何回？")) == 1


@example("👨‍👩‍👧" * 3, 4)
@given(st.lists(st.sampled_from([*NAMES, " ", "…", "、"]), max_size=9).map("".join), st.integers(1, 20))
def test_what_is_too_wide_for_a_table_is_cut_between_two_signs(text: str, most: int) -> None:
    kept = cut(text, most)
    assert wcswidth(kept) <= most
    if kept != text:
        assert wcswidth(text) > most
        signs = [*iter_graphemes(text)]
        assert kept[:-1] in {"".join(signs[:number]) for number in range(len(signs))}
