"""The lessons that came with imteach, as far as progress is about them: their titles, and how much they ask."""

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from imteach.course.workspace import lesson_names, shipped_lessons
from imteach.errors import InputError

_PREDICTION = re.compile(r"\bPredict(?:\.[a-z]+)?\(")


@dataclass(frozen=True)
class LessonOnShelf:
    """A lesson: its `name` (of its file, without the ending), its `title`, and how many `predictions` it asks for."""

    name: str
    title: str
    predictions: int


def shelf(folder: Path | None = None) -> list[LessonOnShelf]:
    """Return the lessons of a folder in reading order; unless given, those that came with imteach, if any did.

    >>> shelf()[1].title
    'Lesson 1: Three packets'
    """
    found = []
    with suppress(InputError):  # none came with this installation: progress can be told all the same
        folder = folder or shipped_lessons()
        found = [_read(folder / name) for name in lesson_names(folder)]
    return found


def _read(path: Path) -> LessonOnShelf:
    try:
        cells = [(cell["cell_type"], _text(cell["source"])) for cell in json.loads(path.read_bytes())["cells"]]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        cells = []  # somebody works on it just now; it has its name all the same
    headings = (line[2:].strip() for kind, text in cells if kind == "markdown" for line in text.splitlines()[:1])
    asked = sum(len(_PREDICTION.findall(text)) for kind, text in cells if kind == "code")
    return LessonOnShelf(path.stem, next(headings, "") or path.stem, asked)


def _text(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)
