"""`imteach handin` and `imteach class`: what a learner did as one file, and the files of a class as one table."""

import argparse
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from imteach.cli.output import check_output, hand_over
from imteach.cli.parser import Command
from imteach.cli.terminal import note, say
from imteach.course.progress.class_page import class_to_html, class_to_text
from imteach.course.progress.class_report import ClassReport, class_report
from imteach.course.progress.counts import EXERCISE, PREDICT, tries
from imteach.course.progress.gathered import gather
from imteach.course.progress.handin import MOST_BYTES, hand_in, read_hand_in
from imteach.course.progress.kept import kept, progress_file, why_nothing_is_kept
from imteach.errors import InputError, quoted
from imteach.files import check_writable, write_whole
from imteach.tell.words import counted

HANDIN_USAGE = "imteach handin [-o FILE] [--name NAME]"

HANDIN_ABOUT = """\
Write what you predicted and solved into one file, to be handed in. Nothing leaves this machine unless you send that
file; open it in an editor and look what is in it.

  imteach handin                              writes imteach-handin.json here
  imteach handin --name "Ada L." -o ada.json

It holds of each question your first answer, the first right one and the last. A sha256 over its content shows if the
file was changed by accident; it proves nothing about who made it.
"""

CLASS_USAGE = "imteach class FOLDER [--format table|html|json] [-o FILE]"

CLASS_ABOUT = """\
Gather the files that imteach handin wrote, from a folder and those below it: who is where, which prediction most had
wrong, and what they said, which exercise took most more than one try.

  imteach class handed-in
  imteach class handed-in --format html -o class.html

A file that is no hand-in, or was changed since it was made, gets a line and is not counted; the exit status is 1 then.
"""

FORMATS: Mapping[str, Callable[[ClassReport], str]] = {
    "table": class_to_text,
    "html": class_to_html,
    "json": ClassReport.to_json,
}


def add_handin_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach handin` takes."""
    parser.add_argument(
        "-o", "--output", metavar="FILE", default="imteach-handin.json", help="the file (default: imteach-handin.json)"
    )
    parser.add_argument("--name", default="", help="who you are, for your teacher; without it the file's name counts")


def add_class_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach class` takes."""
    parser.add_argument("folder", metavar="FOLDER", help="the folder with the files that were handed in")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=FORMATS, default="table", help="what to write (default: table)")
    output.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to the terminal")


def write_hand_in(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Write the file. Raises `InputError` if there is nothing to hand in, or it cannot be written."""
    done = kept().done
    if not done:
        why = why_nothing_is_kept() or f"there is no answer in {progress_file()} so far"
        raise InputError(f"nothing to hand in: {why}")
    check_writable(asked.output)
    _check_nobody_elses(Path(asked.output), asked.name)
    write_whole(asked.output, hand_in(done, asked.name).to_json())
    kinds = Counter(each.first.did for each in tries(done))
    held = " and ".join(counted(kinds[did], noun) for did, noun in ((PREDICT, "prediction"), (EXERCISE, "exercise")))
    return say(f"{asked.output} holds {held}; nothing was sent\n")


def _check_nobody_elses(path: Path, name: str) -> None:
    """Raise `InputError` if the file is there and is no hand-in of this person: it would be lost."""
    try:
        with path.open("rb") as file:
            found = read_hand_in(file.read(MOST_BYTES + 1))
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    except InputError:
        raise InputError(
            f"{path} is there already and is no hand-in, so it stays as it is; name another file"
        ) from None
    if found.name != name:
        who = quoted(found.name) if found.name else "somebody without a name"
        raise InputError(f"{path} is the hand-in of {who}, and stays as it is; name another file")


def show_class(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Gather, and write the tables. The exit status is 1 if a file could not be counted."""
    check_output(asked.output, asked.format, "class")
    report = class_report(gather(Path(asked.folder)))
    for line in (*report.refused, *report.left_out):
        note(line)
    if not report.people:
        raise InputError(f"none of the {counted(len(report.refused), 'file')} is a hand-in", where=asked.folder)
    status = hand_over(FORMATS[asked.format](report), asked.output, asked.format)
    return max(status, 1 if report.refused else 0)


COMMANDS = {
    "handin": Command(HANDIN_USAGE, HANDIN_ABOUT, add_handin_arguments, write_hand_in),
    "class": Command(CLASS_USAGE, CLASS_ABOUT, add_class_arguments, show_class),
}
