"""`imteach lab` and `imteach validate`: the commands that need Jupyter, and say so if it is missing."""

import argparse
import re
from collections.abc import Sequence
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path

from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command, meant_by
from imteach.cli.terminal import note, say
from imteach.course.workspace import lesson_names, refresh, shipped_lessons
from imteach.errors import InputError, comes_with

USUAL = {"--port", "--no-browser", "--ip", "--allow-root"}
"""Options of every JupyterLab that there is, which need not be asked for."""

LAB_USAGE = "imteach lab [DIR] [JUPYTER OPTION]…"

LAB_ABOUT = """\
Open the lessons in JupyterLab, in a working copy that is yours: what you change is never overwritten. A lesson
that has become better since is put beside yours, as NAME.new.ipynb.

  imteach lab                                 the copy is in imteach-lessons, in your home folder
  imteach lab my-lessons                      the copy is in my-lessons
  imteach lab my-lessons --no-browser --port 8899

DIR stands first. Options that are not known here go to JupyterLab: see imteach lab --help-all.
"""

VALIDATE_ABOUT = """\
Run every lesson from top to bottom, each in a fresh kernel, and compare its outputs with those saved in it.
The exit status is 0 if all are the same, else 1.

  imteach validate                    the lessons in ./lessons, or else those that came with imteach
  imteach validate lessons --write    save the outputs
  imteach validate lessons --junit report.xml
                                      for a CI that shows a table of tests
"""


def add_lab_arguments(_: argparse.ArgumentParser) -> None:
    """Declare no arguments, because any option may be meant for JupyterLab."""


def add_validate_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach validate` takes."""
    parser.add_argument("folder", nargs="?", metavar="DIR", help="the folder with the lessons")
    parser.add_argument("--write", action="store_true", help="save the outputs in the lessons")
    parser.add_argument("--junit", metavar="FILE", help="also write a JUnit report: a test case for each lesson")


def lab(_: argparse.Namespace, rest: Sequence[str]) -> int:
    """Bring the working copy up to date and start JupyterLab on it. `rest` is [DIR] [JUPYTER OPTION]…"""
    need("jupyterlab", "ipywidgets", "anywidget", "ipykernel")
    from imteach.course.serve import as_root, serve

    # Only the first argument can be DIR: in "--port 8899", 8899 is no folder.
    named = bool(rest) and not rest[0].startswith("-")
    _check_names(rest[named:])
    folder = Path(rest[0]).expanduser() if named else Path.home() / "imteach-lessons"
    for line in _brought(folder):
        note(line)
    if as_root():
        note("started as root, so JupyterLab gets --allow-root")
    return serve(folder, rest[named:])


def _check_names(options: Sequence[str]) -> None:
    """Raise `InputError` for an option that JupyterLab has not: it would start, and leave it out or guess at it.

    What a setting is called, as in --ServerApp.ip, JupyterLab checks itself.
    """
    typed = [word.partition("=")[0] for word in takewhile("--".__ne__, options) if re.match("--?[A-Za-z]", word)]
    new = [name for name in typed if "." not in name and name not in USUAL]
    if not new:
        return
    from imteach.course.serve import options_of_jupyterlab  # it takes a second

    known = options_of_jupyterlab()
    for name in new:
        if name not in known:
            meant = meant_by(name, known)
            other = f"is {meant} meant?" if meant else "see imteach lab --help-all"
            raise InputError(f"JupyterLab has no such option; {other}", where=name)


def _brought(folder: Path) -> list[str]:
    """Bring the lessons into the folder. Where that fails and lessons are there, one can still work with those."""
    try:
        return refresh(folder)
    except InputError as error:
        if not (folder.is_dir() and lesson_names(folder)):
            raise
        return [f"{error}; the lessons that are there stay as they are"]


def validate(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Run every lesson; compare or save its outputs. The exit status is 1 if something differs or fails."""
    need("nbclient", "nbformat", "ipykernel")
    from imteach.teacher.junit import to_junit
    from imteach.teacher.validate import validate as reports

    folder = _lessons_to_validate(asked.folder, asked.write)
    check_output(asked.junit, "junit")
    status, done = 0, []
    for report in reports(folder, write=asked.write):
        status = max(status, say(f"{report}\n"), 0 if report.good else 1)
        done.append(report)
    if asked.junit is not None:
        status = max(status, hand_over(to_junit(done, folder), asked.junit, "junit"))
    return status


def _lessons_to_validate(named: str | None, write: bool) -> Path:
    if named is not None:
        return Path(named)
    if Path("lessons").is_dir():
        return Path("lessons")
    if write:
        raise InputError(
            "no ./lessons here, and those that came with imteach stay as they are; name DIR", where="--write"
        )
    return shipped_lessons()


def need(*modules: str, extra: str = "lab") -> None:
    """Check that these are installed. Raises `InputError` that says how to install them."""
    for module in modules:
        if find_spec(module) is None:
            raise InputError(f"{module} is not installed; {comes_with(extra)}")


COMMANDS = {
    "lab": Command(LAB_USAGE, LAB_ABOUT, add_lab_arguments, lab, passes_on=True),
    "validate": Command(None, VALIDATE_ABOUT, add_validate_arguments, validate),
}
