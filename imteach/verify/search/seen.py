"""What people have seen so far in a run, and what is stored: all that the promises will be judged by."""

from types import SimpleNamespace
from typing import Any

from imteach.protocol import Message, Outcome
from imteach.scenario import Scenario
from imteach.trace import Event
from imteach.trace.outcomes import OutcomeReader


class Seen:
    """What people have seen in a run without a clock. It keeps no order that no promise depends on.

    >>> seen = Seen(Scenario("basic"))
    >>> seen.say(1, "m1", Message(0, "alice", "bob", "hello"))
    >>> seen.tell("bob", "show", msgid="m1")
    >>> seen.outcomes()[0].shown
    {'bob': 1}
    """

    def __init__(self, scenario: Scenario) -> None:
        self.reader = OutcomeReader(scenario, _CURSORS)
        self.first: dict[int, str] = {}  # the first msgid of each thing said
        self.carries: dict[str, str] = {}  # for each msgid the first one of the same thing said
        self.screens: dict[str, dict[str, str]] = {}  # by person and msgid: the last status seen

    def say(self, number: int, msgid: str, message: Message) -> None:
        """Somebody says something; it is the `number`th thing that people do."""
        self.know(msgid, message)
        self.tell(message.sender, "say", number, msgid=msgid, text=message.text, to=message.to)

    def know(self, msgid: str, message: Message) -> None:
        """Remember which thing said this msgid stands for."""
        self.carries[msgid] = self.first.setdefault(message.said, msgid)

    def tell(self, node: str, kind: str, number: int = 0, **about: Any) -> None:
        """Let the judge know of an event."""
        msgid = about.get("msgid")
        said = None if msgid is None else self.carries.get(msgid, msgid)
        self.reader.read(Event(number, 0, node, kind, (), said=said, **about))

    def report(self, person: str, msgid: str, status: str) -> None:
        """A person sees a new status."""
        self.screens.setdefault(person, {})[msgid] = status
        self.tell(person, "status", msgid=msgid, status=status)

    def move_cursor(self, node: str, key: str, cursor: int) -> None:
        """The server has written down how far a member of a group has acked."""
        self.tell(node, "write", key=f"cursor/{key}", packet=str(cursor))

    def outcomes(self) -> tuple[Outcome, ...]:
        """What came of each thing said."""
        return self.reader.outcomes()


class _Cursors:
    """Stands for the packets of a run, of which the judge asks only what cursor one carried."""

    def get(self, packet: str) -> Any:
        return SimpleNamespace(cursor=int(packet))


_CURSORS = _Cursors()
