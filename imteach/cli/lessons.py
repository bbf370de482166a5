"""What teachers hand out: lessons, also as a `site`; another one (`new-lesson`), an exercise (`assignment`), a link.

`binder-link` prints the link.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from shlex import quote

from imteach import __version__
from imteach.cli.asked import whole_asked_for
from imteach.cli.jupyter import need
from imteach.cli.parser import Command
from imteach.cli.terminal import note, say
from imteach.course.workspace import refresh, shipped_lessons
from imteach.errors import InputError, quoted
from imteach.files import write_new
from imteach.tell.words import counted

MOST_POINTS = 1000

LESSONS_USAGE = "imteach lessons DIR [--slides]"

LESSONS_ABOUT = """\
Hand the lessons out into DIR, as imteach lab does, without starting Jupyter: no answer stands below its question. What
was changed there is never overwritten; a lesson that has become better since is put beside it, as NAME.new.ipynb.

  imteach lessons my-lessons
  imteach lessons screen --slides             a round is a slide; imteach lab screen opens them
"""

SITE_USAGE = "imteach site -o DIR"

SITE_ABOUT = """\
Write the lessons as a site: a folder of files that any web server hands out. Python runs in the reader's browser, so
there is nothing to install, and no server that computes. What it loads is all in the folder, about 45 MB. Where a site
of imteach is already, the new one takes its place, with what you have put beside its files, such as CNAME. What readers
have saved stays in their browsers.

  imteach site -o public                      then upload public, or try it here:
  python -m http.server -d public

It fetches Pyodide from npm and wheels from PyPI, so pip and npm must be there, and the extra `site` of imteach.
"""

NEW_USAGE = "imteach new-lesson NAME [DIR]"

NEW_ABOUT = """\
Begin a new lesson: a notebook with a title, questions, one round with a prediction, an exercise, and what one can say
afterwards. Open it, and write yours in the place of what it says. No file is overwritten.

  imteach new-lesson 16-my-topic              writes 16-my-topic.ipynb here
  imteach new-lesson 16-my-topic lessons
"""

ASSIGNMENT_USAGE = "imteach assignment [EXERCISE] [DIR] [--points N]"

ASSIGNMENT_ABOUT = """\
Write an exercise as a notebook for nbgrader: the task, a cell for the answer, and a cell that gives the points, a share
for each stage that an answer passes. No file is overwritten. Without EXERCISE: list the exercises.

  imteach assignment "mend the silent dedup" source/week-2
  imteach assignment "write dedup" source/week-2 --points 10

Then, in the course's folder, it is nbgrader's: nbgrader generate_assignment week-2
"""

BINDER_USAGE = "imteach binder-link [--branch NAME]"

BINDER_ABOUT = """\
Print the link that opens the lessons on mybinder.org, and a badge with that link for a page in Markdown. Run it in your
clone: the link leads to its remote origin, on github.com or gitlab.com, which must be public. Nothing is asked of the
network.

  imteach binder-link                         the default branch
  imteach binder-link --branch spring         a branch, a tag or a commit that was pushed
"""


def add_lessons_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach lessons` takes."""
    parser.add_argument("folder", metavar="DIR", help="the folder for the lessons")
    parser.add_argument("--slides", action="store_true", help="for the screen at the front: a round is a slide")


def hand_out(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Bring the lessons into the folder, or up to date there. Raises `InputError` if it cannot be used."""
    folder = Path(asked.folder).expanduser()
    if folder.is_dir() and folder.samefile(shipped_lessons()):
        raise InputError(f"{asked.folder} holds the lessons that came with imteach; name another folder")
    for line in refresh(folder, slides=asked.slides):
        note(line)
    return say(f"{counted(len([*folder.glob('*.ipynb')]), 'lesson')} in {asked.folder}\n")


def add_site_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach site` takes."""
    parser.add_argument("-o", "--output", metavar="DIR", help="the folder for the site: -o public")


def site(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Build the site. Raises `InputError` for what is missing, and for a folder that holds something else."""
    if asked.output is None:
        raise InputError("expected the folder for the site, such as -o public, got none", where="-o")
    need("jupyterlite_core", "jupyterlite_pyodide_kernel", "jupyter_server", "pip", extra="site")
    from imteach.course.site.build import build

    folder = build(Path(asked.output).expanduser(), __version__)
    return say(f"{folder}: try it with python -m http.server -d {quote(f'{folder}')}\n")


def add_new_lesson_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach new-lesson` takes."""
    parser.add_argument("name", metavar="NAME", help="what the file is called, such as 16-my-topic")
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="the folder for it (default: this one)")


def begin(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Write a new lesson. Raises `InputError` for a bad name, and if there is such a lesson already."""
    need("nbclient", "nbformat", "ipykernel")
    from imteach.teacher.new_lesson import new_lesson

    return say(f"{new_lesson(asked.name, Path(asked.folder).expanduser())}\n")


def add_assignment_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach assignment` takes."""
    parser.add_argument("exercise", nargs="?", metavar="EXERCISE", help="the title of the exercise")
    parser.add_argument("folder", nargs="?", default=".", metavar="DIR", help="the folder for it (default: this one)")
    parser.add_argument("--points", default="5", metavar="N", help="for an answer that is right (default: 5)")


def assign(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Write the notebook. Raises `InputError` for an exercise that is none, and if there is such a file already."""
    from imteach.course.exercises import exercises
    from imteach.teacher.assignment import assignment, file_name

    if asked.exercise is None:
        return say(f"{exercises}\n")
    exercise = exercises[asked.exercise]
    content = assignment(exercise, whole_asked_for(asked.points, "--points", most=MOST_POINTS))
    target = Path(asked.folder).expanduser() / file_name(exercise)
    write_new(target, content)
    return say(f"{target}\n")


def add_binder_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach binder-link` takes."""
    what = "a branch, a tag or a commit (default: HEAD, the default branch)"
    parser.add_argument("--branch", default="HEAD", metavar="NAME", help=what)


def link(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Print the link and the badge. Raises `InputError` where this is no clone that Binder can fetch."""
    from imteach.teacher.binder import badge, binder_link, origin_of

    if not asked.branch.strip():
        raise InputError(f"expected a branch, a tag or a commit, got {quoted(asked.branch)}", where="--branch")
    to = binder_link(origin_of(Path.cwd()), asked.branch.strip())
    return say(f"{to}\n{badge(to)}\n")


COMMANDS = {
    "lessons": Command(LESSONS_USAGE, LESSONS_ABOUT, add_lessons_arguments, hand_out),
    "site": Command(SITE_USAGE, SITE_ABOUT, add_site_arguments, site),
    "new-lesson": Command(NEW_USAGE, NEW_ABOUT, add_new_lesson_arguments, begin),
    "assignment": Command(ASSIGNMENT_USAGE, ASSIGNMENT_ABOUT, add_assignment_arguments, assign),
    "binder-link": Command(BINDER_USAGE, BINDER_ABOUT, add_binder_arguments, link),
}
