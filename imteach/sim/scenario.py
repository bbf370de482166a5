"""A scenario: who says what and when, over which links, on which rung. Running it with faults gives a trace."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from imteach.errors import InputError, quoted
from imteach.protocol import LADDER, SERVER, Client, Message, Rung, Server
from imteach.sim.checks import LONGEST, factor, milliseconds, person, whole, words

if TYPE_CHECKING:
    from imteach.sim.faults import Fault
    from imteach.sim.trace import Trace

DEFAULT_LATENCY = 50

_SAY = re.compile(r"(?P<sender>[^>]*)>(?P<to>[^@:]*)(?:@(?P<at>[^:]*))?:(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True, repr=False)
class Say:
    """A person says something: `sender` says `text` to `to`, `at` simulated ms.

    >>> Say("hello", at=100)
    Say("hello", at=100)
    >>> Say.parse("alice>bob@100:hello") == Say("hello", sender="alice", to="bob", at=100)
    True
    """

    text: str = "hello"
    sender: str = "alice"
    to: str = "bob"
    at: float = 0

    def __post_init__(self) -> None:
        words(self.text, "text")
        person(self.sender, "sender")
        if person(self.to, "to") == self.sender:
            raise InputError(f"to: expected somebody else than the sender, {self.sender!r}")
        object.__setattr__(self, "at", milliseconds(self.at, "at"))

    @classmethod
    def parse(cls, text: str) -> "Say":
        """Read `alice>bob@100:hello`; `@100` may be left out. Raises `InputError`."""
        match = _SAY.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InputError(f"expected SENDER>RECEIVER@MS:TEXT, such as alice>bob@100:hello, got {quoted(text)}")
        try:
            at = float(match["at"] or 0)
        except ValueError:
            raise InputError(f"at: expected a time in ms, got {quoted(match['at'])} in {quoted(text)}") from None
        return cls(match["text"], match["sender"], match["to"], at)

    def __repr__(self) -> str:
        people = "" if (self.sender, self.to) == ("alice", "bob") else f', sender="{self.sender}", to="{self.to}"'
        return f"Say({python(self.text)}{people}{f', at={self.at}' if self.at else ''})"


@dataclass(frozen=True, repr=False)
class Scenario:
    """What happens when no fault strikes: the rung, what is said, the links and the sender's patience.

    - `rung`: a name from `LADDER`.
    - `say`: the things said, a list of `Say` (default: alice says hello to bob at 0 ms).
    - `people`: everybody, in the order of their lifelines (default: in the order in which `say` names them).
    - `latency`: one way, in simulated ms, between each person and the server; or one for each person:
      `{"bob": 200}` (50 for those left out).
    - `rto`: how long the sender waits for an answer, in simulated ms, greater than 0.
    - `retries`: how often one message may be retransmitted.
    - `backoff`: each wait is this many times the one before (1: always the same).
    - `client`, `server`: the classes to run; your own subclass of `Client`, for instance.

    Raises `InputError` for a value that breaks its rule.

    >>> Scenario("dedup").run().promises["all_delivered"]
    True
    >>> Scenario("acked", say=[Say("hello"), Say("still there?", at=100)], latency=20)
    Scenario("acked", say=[Say("hello"), Say("still there?", at=100)], latency=20)
    """

    rung: str
    say: Sequence[Say] = (Say(),)
    people: Sequence[str] = ()
    latency: float | Mapping[str, float] = DEFAULT_LATENCY
    rto: float = 300
    retries: int = 2
    backoff: float = 1
    client: type[Client] = Client
    server: type[Server] = Server

    def __post_init__(self) -> None:
        if not isinstance(self.rung, str) or self.rung not in LADDER:
            raise InputError(f"no rung {quoted(self.rung)}; the rungs are {', '.join(LADDER)}")
        checked = {
            "say": _checked_say(self.say),
            "rto": milliseconds(self.rto, "rto", above=0),
            "retries": whole(self.retries, "retries", most=1000),
            "backoff": factor(self.backoff, "backoff"),
            "client": _checked_class(self.client, Client, "client"),
            "server": _checked_class(self.server, Server, "server"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # frozen for others, not while it is made
        object.__setattr__(self, "people", _checked_people(self.people, self.speaking))
        object.__setattr__(self, "latency", _checked_latency(self.latency, self.people))

    @property
    def speaking(self) -> tuple[str, ...]:
        """Everybody who says or is told something, in the order in which `say` names them."""
        return tuple(dict.fromkeys(name for say in self.say for name in (say.sender, say.to)))

    @property
    def in_order(self) -> list[Say]:
        """What is said, in the order in which it is said; what shares an instant keeps the order of `say`."""
        return sorted(self.say, key=lambda say: say.at)

    @property
    def setting(self) -> Rung:
        """The rung itself."""
        return LADDER[self.rung]

    @property
    def msgids(self) -> list[str]:
        """The msgids of the things said, in the order in which they will be said: m1, m2 …"""
        return [f"m{number}" for number in range(1, len(self.say) + 1)]

    def latency_of(self, person: str) -> float:
        """The time one way between this person and the server, in simulated ms."""
        return self.latency.get(person, DEFAULT_LATENCY) if isinstance(self.latency, Mapping) else self.latency

    def patience(self, attempt: int) -> float:
        """How long the timer of this attempt runs, in simulated ms; attempt 1 is the first transmission.

        >>> [Scenario("dedup", rto=100, backoff=2).patience(attempt) for attempt in (1, 2, 3)]
        [100, 200, 400]
        """
        wait = self.rto
        for _ in range(attempt - 1):
            wait = min(wait * self.backoff, LONGEST)  # keeps a large backoff from leaving the range of numbers
        return milliseconds(wait, "patience")

    def messages(self) -> list[Message]:
        """Each thing said as the message that its packets carry, in the order in which they are said."""
        return [Message(said, say.sender, say.to, say.text) for said, say in enumerate(self.in_order)]

    def nodes(self, new_msgid: Callable[[], str]) -> dict[str, Client | Server]:
        """Return fresh nodes by name: a client for each person, and the server."""
        nodes: dict[str, Client | Server] = {
            name: self.client(name, self.setting, self.retries, new_msgid) for name in self.people
        }
        nodes[SERVER] = self.server(self.setting, self.people)
        return nodes

    def run(self, *faults: "Fault") -> "Trace":
        """Run it under these faults and return the trace. Raises `InputError` for a name without meaning here.

        >>> from imteach import Drop
        >>> Scenario("retransmit").run(Drop("ack:N")).messages[0].shown
        {'bob': 2}
        """
        from imteach.sim.simulator import simulate  # the simulator builds on this module

        return simulate(self, faults)

    def __repr__(self) -> str:
        default = Scenario(self.rung, say=self.say)
        arguments = [python(self.rung)]
        if self.say != (Say(),):
            arguments.append(f"say=[{', '.join(map(repr, self.say))}]")
        if self.people != default.people:
            arguments.append(f"people=[{', '.join(map(python, self.people))}]")
        for name in ("latency", "rto", "retries", "backoff"):
            if getattr(self, name) != getattr(default, name):
                arguments.append(f"{name}={getattr(self, name)!r}")
        for name in ("client", "server"):
            if getattr(self, name) is not getattr(default, name):
                arguments.append(f"{name}={getattr(self, name).__name__}")
        return f"Scenario({', '.join(arguments)})"


def python(text: str) -> str:
    """Return `text` as Python source, in double quotes where that needs no escape.

    >>> print(python("hello"), python('say "hi"'))
    "hello" 'say "hi"'
    """
    return f'"{text}"' if repr(text) == f"'{text}'" and '"' not in text else repr(text)


def _checked_say(says: object) -> tuple[Say, ...]:
    if isinstance(says, Say):
        return (says,)
    if not isinstance(says, Sequence) or isinstance(says, str):
        raise InputError(f"say: expected a list of Say, such as [Say('hello')], got {quoted(says)}")
    for number, say in enumerate(says):
        if not isinstance(say, Say):
            raise InputError(f"say[{number}]: expected a Say, such as Say('hello', at=100), got {quoted(say)}")
    return tuple(says)


def _checked_people(people: object, speaking: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(people, Sequence) or isinstance(people, str):
        raise InputError(f"people: expected a list of names, got {quoted(people)}")
    names = tuple(person(name, "people") for name in people) or speaking or ("alice", "bob")
    if len(set(names)) < len(names):
        raise InputError(f"people: expected each name once, got {', '.join(names)}")
    for name in speaking:
        if name not in names:
            raise InputError(f"people: {name!r} says or is told something, but is not one of {', '.join(names)}")
    return names


def _checked_latency(latency: object, people: Sequence[str]) -> float | dict[str, float]:
    if not isinstance(latency, Mapping):
        return milliseconds(latency, "latency")
    for name in latency:
        if name not in people:
            raise InputError(f"latency: no person {quoted(name)}; people are {', '.join(people)}")
    return {name: milliseconds(ms, f"latency[{name!r}]") for name, ms in latency.items()}


def _checked_class(value: object, base: type, where: str) -> object:
    if isinstance(value, type) and issubclass(value, base):
        return value
    raise InputError(
        f"{where}: expected a class made from {base.__name__}, such as {base.__name__} itself, got {quoted(value)}"
    )
