"""What was done, counted by question: the first answer shows what somebody expected, any right one that they got there.

It counts for a learner, and for a class.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from imteach.course.progress.done import Done

PREDICT, EXERCISE = "predict", "exercise"


@dataclass(frozen=True)
class AllTries:
    """All tries at one question or exercise, in their order; there is at least one."""

    all: tuple[Done, ...]

    @property
    def first(self) -> Done:
        """The first try."""
        return self.all[0]

    @property
    def last(self) -> Done:
        """The last one."""
        return self.all[-1]

    @property
    def right(self) -> bool:
        """Whether any of them was right."""
        return any(done.right for done in self.all)

    @property
    def telling(self) -> list[Done]:
        """The first try, the first right one and the last: the others say nothing more to a teacher."""
        return [self.first, *[done for done in self.all if done.right][:1], self.last]


def tries(done: Iterable[Done]) -> list[AllTries]:
    """Return what was done, put together by question and exercise, in the order of the first try.

    >>> tries([])
    []
    """
    found: dict[tuple[str, str, str], list[Done]] = {}
    for one in done:
        found.setdefault(one.subject, []).append(one)
    return [AllTries(tuple(all_)) for all_ in found.values()]


@dataclass(frozen=True)
class DoneInLesson:
    """What somebody did in a lesson: predictions answered, and right at first, exercises solved, the last thing."""

    lesson: str
    answered: int
    right_at_first: int
    solved: int
    last: Done


def lesson_by_lesson(done: Iterable[Done]) -> dict[str, DoneInLesson]:
    """Return what was done in each lesson, by its name, in the order in which they were begun."""
    by_lesson: dict[str, list[Done]] = {}
    for one in done:
        by_lesson.setdefault(one.lesson, []).append(one)
    return {lesson: _counted(lesson, all_) for lesson, all_ in by_lesson.items()}


def _counted(lesson: str, done: list[Done]) -> DoneInLesson:
    asked = tries(one for one in done if one.did == PREDICT)
    tasks = tries(one for one in done if one.did == EXERCISE)
    return DoneInLesson(
        lesson,
        answered=len(asked),
        right_at_first=sum(each.first.right for each in asked),
        solved=sum(each.right for each in tasks),
        last=done[-1],
    )
