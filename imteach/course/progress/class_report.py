"""What a class did: who is where, which predictions most got wrong and what they expected, which exercises are hard."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from imteach.course.progress.counts import EXERCISE, PREDICT, AllTries, lesson_by_lesson, tries
from imteach.course.progress.gathered import Gathered
from imteach.course.progress.handin import HandIn

SCHEMA = "imteach/class/1"


@dataclass(frozen=True)
class PersonInClass:
    """Where somebody is: their last lesson and when, predictions answered, and right at first, exercises solved."""

    name: str
    lesson: str
    when: str
    lessons_begun: int
    answered: int
    right_at_first: int
    exercises_solved: int


@dataclass(frozen=True)
class AskedOfClass:
    """A prediction or an exercise of a lesson, and how it went in a class.

    `people` tried it, `wrong_at_first` of them did not have it right with the first try, `not_yet` with none so far. Of
    the first tries that were not right `most_said` is what most said, or met, and `said_by` how many did.
    """

    lesson: str
    about: str
    people: int
    wrong_at_first: int
    not_yet: int
    most_said: str
    said_by: int


@dataclass(frozen=True)
class ClassReport:
    """A class: its people by name, and its predictions and exercises, those that most had wrong first."""

    people: tuple[PersonInClass, ...]
    predictions: tuple[AskedOfClass, ...]
    exercises: tuple[AskedOfClass, ...]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]

    def to_json(self) -> str:
        """Return it as data."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"


def class_report(gathered: Gathered) -> ClassReport:
    """Return what a class did, from what it handed in.

    >>> class_report(Gathered(())).people
    ()
    """
    asked = [each for person in gathered.people for each in tries(person.done)]
    return ClassReport(
        people=tuple(map(_where, gathered.people)),
        predictions=_hardest(asked, PREDICT),
        exercises=_hardest(asked, EXERCISE),
        refused=gathered.refused,
        left_out=gathered.left_out,
    )


def _where(person: HandIn) -> PersonInClass:
    lessons = lesson_by_lesson(person.done)
    counts = list(lessons.values())
    last = person.done[-1] if person.done else None
    return PersonInClass(
        person.name,
        lesson=last.lesson if last else "",
        when=last.when if last else "",
        lessons_begun=len([name for name in lessons if name]),
        answered=sum(each.answered for each in counts),
        right_at_first=sum(each.right_at_first for each in counts),
        exercises_solved=sum(each.solved for each in counts),
    )


def _hardest(asked: Iterable[AllTries], did: str) -> tuple[AskedOfClass, ...]:
    """Put together what was asked of several people, and sort it: what most had wrong at first comes first."""
    together: dict[tuple[str, str], list[AllTries]] = {}
    for each in asked:
        if each.first.did == did:
            together.setdefault((each.first.lesson, each.first.about), []).append(each)
    rows = [_of_the_class(lesson, about, all_) for (lesson, about), all_ in together.items()]
    return tuple(sorted(rows, key=lambda row: (-row.wrong_at_first, -row.not_yet, row.lesson, row.about)))


def _of_the_class(lesson: str, about: str, all_: Sequence[AllTries]) -> AskedOfClass:
    wrong = Counter(each.first.said for each in all_ if not each.first.right)
    most_said, said_by = min(wrong.items(), key=_most_first, default=("", 0))
    not_yet = sum(not each.right for each in all_)
    return AskedOfClass(lesson, about, len(all_), wrong.total(), not_yet, most_said, said_by)


def _most_first(said: tuple[str, int]) -> Any:
    text, count = said
    return (-count, text)  # of two as frequent the first in the alphabet: the same files give the same report
