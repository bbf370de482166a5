"""A mistake in a learner's own class, as one sentence with the learner's own line, and the run until then.

The node whose code cannot go on is down from that moment to the end, like a program that stopped; the rest of the
world goes on without it. So the run is a trace like any other, in which a crash event carries the sentence.
"""

from typing import TYPE_CHECKING, NamedTuple

from imteach.errors import InputError
from imteach.printed import fold

if TYPE_CHECKING:
    from imteach.trace.trace import Trace

MOST_DRAWN = 100
"""A run of more packets is not drawn below an error; it is in the error's `trace`."""


class Line(NamedTuple):
    """A line of a learner's code: its number, its text, and the name of its file ("" for a notebook's cell).

    >>> str(Line(4, "del self.queue['m9']", "mine.py"))
    "line 4 of mine.py:  del self.queue['m9']"
    """

    number: int
    text: str
    file: str = ""

    def __str__(self) -> str:
        return f"line {self.number}{f' of {self.file}' if self.file else ''}:  {self.text}"


class Mistake(NamedTuple):
    """What a learner's class did wrong in one step: who, did what, against which rule ("" if that is plain), where."""

    who: str
    did: str
    rule: str = ""
    line: Line | None = None

    def sentence(self, when: str) -> str:
        """Say it in one sentence.

        >>> Mistake("MyClient.on_msg_n", "returned None", "a node returns a list of effects").sentence("at 100 ms")
        'MyClient.on_msg_n returned None at 100 ms; a node returns a list of effects'
        """
        return f"{self.who} {self.did} {when}{f'; {self.rule}' if self.rule else ''}"


class LearnerError(InputError):
    """A learner's own class made a mistake.

    - `sentence`: what it did wrong, and when.
    - `line`: the learner's own `Line`, with `number`, `text` and `file`; None where it is not known.
    - `trace`: the run, in which the node stops there; None if it never came to an end.

    In a notebook all three are shown.
    """

    def __init__(self, sentence: str, line: Line | None = None, trace: "Trace | None" = None) -> None:
        super().__init__(sentence, line, trace)  # all three, so that it comes back whole from another process
        self.sentence = sentence
        self.line = line
        self.trace = trace

    @property
    def said(self) -> str:
        """The sentence, followed by the line."""
        return in_one_line(self.sentence, self.line)

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence, the learner's line, and the run so far."""
        where = [str(self.line)] if self.line else []
        drawn = ["", *self.trace.to_text().splitlines()] if self.trace and len(self.trace.packets) <= MOST_DRAWN else []
        return [fold(f"{type(self).__name__}: {self.sentence}"), *where, *drawn]


def in_one_line(sentence: str, line: Line | None) -> str:
    """Return the sentence, followed by the learner's line.

    >>> in_one_line("C.on_say returned 7 at 0 ms", Line(3, "return 7"))
    'C.on_say returned 7 at 0 ms (line 3: return 7)'
    """
    return f"{sentence} ({str(line).replace(':  ', ': ', 1)})" if line else sentence
