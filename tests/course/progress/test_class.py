"""What is handed in and gathered: files from strangers, so each is checked, and what they say is text."""

import json
import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from imteach.course.progress.class_page import class_to_html, class_to_text
from imteach.course.progress.class_report import ClassReport, class_report
from imteach.course.progress.counts import tries
from imteach.course.progress.done import Done
from imteach.course.progress.gathered import DEEPEST, MOST_FILES, gather
from imteach.course.progress.handin import MOST_BYTES, HandIn, hand_in, read_hand_in
from imteach.errors import InputError


def did(
    about: str, said: str, right: bool, minute: int = 0, lesson: str = "06-two-copies", kind: str = "predict"
) -> Done:
    return Done(f"2026-11-30T10:{minute:02}:00+01:00", kind, lesson, about, said, right)


def made(name: str, *done: Done, minute: int = 59) -> str:
    return HandIn(name, f"2026-11-30T11:{minute:02}:00+01:00", done).to_json()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "handed-in"
    path.mkdir()
    return path


# A file to be handed in


def test_of_each_question_it_has_the_first_try_the_first_right_one_and_the_last() -> None:
    done = [did("A?", said, right, n) for n, (said, right) in enumerate([*[("once", False)] * 3, ("twice", True)])]
    done += [did("A?", "twice", True, 5), did("A?", "never", False, 6), did("B?", "so", True, 7)]
    found = hand_in(done)
    assert found.done == (done[0], done[3], done[5], done[6])
    before, after = tries(done), tries(found.done)
    assert [(each.first, each.right, each.last) for each in before] == [(e.first, e.right, e.last) for e in after]


def test_it_comes_back_as_it_was_and_can_be_read_by_a_person() -> None:
    text = made("Ada", did("How often?", "“twice”", True))
    assert read_hand_in(text) == read_hand_in(text.encode())
    assert read_hand_in(text).done == (did("How often?", "“twice”", True),)
    assert '   "about": "How often?",\n' in text
    assert "“twice”" in text


def test_how_it_is_laid_out_makes_no_difference_but_what_it_says_does() -> None:
    text = made("Ada", did("How often?", "once", False))
    assert read_hand_in(json.dumps(json.loads(text))).name == "Ada"
    for before, after in [("false", "true"), ("Ada", "Eve"), ("once", "twice"), ("10:00", "10:01"), ("11:59", "11:58")]:
        assert before in text
        with pytest.raises(InputError, match="changed after it was made: its sha256 does not fit"):
            read_hand_in(text.replace(before, after))


def test_it_is_never_too_large() -> None:
    done = [did(f"{number} {'?' * 380}", "x" * 300, True) for number in range(1500)]
    with pytest.raises(InputError, match="more than 1 MB is no hand-in"):
        hand_in(done).to_json()
    assert len(hand_in(done[:1200]).to_json().encode()) < MOST_BYTES


def forged(**fields: Any) -> str:
    """A file whose sha256 fits, whatever it says: anybody can work it out."""
    good = json.loads(made("Ada", did("How often?", "once", False)))
    good.pop("sha256")
    content = {**good, **fields}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return json.dumps({**content, "sha256": sha256(text.encode()).hexdigest()})


ROW = did("How often?", "once", False).fields

HOSTILE = {
    "": "not a hand-in: not readable as JSON",
    "{": "not a hand-in: not readable as JSON",
    "[]": "not a hand-in; imteach handin writes one",
    '{"schema": "imteach/trace/1"}': "not a hand-in; imteach handin writes one",
    "[" * 100_000: "not a hand-in: nested too deeply to be read",
    '{"a":' * 100_000: "not a hand-in: nested too deeply to be read",
    "9" * 100_000: "not a hand-in: not readable as JSON",
    "x" * (MOST_BYTES + 1): "larger than 1 MB, so it is no hand-in",
    forged(name=7): "name: expected text, got 7",
    forged(name="x" * 81): "name: expected at most 80 characters, got 81",
    forged(made="x" * 900_000): "made: expected a time such as",
    forged(made=None): "made: expected a time such as",
    forged(done={}): "done: expected a list, got {}",
    forged(done=[ROW, 7]): "done[1]: expected an object with named fields, got 7",
    forged(done=[{**ROW, "about": "x" * 900_000}]): "done[0].about: expected at most 400 characters, got 900000",
    forged(done=[{**ROW, "right": "yes"}]): "done[0].right: expected true or false, got 'yes'",
    forged(done=[{**ROW, "when": "2026-11-30"}]): "done[0].when: expected a time such as",
    forged(done=[{**ROW, "did": "predict\n"}]): r"done[0].did: expected a word such as predict or exercise",
}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_hand_in_is_refused_at_once_in_one_line(text: str) -> None:
    began = time.monotonic()
    with pytest.raises(InputError) as caught:
        read_hand_in(text)
    assert str(caught.value).startswith(HOSTILE[text])
    assert len(str(caught.value)) < 300
    assert len(str(caught.value).splitlines()) == 1
    assert time.monotonic() - began < 2


def test_text_that_is_no_text_is_refused_or_made_fit_to_be_shown() -> None:
    with pytest.raises(InputError, match="not readable as JSON"):
        read_hand_in(b'\xff\xfe"')
    hidden = "A\u202ed\x1b[31ma\ud800"
    found = read_hand_in(forged(name=hidden, done=[{**ROW, "said": hidden}]))
    assert (found.name, found.done[0].said) == ("A d [31ma", "A d [31ma ")


# A class


def test_who_is_where_and_what_most_had_wrong(folder: Path) -> None:
    twice, when = "How often?", "When?"
    mend = {"kind": "exercise", "lesson": "07-dedup"}
    (folder / "1.json").write_text(made("Ada", did(twice, "once", False, 1), did(twice, "twice", True, 2)))
    (folder / "2.json").write_text(
        made("Bob", did(twice, "once", False, 1), did("mend it", "explore", False, 2, **mend))
    )
    (folder / "3.json").write_text(
        made(
            "Cleo",
            did(twice, "never", False, 1),
            did(when, "200 ms", False, 2),
            did("mend it", "check", False, 3, **mend),
            did("mend it", "all stages", True, 4, **mend),
        )
    )
    (folder / "4.json").write_text(made("dora", did(twice, "twice", True, 1), did(when, "300 ms", True, 9)))
    report = class_report(gather(folder))
    assert [(each.name, each.lesson, each.answered, each.right_at_first) for each in report.people] == [
        ("Ada", "06-two-copies", 1, 0),
        ("Bob", "07-dedup", 1, 0),
        ("Cleo", "07-dedup", 2, 0),
        ("dora", "06-two-copies", 2, 2),
    ]
    assert [each.exercises_solved for each in report.people] == [0, 0, 1, 0]
    first, second = report.predictions
    assert (first.about, first.people, first.wrong_at_first, first.not_yet) == (twice, 4, 3, 2)
    assert (first.most_said, first.said_by) == ("once", 2)
    assert (second.about, second.people, second.wrong_at_first, second.most_said) == (when, 2, 1, "200 ms")
    (task,) = report.exercises
    assert (task.lesson, task.about, task.people, task.wrong_at_first, task.not_yet) == ("07-dedup", "mend it", 2, 2, 1)
    assert (task.most_said, task.said_by) == ("check", 1)  # of two as frequent the first in the alphabet
    text = class_to_text(report)
    assert "Ada   1         0         0          1        2026-11-30 10:02  06-two-copies" in text
    assert "06-two-copies  3 of 4    once (2×)    How often?" in text
    assert max(map(len, text.splitlines())) <= 96
    assert "Lesson 7: One copy" in class_to_html(report)
    assert json.loads(report.to_json())["schema"] == "imteach/class/1"
    assert json.loads(report.to_json())["predictions"][0]["most_said"] == "once"


def test_a_class_of_forty_is_gathered_in_a_moment(folder: Path) -> None:
    done = [did(f"Question {number}?", f"answer {number}", number % 2 == 0, lesson="01-x") for number in range(150)]
    for number in range(40):
        (folder / f"{number}.json").write_text(made(f"learner {number:02}", *done))
    began = time.monotonic()
    report = class_report(gather(folder))
    assert len(class_to_html(report)) < 100_000
    assert time.monotonic() - began < 3
    assert len(report.people) == 40
    assert {each.people for each in report.predictions} == {40}


def test_each_bad_file_gets_a_line_and_the_others_count(folder: Path) -> None:
    (folder / "good.json").write_text(made("Ada", did("A?", "so", True)))
    (folder / "changed.json").write_text(made("Eve", did("A?", "so", False)).replace("false", "true"))
    (folder / "words.json").write_text("words")
    (folder / "large.json").write_bytes(b"[" * (MOST_BYTES + 9))
    (folder / "notes.txt").write_text("nobody reads this")
    gathered = gather(folder)
    assert [each.name for each in gathered.people] == ["Ada"]
    assert gathered.refused == (
        "changed.json: it was changed after it was made: its sha256 does not fit",
        "large.json: larger than 1 MB, so it is no hand-in",
        "words.json: not a hand-in: not readable as JSON",
    )


def test_of_one_person_the_last_file_counts_wherever_it_lies(folder: Path) -> None:
    (folder / "b.json").write_text(made("Ada", did("A?", "so", False), minute=1))
    below = folder / "Ada_123_submission_file"
    below.mkdir()
    (below / "imteach-handin.json").write_text(made("ADA", did("A?", "so", True), minute=2))
    (folder / "ada.json").write_text(made("", did("A?", "not", True), minute=3))  # a file's name is nobody's
    gathered = gather(folder)
    assert [(each.name, each.done[0].right) for each in gathered.people] == [("ADA", True), ("ada", True)]
    (line,) = gathered.left_out
    assert line == (
        "b.json: not counted, for Ada_123_submission_file/imteach-handin.json has the same name and was made later"
    )


@pytest.mark.skipif(os.name != "posix", reason="links and pipes need rights on Windows")
def test_only_ordinary_files_are_opened_and_not_too_deep(folder: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(made("Eve", did("A?", "so", True)))
    (folder / "link.json").symlink_to(outside)
    (folder / "folder.json").mkdir()
    os.mkfifo(folder / "pipe.json")
    (folder / ".hidden.json").write_text(made("Eve"))
    deep = folder.joinpath(*"abcd"[: DEEPEST + 1])
    deep.mkdir(parents=True)
    (deep / "deep.json").write_text(made("Eve"))
    with pytest.raises(InputError, match=r"^no files \(\*\.json\) in .*; imteach handin writes one for each learner$"):
        gather(folder)
    (deep.parent / "ada.json").write_text(made("Ada"))
    assert [each.name for each in gather(folder).people] == ["Ada"]


def test_too_many_files_are_no_class(folder: Path) -> None:
    for number in range(MOST_FILES + 1):
        (folder / f"{number}.json").touch()
    with pytest.raises(InputError, match=r"^more than 500 files"):
        gather(folder)
    with pytest.raises(InputError, match=r"^no folder "):
        gather(folder / "0.json")


EVIL = '<script>alert(1)</script><img src=x onerror=alert(1)>" onload="x'


def test_names_and_answers_are_text_on_the_page_and_it_runs_nothing(folder: Path) -> None:
    (folder / "<b>evil.json").write_text("{")
    (folder / "a.json").write_text(made(EVIL, did(EVIL, EVIL, False, lesson=EVIL)))
    (folder / "b.json").write_text(made("", did(EVIL, EVIL, False, kind="exercise", lesson=EVIL)))
    page = class_to_html(class_report(gather(folder)))
    assert "<script" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;" in page
    assert ' style="' not in page
    assert "default-src 'none'; script-src 'none'; style-src 'sha256-" in page
    assert "http" not in page.replace("http-equiv", "")


def test_a_class_that_did_nothing_yet_has_a_table_all_the_same(folder: Path) -> None:
    (folder / "a.json").write_text(made("Ada"))
    report = class_report(gather(folder))
    assert report == ClassReport(report.people, (), (), (), ())
    assert class_to_text(report).splitlines()[-1].split() == ["Ada", "0", "0", "0", "0", "–", "–"]
