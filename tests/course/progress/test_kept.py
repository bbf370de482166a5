"""The learner's file: every answer in it once and whole, whoever else writes there; and no answer lost over it."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imteach import Drop, Predict, Scenario
from imteach.course.progress.done import LINE_LIMIT, done_now, read_done
from imteach.course.progress.kept import MOST_BYTES, kept, note, progress_file, this_lesson, why_nothing_is_kept
from imteach.errors import InputError
from imteach.teacher.validate import validate


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress is kept in a test; neither the file nor its folder is there yet."""
    path = tmp_path / "home" / "progress.jsonl"
    monkeypatch.setenv("IMTEACH_PROGRESS", str(path))
    return path


def ask() -> Predict:
    return Predict(
        "How often is hello shown?",
        Scenario("retransmit"),
        Drop("ack:N"),
        choices=["never", "once", "twice"],
        answer=lambda trace: trace.happened("show"),
    )


def test_no_test_writes_into_the_progress_of_whoever_runs_it() -> None:
    assert os.environ["IMTEACH_PROGRESS"] == ""
    assert why_nothing_is_kept() == "IMTEACH_PROGRESS is empty"
    assert not note("predict", "How often?", "once", True)
    assert kept().done == ()


def test_unless_something_else_is_said_it_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMTEACH_PROGRESS")
    assert progress_file() == str(Path.home() / ".imteach" / "progress.jsonl")


def test_each_committed_answer_is_a_line_that_a_person_can_read(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/home/ada/imteach-lessons/06-two-copies.ipynb")
    ask()
    assert not file.parent.exists()  # to be asked writes nothing
    guess = ask()
    guess.answer("once")
    with pytest.raises(InputError, match="answered already"):
        guess.answer("twice")
    ask().answer("twice")
    first, second = (json.loads(line) for line in file.read_text("utf-8").splitlines())
    assert first.pop("when") <= second.pop("when")
    about = {"did": "predict", "lesson": "06-two-copies", "about": "How often is hello shown?"}
    assert first == {**about, "said": "once", "right": False}
    assert second == {**about, "said": "twice", "right": True}
    assert kept().done[1].right


def test_an_answer_on_the_page_is_kept_too(file: Path) -> None:
    ask().hear(2)
    assert [(done.said, done.right, done.lesson) for done in kept().done] == [("twice", True, "")]


def test_what_is_no_answer_is_not_kept(file: Path) -> None:
    with pytest.raises(InputError, match="expected one of"):
        ask().answer("seven times")
    assert not file.exists()


@pytest.mark.skipif(os.name != "posix", reason="rights are another matter on Windows")
def test_nobody_else_on_the_machine_can_read_it(file: Path) -> None:
    assert note("predict", "How often?", "once", True)
    assert oct(file.stat().st_mode)[-3:] == "600"
    assert oct(file.parent.stat().st_mode)[-3:] == "700"


@pytest.mark.parametrize(
    ("session", "lesson"),
    [
        ("05-timeout.ipynb", "05-timeout"),
        ("a/b/05-timeout.new.ipynb", "05-timeout"),
        ("05-timeout.new12.ipynb", "05-timeout"),
        (r"C:\Ada\05-timeout.ipynb", "05-timeout"),
        ("Console 1", "Console 1"),
        ("", ""),
    ],
)
def test_the_lesson_is_the_notebook_of_the_kernel(session: str, lesson: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", session)
    assert this_lesson() == lesson


MANY = """
import sys
from imteach.course.progress.kept import note
print("ready", flush=True)
input()
for number in range(400):
    assert note("predict", "How often?" * 30, f"{sys.argv[1]} {number}", True)
"""


def test_it_stays_whole_however_many_notebooks_are_open(file: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    writers = [subprocess.Popen([sys.executable, "-c", MANY, str(number)], **pipes) for number in range(6)]
    for writer in writers:
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:  # all at once
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
    assert [writer.returncode for writer in writers] == [0] * 6
    found = kept()
    assert found.skipped == 0
    assert Counter(done.said for done in found.done) == Counter(f"{w} {n}" for w in range(6) for n in range(400))


FOREIGN = [
    b"{",
    b"null",
    b"[]",
    b'"words"',
    b"\xff\xfe",
    b"[" * 4000,
    b'{"when": ' + b"9" * 4000 + b"}",
    b"x" * LINE_LIMIT * 3,
    json.dumps({**done_now("predict", "", "How?", "so", True).fields, "right": 1}).encode(),
    json.dumps({**done_now("predict", "", "How?", "so", True).fields, "when": "2026-11-30T10:45:00"}).encode(),
    json.dumps({**done_now("predict", "", "How?", "so", True).fields, "when": 7}).encode(),
    json.dumps({**done_now("predict", "", "How?", "so", True).fields, "did": "<b>"}).encode(),
    json.dumps({**done_now("predict", "", "How?", "so", True).fields, "about": "?" * 401}).encode(),
]


@pytest.mark.parametrize("line", FOREIGN, ids=range(len(FOREIGN)))
def test_a_foreign_line_is_skipped_and_counted(file: Path, line: bytes) -> None:
    assert note("predict", "How often?", "once", True)
    file.write_bytes(line + b"\n" + file.read_bytes() + line + b"\n\n")
    assert note("predict", "How often?", "twice", True)
    assert [done.said for done in kept().done] == ["once", "twice"]
    assert kept().skipped == 2


def test_a_torn_line_costs_the_next_one_nothing(file: Path) -> None:
    assert note("predict", "How often?", "once", True)
    file.write_bytes(file.read_bytes()[:-20])
    assert note("predict", "How often?", "twice", True)
    assert ([done.said for done in kept().done], kept().skipped) == (["twice"], 1)


def test_a_full_file_takes_no_more_and_says_so(file: Path) -> None:
    assert note("predict", "How often?", "once", True)
    file.write_bytes(file.read_bytes() + b"\n" * MOST_BYTES)
    before = file.stat().st_size
    assert not note("predict", "How often?", "twice", True)
    assert file.stat().st_size == before
    assert why_nothing_is_kept().endswith("is full (5 MB); move it away, or delete it, and a new one begins")
    assert [done.said for done in kept().done] == ["once"]


def test_where_nothing_can_be_kept_the_answer_counts_all_the_same(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file.parent.write_text("a file where the folder should be")
    for path in (file, "/proc/self/no/progress.jsonl", "/dev/full", str(file.parent.parent), "~nobody-here/p"):
        monkeypatch.setenv("IMTEACH_PROGRESS", str(path))
        guess = ask()
        assert guess.answer("twice").right
        assert why_nothing_is_kept()
        assert "\n" not in why_nothing_is_kept()
    assert file.parent.read_text() == "a file where the folder should be"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such thing")
def test_a_pipe_that_nobody_reads_keeps_nobody_waiting(file: Path) -> None:
    file.parent.mkdir()
    os.mkfifo(file)
    assert not note("predict", "How often?", "once", True)
    assert why_nothing_is_kept().endswith("is no ordinary file")
    assert kept().done == ()


def test_to_ask_why_leaves_nothing_behind(file: Path) -> None:
    assert why_nothing_is_kept() == ""
    assert not file.parent.exists()


@given(st.text(), st.text(), st.text())
def test_whatever_is_said_is_one_line_within_its_limit_and_comes_back(lesson: str, about: str, said: str) -> None:
    for times in (1, 500):
        done = done_now("predict", lesson * times, about * times, said * times, True)
        assert "\n" not in done.line
        assert len(done.line.encode()) < LINE_LIMIT
        assert read_done(json.loads(done.line)) == done


def test_a_lesson_that_is_validated_is_nobodys_progress(file: Path, tmp_path: Path) -> None:
    source = "from imteach import Predict\nPredict('How?', 'dedup', choices=['so', 'not'], answer='so').answer('so')"
    code = {"cell_type": "code", "source": source, "metadata": {}, "outputs": [], "execution_count": None, "id": "a"}
    book = {"cells": [code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (tmp_path / "01.ipynb").write_text(json.dumps(book))
    assert [report.good for report in validate(tmp_path, write=True)] == [True]
    assert "Right: so." in (tmp_path / "01.ipynb").read_text()
    assert not file.exists()
