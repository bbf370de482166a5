"""`imteach lessons`: handing the lessons out, without Jupyter."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from imteach.cli.parser import Command
from imteach.cli.terminal import note, say
from imteach.course.workspace import refresh, shipped_lessons
from imteach.errors import InputError
from imteach.tell.words import counted

LESSONS_USAGE = "imteach lessons DIR"

LESSONS_ABOUT = """\
Hand the lessons out into DIR, as imteach lab does, without starting Jupyter: no answer stands below its question. What
was changed there is never overwritten; a lesson that has become better since is put beside it, as NAME.new.ipynb.

  imteach lessons my-lessons
"""


def add_lessons_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach lessons` takes."""
    parser.add_argument("folder", metavar="DIR", help="the folder for the lessons")


def hand_out(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Bring the lessons into the folder, or up to date there. Raises `InputError` if it cannot be used."""
    folder = Path(asked.folder).expanduser()
    if folder.is_dir() and folder.samefile(shipped_lessons()):
        raise InputError(f"{asked.folder} holds the lessons that came with imteach; name another folder")
    for line in refresh(folder):
        note(line)
    return say(f"{counted(len([*folder.glob('*.ipynb')]), 'lesson')} in {asked.folder}\n")


COMMANDS = {"lessons": Command(LESSONS_USAGE, LESSONS_ABOUT, add_lessons_arguments, hand_out)}
