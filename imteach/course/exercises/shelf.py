"""All exercises by their titles, from the easiest to the hardest."""

from difflib import get_close_matches

from imteach.course.exercises.exercise import Exercise
from imteach.course.exercises.fault_tasks import FAULT_TASKS
from imteach.course.exercises.receiver_tasks import RECEIVER_TASKS
from imteach.course.exercises.sender_tasks import SENDER_TASKS
from imteach.course.exercises.server_tasks import SERVER_TASKS
from imteach.course.exercises.setting_tasks import SETTING_TASKS
from imteach.draw.tables import Table, as_html, as_text
from imteach.errors import InputError, quoted
from imteach.scenario.checks import ByName


class Exercises(ByName[Exercise]):
    """Exercises by title. In a notebook it shows as a table; a wrong title is told which ones there are.

    >>> exercises["mend the silent dedup!"]
    Traceback (most recent call last):
    imteach.errors.InputError: no exercise 'mend the silent dedup!'; is “mend the silent dedup” meant?
    """

    def __missing__(self, title: object) -> Exercise:
        close = get_close_matches(str(title).lower(), list(self), n=3, cutoff=0.5)
        if close:
            meant = " or ".join(f"“{near}”" for near in close)
            raise InputError(f"no exercise {quoted(title)}; is {meant} meant?")
        raise InputError(f"no exercise {quoted(title)}; there are {', '.join(f'“{each}”' for each in self)}")

    def _table(self) -> Table:
        rows = [[each.title, f"lesson {each.lesson}", ", ".join(each.stages)] for each in self.values()]
        return Table("Exercises", ["title", "belongs to", "what an answer goes through"], rows, words=True)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": as_text([self._table()]), "text/html": as_html([self._table()])}

    def __repr__(self) -> str:
        return as_text([self._table()]).rstrip()


_ALL = (*FAULT_TASKS, *SETTING_TASKS, *SERVER_TASKS, *RECEIVER_TASKS, *SENDER_TASKS)

exercises = Exercises("exercise", {each.title: each for each in sorted(_ALL, key=lambda each: each.lesson)})
"""Every exercise by its title, in the order of the lessons."""
