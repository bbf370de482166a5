"""The working copy: a learner's own work is never lost, and a better lesson still arrives."""

import json
import os
from pathlib import Path

import pytest

from imteach.course.workspace import MANIFEST, lesson_names, refresh, shipped_lessons
from imteach.errors import InputError


class Copy:
    """Lessons as they are shipped, and a learner's copy of them."""

    def __init__(self, home: Path) -> None:
        self.shipped, self.folder = home / "shipped", home / "mine"
        self.ship("1.ipynb", "one")
        self.ship("2.ipynb", "two")
        self.ship("pictures/p.svg", "picture")

    def ship(self, name: str, text: str) -> None:
        path = self.shipped / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def refresh(self) -> list[str]:
        return refresh(self.folder, self.shipped)

    def change(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    @property
    def files(self) -> dict[str, str]:
        paths = [path for path in self.folder.rglob("*") if path.is_file() and path.name != MANIFEST]
        return {path.relative_to(self.folder).as_posix(): path.read_text() for path in paths}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


FRESH = {"1.ipynb": "one", "2.ipynb": "two", "pictures/p.svg": "picture"}
CHANGED = "1.ipynb was changed here and stays; its new version is 1.new.ipynb"


def test_the_first_time_everything_is_copied(copy: Copy) -> None:
    copy.ship(".ipynb_checkpoints/1.ipynb", "left behind")
    copy.ship("__pycache__/x.pyc", "left behind")
    assert copy.refresh() == []
    assert copy.files == FRESH
    assert copy.refresh() == []
    assert copy.files == FRESH


def test_an_untouched_lesson_is_replaced_by_a_better_one(copy: Copy) -> None:
    copy.refresh()
    copy.ship("1.ipynb", "one, better")
    assert copy.refresh() == ["1.ipynb: updated"]
    assert copy.files == {**FRESH, "1.ipynb": "one, better"}
    assert copy.refresh() == []


def test_a_changed_lesson_stays_and_the_better_one_stands_beside_it(copy: Copy) -> None:
    copy.refresh()
    copy.change("1.ipynb", "my notes")
    assert copy.refresh() == []  # nothing new was shipped
    copy.ship("1.ipynb", "one, better")
    assert copy.refresh() == [CHANGED]
    assert copy.files == {**FRESH, "1.ipynb": "my notes", "1.new.ipynb": "one, better"}
    assert copy.refresh() == []  # told once


def test_the_version_beside_is_replaced_while_untouched(copy: Copy) -> None:
    copy.refresh()
    copy.change("1.ipynb", "my notes")
    for text in ("better", "best"):
        copy.ship("1.ipynb", text)
        assert copy.refresh() == [CHANGED]
    assert copy.files == {**FRESH, "1.ipynb": "my notes", "1.new.ipynb": "best"}


def test_the_version_beside_is_not_overwritten_once_changed(copy: Copy) -> None:
    copy.refresh()
    copy.change("1.ipynb", "my notes")
    copy.ship("1.ipynb", "better")
    copy.refresh()
    copy.change("1.new.ipynb", "more notes")
    copy.ship("1.ipynb", "best")
    assert copy.refresh() == ["1.ipynb was changed here and stays; its new version is 1.new2.ipynb"]
    assert copy.files == {**FRESH, "1.ipynb": "my notes", "1.new.ipynb": "more notes", "1.new2.ipynb": "best"}


def test_a_version_beside_that_was_thrown_away_stays_away(copy: Copy) -> None:
    copy.refresh()
    copy.change("1.ipynb", "my notes")
    copy.ship("1.ipynb", "better")
    copy.refresh()
    (copy.folder / "1.new.ipynb").unlink()
    assert copy.refresh() == []
    assert "1.new.ipynb" not in copy.files


def test_a_deleted_lesson_comes_back(copy: Copy) -> None:
    copy.refresh()
    (copy.folder / "1.ipynb").unlink()
    assert copy.refresh() == []
    assert copy.files == FRESH


def test_the_learners_own_files_are_let_be(copy: Copy) -> None:
    copy.refresh()
    copy.change("my own.ipynb", "mine")
    copy.refresh()
    assert copy.files == {**FRESH, "my own.ipynb": "mine"}


def test_a_file_that_was_there_before_imteach_is_the_learners(copy: Copy) -> None:
    copy.folder.mkdir()
    copy.change("1.ipynb", "an essay")
    assert copy.refresh() == [CHANGED]
    assert copy.files == {**FRESH, "1.ipynb": "an essay", "1.new.ipynb": "one"}


@pytest.mark.parametrize("text", ["", "{", "[]", '{"1.ipynb": 7}', "[" * 100_000, "\ufffe"])
def test_with_a_damaged_manifest_everything_counts_as_changed(copy: Copy, text: str) -> None:
    copy.refresh()
    copy.change("1.ipynb", "my notes")
    copy.change(MANIFEST, text)
    copy.ship("2.ipynb", "two, better")
    notes = copy.refresh()
    assert "is damaged" in notes[0]
    assert copy.files == {
        **FRESH,
        "1.ipynb": "my notes",
        "1.new.ipynb": "one",
        "2.ipynb": "two",
        "2.new.ipynb": "two, better",
    }
    assert copy.refresh() == []


def test_a_manifest_of_bytes_is_damaged_too(copy: Copy) -> None:
    copy.refresh()
    (copy.folder / MANIFEST).write_bytes(b"\xff\xfe\x00")
    assert "is damaged" in copy.refresh()[0]
    assert json.loads((copy.folder / MANIFEST).read_text()).keys() == FRESH.keys()


@pytest.mark.skipif(os.name != "posix", reason="links need rights on Windows")
def test_a_link_is_the_learners_and_what_it_points_to_is_not_written(copy: Copy, tmp_path: Path) -> None:
    copy.refresh()
    elsewhere = tmp_path / "elsewhere.ipynb"
    elsewhere.write_text("one")
    (copy.folder / "1.ipynb").unlink()
    (copy.folder / "1.ipynb").symlink_to(elsewhere)
    copy.ship("1.ipynb", "one, better")
    assert copy.refresh() == [CHANGED]
    assert elsewhere.read_text() == "one"


def test_the_shipped_lessons_themselves_are_served_as_they_are(copy: Copy) -> None:
    assert refresh(copy.shipped, copy.shipped) == ["these are the lessons that came with imteach, not a copy"]
    assert not (copy.shipped / MANIFEST).exists()


def test_a_file_is_no_folder_for_lessons(copy: Copy) -> None:
    copy.folder.write_text("a file")
    with pytest.raises(InputError, match=r"mine is a file; name a folder for the lessons$"):
        copy.refresh()
    assert copy.folder.read_text() == "a file"


def test_a_folder_below_a_file_cannot_be_made(copy: Copy) -> None:
    (copy.shipped / "2.ipynb").touch()
    with pytest.raises(InputError, match=r"^cannot keep the lessons in .*: Not a directory$"):
        refresh(copy.shipped / "2.ipynb" / "mine", copy.shipped)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that not even root can write to")
def test_a_folder_that_cannot_be_written_gets_one_line(copy: Copy) -> None:
    with pytest.raises(InputError, match=r"^cannot "):
        refresh(Path("/proc/self/lessons"), copy.shipped)


def test_the_shipped_lessons_are_found() -> None:
    assert lesson_names(shipped_lessons())[0].startswith("00")


def test_the_copy_comes_as_nobody_has_run_it_but_for_the_still_picture_of_a_lab(tmp_path):
    cell = {
        "cell_type": "code",
        "execution_count": 1,
        "outputs": [{"output_type": "execute_result", "execution_count": 1}],
    }
    words = {"cell_type": "markdown", "metadata": {"editable": False}, "source": ["predict"]}
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    book = {"cells": [words, {**cell, "metadata": {}}, {**cell, "metadata": {"tags": ["lab"]}}]}
    (shipped / "01-a.ipynb").write_text(json.dumps(book))
    refresh(tmp_path / "mine", shipped)
    copied, ran, lab = json.loads((tmp_path / "mine" / "01-a.ipynb").read_text())["cells"]
    assert copied == words
    assert ran["outputs"] == []
    assert lab["outputs"] == [{"output_type": "execute_result", "execution_count": None}]
    assert ran["execution_count"] is lab["execution_count"] is None
    before = (tmp_path / "mine" / "01-a.ipynb").read_bytes()
    assert refresh(tmp_path / "mine", shipped) == []  # and that is no change of the learner's
    assert (tmp_path / "mine" / "01-a.ipynb").read_bytes() == before
