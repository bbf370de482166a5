"""`imteach lab`, `imteach lessons` and `imteach site` survive: nothing is half written, and nobody's work is lost.

A kill at any moment, a disk that becomes full at any moment, a folder that cannot be written, two at the same time, and
paths with anything in them.
"""

import errno
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import imteach
from imteach.cli import jupyter, lessons, main
from imteach.course.site import build as site
from imteach.course.site.build import MARK, build
from imteach.course.workspace import MANIFEST, lesson_names, refresh, shipped_lessons
from imteach.errors import InputError

ROOT = Path(imteach.__file__).parents[1]
CHILD = Path(__file__).with_name("surviving.py")
MOMENTS = 60  # more than there are changes of files
LEFT = re.compile(r"\.imteach-([0-9a-f]{12}|site-\w+)")

posix = pytest.mark.skipif(os.name != "posix", reason="a process that splits in two")


def held(folder: Path) -> dict[str, str]:
    """What a folder holds for whoever looks into it: each file with its text, but for what we hide."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    names = {path.relative_to(folder): path for path in files if path.name != MANIFEST}
    seen = [name for name in names if not any(map(LEFT.fullmatch, name.parts))]
    return {name.as_posix(): names[name].read_text() for name in seen}


def left(folder: Path) -> list[str]:
    """What a killed program left, by its path."""
    return [str(path) for path in folder.rglob("*") if LEFT.fullmatch(path.name)]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


# At any moment

OLD = {"1.ipynb": "one", "2.ipynb": "two", "pictures/p.svg": "picture"}
NEW = {"1.ipynb": "ONE", "2.ipynb": "TWO", "3.ipynb": "THREE", "pictures/p.svg": "PICTURE"}
MINE = {"2.ipynb": "my work", "notes.txt": "my notes"}
BROUGHT = {**NEW, **MINE, "2.new.ipynb": "TWO"}


def a_lesson_changed(home: Path) -> None:
    """Lessons that were handed out, of which the learner has changed one, and that are better now."""
    write(home / "shipped", OLD)
    refresh(home / "mine", home / "shipped")
    write(home / "mine", MINE)
    write(home / "shipped", NEW)


OLD_SITE = {MARK: json.dumps({"files": [MARK, "index.html"]}), "index.html": "old"}
OTHERS = {"CNAME": "school.example", ".git/HEAD": "ref: refs/heads/pages"}
NEW_SITE = {"index.html": "new 9.9", "lab/index.html": "new, too"}


def a_site_before(home: Path) -> None:
    """A site that was built, and beside its files two that somebody has put there."""
    write(home / "public", {**OLD_SITE, **OTHERS})


def moments(what: str, how: str, home: Path, prepare: Callable[[Path], None]) -> Iterator[tuple[Path, str]]:
    """Each folder in which it was killed, before a change or in the middle of it, or had no more room; how it ended."""
    for name in ("warm", *map(str, range(MOMENTS))):
        prepare(home / name)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))}
    ran = subprocess.run(
        [sys.executable, CHILD, what, how, home], env=env, capture_output=True, text=True, check=True, timeout=120
    )
    lines = ran.stdout.splitlines()
    assert 10 < len(lines) < MOMENTS
    assert lines[-1].endswith("done")
    for line in lines[:-1]:
        changes, _, words = line.partition(" ")
        yield home / changes, words


@posix
@pytest.mark.parametrize("how", ["killed", "torn"])
def test_lessons_survive_a_kill_at_any_moment(tmp_path: Path, how: str) -> None:
    for home, words in moments("lessons", how, tmp_path, a_lesson_changed):
        assert words == "killed"
        now = held(home / "mine")
        assert now.items() >= MINE.items()
        assert all(text in (OLD.get(name), BROUGHT.get(name)) for name, text in now.items())
        assert now.keys() >= OLD.keys()
        refresh(home / "mine", home / "shipped")
        assert held(home / "mine") == BROUGHT
        for name in left(home / "mine"):
            os.utime(name, (0, 0))
        assert refresh(home / "mine", home / "shipped") == []
        assert left(home / "mine") == []


@posix
def test_lessons_survive_a_full_disk_at_any_moment(tmp_path: Path) -> None:
    for home, words in moments("lessons", "full", tmp_path, a_lesson_changed):
        assert re.fullmatch(r"refused: cannot (keep|write) .*: No space left on device", words), words
        now = held(home / "mine")
        assert now.items() >= MINE.items()
        assert all(text in (OLD.get(name), BROUGHT.get(name)) for name, text in now.items())
        assert left(home / "mine") == []
        refresh(home / "mine", home / "shipped")
        assert held(home / "mine") == BROUGHT


@posix
@pytest.mark.parametrize("how", ["killed", "torn"])
def test_a_site_survives_a_kill_at_any_moment(tmp_path: Path, how: str) -> None:
    """Killed between its two moves, it leaves the site before in a folder beside, and the next build puts that back."""
    away = 0
    for home, words in moments("site", how, tmp_path, a_site_before):
        assert words == "killed"
        if (home / "public").exists():
            now = held(home / "public")
            assert now.pop(MARK)
            assert now in ({"index.html": "old", **OTHERS}, {**NEW_SITE, **OTHERS})
        else:
            away += 1
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(site, "_built", failing)
                with pytest.raises(InputError, match="no network"):
                    build(home / "public", "9.9")
            assert held(home / "public") == {**OLD_SITE, **OTHERS}
        for name in left(home):
            os.utime(name, (0, 0))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(site, "_built", built)
            build(home / "public", "9.9")
        assert held(home / "public").items() >= {**NEW_SITE, **OTHERS}.items()
        assert left(home) == []
    assert away


@posix
def test_a_site_survives_a_full_disk_at_any_moment(tmp_path: Path) -> None:
    for home, words in moments("site", "full", tmp_path, a_site_before):
        assert re.fullmatch(r"refused: cannot write .*public: No space left on device", words), words
        assert held(home / "public") == {**OLD_SITE, **OTHERS}
        assert left(home) == []


def failing(work: Path, version: str) -> Path:
    raise InputError("no network")


def built(work: Path, version: str) -> Path:
    write(work / "site", NEW_SITE)
    return work / "site"


def test_if_the_second_move_fails_the_site_before_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_site_before(tmp_path)
    rename = Path.rename

    def refused(path: Path, to: Path) -> Path:
        if path.name == "site":
            raise OSError(errno.EACCES, "Permission denied")
        return rename(path, to)

    monkeypatch.setattr(site, "_built", built)
    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(InputError, match=r"cannot write .*public: Permission denied"):
        build(tmp_path / "public", "9.9")
    assert held(tmp_path / "public") == {**OLD_SITE, **OTHERS}


def test_a_place_may_be_said_from_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in `imteach site -o public`: JupyterLite is started in another folder."""

    def built_elsewhere(work: Path, version: str) -> Path:
        monkeypatch.chdir(work)
        return built(work, version)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(site, "_built", built_elsewhere)
    monkeypatch.setattr(site, "_take_place", lambda *paths: told.extend(paths))
    told: list[Path] = []
    build(Path("public"), "9.9")
    assert told[0].is_absolute()


def test_what_may_be_another_programs_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A build that runs now, a file that somebody called so, and the lessons' own list."""
    a_lesson_changed(tmp_path)
    names = [".imteach-0123456789ab", ".imteach-site-now", ".imteach-mine"]
    (tmp_path / names[1]).mkdir()
    for name in (names[0], names[2]):
        (tmp_path / "mine" / name).write_text("half")
    os.utime(tmp_path / "mine" / names[2], (0, 0))
    os.utime(tmp_path / "mine" / MANIFEST, (0, 0))
    monkeypatch.setattr(site, "_built", built)
    build(tmp_path / "public", "9.9")
    refresh(tmp_path / "mine", tmp_path / "shipped")
    assert (tmp_path / names[1]).is_dir()
    assert all((tmp_path / "mine" / name).is_file() for name in (names[0], names[2], MANIFEST))
    assert held(tmp_path / "mine").items() >= BROUGHT.items()


# A folder that cannot be written


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The folders on which JupyterLab would have been started."""
    folders: list[Path] = []
    monkeypatch.setattr("imteach.course.serve.serve", lambda folder, options: folders.append(folder) or 0)
    return folders


def refuses_to_write(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let no file be written; for root, no folder is read-only."""

    def refuse(path: object, mode: str, data: bytes) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("imteach.files._write", refuse)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_the_lab_opens_lessons_that_cannot_be_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[Path], capsys: pytest.CaptureFixture[str], number: int
) -> None:
    folder = tmp_path / "mine"
    assert main(["lessons", str(folder)]) == 0
    first = folder / lesson_names(folder)[0]
    first.unlink()
    refuses_to_write(monkeypatch, number)
    capsys.readouterr()
    assert jupyter.lab(None, [str(folder)]) == 0  # type: ignore[arg-type]  # it takes no arguments of its own
    assert served == [folder]
    said = capsys.readouterr().err.splitlines()[0]
    assert said.startswith("imteach: cannot ")
    assert said.endswith(f"{os.strerror(number)}; the lessons that are there stay as they are")


def test_where_nothing_is_to_be_written_nothing_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh(tmp_path / "mine")
    refuses_to_write(monkeypatch, errno.EROFS)
    assert refresh(tmp_path / "mine") == []


def test_without_any_lesson_the_lab_says_why_and_does_not_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    refuses_to_write(monkeypatch, errno.EROFS)
    with pytest.raises(SystemExit):
        main(["lab", str(tmp_path / "mine")])
    assert served == []
    assert capsys.readouterr().err.endswith(f": {os.strerror(errno.EROFS)}\n")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that not even root can write to")
def test_a_site_in_a_folder_that_cannot_be_written_is_refused_in_a_line() -> None:
    with pytest.raises(InputError, match=r"^cannot write /proc/self/sites/public: "):
        build(Path("/proc/self/sites/public"), "9.9")


# Two at a time


def both(act: Callable[[int], None], times: int) -> None:
    """Do it in two threads at the same moment."""
    wrong: list[BaseException] = []
    together = threading.Barrier(2)

    def one(number: int) -> None:
        try:
            together.wait(10)
            act(number)
        except BaseException as error:
            wrong.append(error)

    for _ in range(times):
        threads = [threading.Thread(target=one, args=[number]) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_two_labs_at_a_time_bring_the_lessons_once(tmp_path: Path) -> None:
    for number in range(20):
        home = tmp_path / str(number)
        a_lesson_changed(home)
        both(lambda _, home=home: refresh(home / "mine", home / "shipped") and None, 1)
        assert held(home / "mine") == BROUGHT
        assert left(home / "mine") == []
        assert refresh(home / "mine", home / "shipped") == []


def test_two_builds_at_a_time_leave_one_whole_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    a_site_before(tmp_path)
    ready = threading.Barrier(2)

    def build_together(work: Path, version: str) -> Path:
        write(work / "site", dict.fromkeys(("index.html", "lab/index.html", "lab/other.html"), version))
        ready.wait(10)
        return work / "site"

    monkeypatch.setattr(site, "_built", build_together)
    both(lambda number: build(tmp_path / "public", f"9.{number}") and None, 50)
    now = held(tmp_path / "public")
    assert json.loads(now.pop(MARK))["imteach"] in ("9.0", "9.1")
    others = {name: now.pop(name) for name in OTHERS}
    assert others == OTHERS
    assert len(now) == 3
    assert len(set(now.values())) == 1
    assert left(tmp_path) == []


# Paths

NAMES = ["my lessons", "größe & Ähnliches", "мои уроки", "课程", "$HOME", "%41 #1?x=y", "[1]*", "'q' \"q\"", "-o"]


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_may_be_called_anything(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, served: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(site, "_built", built)
    monkeypatch.setattr(lessons, "need", lambda *_, **__: None)
    folder = Path(name) if not name.startswith("-") else Path.cwd() / name
    assert main(["lab", str(folder)]) == 0
    assert served == [folder]
    assert lesson_names(folder) == lesson_names(shipped_lessons())
    shutil.rmtree(folder)
    capsys.readouterr()
    for _ in range(2):
        assert main(["site", "-o", str(folder)]) == 0
        assert held(folder).items() >= NEW_SITE.items()
    *_, to_try = capsys.readouterr().out.splitlines()
    assert shlex.split(to_try.partition("try it with ")[2]) == ["python", "-m", "http.server", "-d", str(folder)]
