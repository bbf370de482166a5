"""`my_progress()`: what a learner predicted and solved, lesson by lesson, where they stopped, what to try again."""

from dataclasses import dataclass
from itertools import accumulate, chain, takewhile

from imteach.course.progress.counts import EXERCISE, AllTries, DoneInLesson, lesson_by_lesson, tries
from imteach.course.progress.done import Done
from imteach.course.progress.kept import ProgressFile, kept, progress_file, why_nothing_is_kept
from imteach.course.progress.shelf import LessonOnShelf, shelf
from imteach.draw.letters.measure import columns, signs
from imteach.draw.tables import Table, as_html, as_text
from imteach.errors import InputError
from imteach.tell.words import counted

NONE = "–"

ELSEWHERE = "outside a notebook"

MOST_AGAIN = 20
"""The most that is offered to be tried again: more, and nobody begins."""

_COLUMNS = ["lesson", "predictions", "answered", "right\nat first", "exercises\nsolved", "last"]


@dataclass(frozen=True, repr=False)
class MyProgress:
    """A learner's own progress. It shows as tables, in a notebook and as text.

    `done` is all that was done, in its order; `skipped` how many lines of the file are none of ours; `file` where it is
    kept, and `why_not` says why nothing more is kept, "" if all is well.
    """

    done: tuple[Done, ...]
    skipped: int
    file: str
    why_not: str
    shelf: tuple[LessonOnShelf, ...]

    @property
    def lessons(self) -> dict[str, DoneInLesson]:
        """What was done in each lesson that was begun, by its name."""
        return lesson_by_lesson(self.done)

    @property
    def last(self) -> Done | None:
        """What was done last; None, if nothing was."""
        return self.done[-1] if self.done else None

    @property
    def again(self) -> list[AllTries]:
        """What was tried, and never right so far: it can be tried again."""
        return [each for each in tries(self.done) if not each.right]

    def to_text(self) -> str:
        """Return it for a terminal."""
        return as_text(self._tables())

    def __repr__(self) -> str:
        return self.to_text().rstrip()

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/plain": repr(self), "text/html": as_html(self._tables())}

    def _tables(self) -> list[Table]:
        begun, titles = self.lessons, self._titles
        own = [name for name in begun if name not in titles]
        rows = [_row(each.title, str(each.predictions or NONE), begun.get(each.name)) for each in self.shelf]
        rows += [_row(name or ELSEWHERE, NONE, begun[name]) for name in own]
        tables = [Table("Your progress", _COLUMNS, rows, self._notes(), words=True)]
        again = self.again
        if again:
            shown = [self._to_try(each) for each in again[-MOST_AGAIN:]]
            left = [f"And {len(again) - MOST_AGAIN} before these."] if len(again) > MOST_AGAIN else []
            caption = "To try again: run its cell once more, and it asks anew"
            tables.append(Table(caption, ["lesson", "what it is about"], shown, left, words=True))
        return tables

    @property
    def _titles(self) -> dict[str, str]:
        return {each.name: each.title for each in self.shelf}

    def _to_try(self, each: AllTries) -> list[str]:
        last = each.last
        about = (
            f"Exercise “{last.about}”: {last.said}" if last.did == EXERCISE else f"{last.about} – You said: {last.said}"
        )
        return [self._title(last.lesson), about]

    def _title(self, lesson: str) -> str:
        return self._titles.get(lesson, lesson or ELSEWHERE)

    def _notes(self) -> list[str]:
        return list(chain(self._where_it_stopped(), self._of_the_file()))

    def _where_it_stopped(self) -> list[str]:
        if self.last is None:
            return ["Nothing yet: your first answer to a prediction will stand here."]
        where = f"at {self._title(self.last.lesson)}" if self.last.lesson else ELSEWHERE
        return [f"You stopped {where} ({day_and_time(self.last)}), after “{cut(self.last.about)}”"]

    def _of_the_file(self) -> list[str]:
        notes = []
        if self.skipped:
            notes.append(f"Passed over: {counted(self.skipped, 'line')} of the file that imteach did not write so.")
        if self.why_not:
            notes.append(f"Nothing is kept: {self.why_not}.")
        elif self.done:
            notes.append(f"It is kept in {self.file}, which you can read, and delete whenever you like.")
        return notes


def my_progress() -> MyProgress:
    """Return what you predicted and solved so far, lesson by lesson, and where you stopped.

    It is read from the file that `docs/python.md` describes, and that never leaves this machine by itself.

    >>> my_progress().why_not
    'IMTEACH_PROGRESS is empty'
    """
    why_not = why_nothing_is_kept()
    try:
        found = kept()
    except InputError as error:
        found, why_not = ProgressFile(), str(error)
    return MyProgress(found.done, found.skipped, progress_file(), why_not, tuple(shelf()))


def _row(title: str, predictions: str, done: DoneInLesson | None) -> list[str]:
    if done is None:
        return [title, predictions, *[NONE] * 4]
    numbers = (done.answered, done.right_at_first, done.solved)
    return [title, predictions, *map(str, numbers), day_and_time(done.last)]


def day_and_time(done: Done) -> str:
    """Return when something was done, by the clock that it was done by.

    >>> day_and_time(Done("2026-11-30T10:45:00+01:00", "predict", "", "How often?", "once", True))
    '2026-11-30 10:45'
    """
    return done.moment.strftime("%Y-%m-%d %H:%M")


def cut(text: str, most: int = 80) -> str:
    """Return the beginning of a text that would take more columns of a table than this.

    >>> cut("once or twice", 7), cut("ひとつ、ふたつ", 7)
    ('once o…', 'ひとつ…')
    """
    if columns(text) <= most:
        return text
    kept = takewhile(lambda sign: sign[1] < most, zip(signs(text), accumulate(map(columns, signs(text))), strict=True))
    return "".join(sign for sign, _ in kept) + "…"
