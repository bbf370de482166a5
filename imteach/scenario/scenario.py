"""A scenario: who says what and when, over which links, on which rung. Running it with faults gives a trace."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from imteach.errors import InputError, quoted
from imteach.protocol import LADDER, SERVER, Client, Message, Rung, Server
from imteach.scenario.checks import LONGEST, factor, milliseconds, person, whole
from imteach.scenario.naming import parse_name, whole_name
from imteach.scenario.packet_faults import drawer
from imteach.scenario.people import Resend, Say
from imteach.scenario.texts import python
from imteach.views import ask

if TYPE_CHECKING:
    from imteach.scenario.faults import Fault
    from imteach.trace.trace import Trace

DEFAULT_LATENCY = 50
"""One way, in simulated ms, where a scenario does not say it."""

MOST_SEEDS = 10**12  # as for a `Loss`
FORGOTTEN = ("dedup_for", "store_for")  # keys of `WAITS`: those of the timers after which something is forgotten
FORGETS = ("dedup_limit", *FORGOTTEN)

HEARTBEAT = "heartbeat"
"""A key of `WAITS`: that of the timers that start again for ever."""

V = TypeVar("V")
N = TypeVar("N", Client, Server)


@dataclass(frozen=True, repr=False)
class Scenario:
    """What happens when no fault strikes: the rung, what is said, the links and the sender's patience.

    - `rung`: a name from `LADDER`.
    - `say`: the things said, a list of `Say` (default: alice says hello to bob at 0 ms).
    - `resend`: what people send again after it failed, a list of `Resend`.
    - `groups`: the members of each group, by its name: `{"friends": ["alice", "bob", "carol"]}` (rung `group`).
    - `people`: everybody, in the order of their lifelines (default: in the order in which `say` names them).
    - `latency`: one way, in simulated ms, between each person and the server; or one for each person:
      `{"bob": 200}` (50 for those left out), or for one of the two ways: `{"server>bob": 200}`.
    - `rto`: how long the sender waits for an answer, in simulated ms, greater than 0.
    - `retries`: how often one message may be retransmitted.
    - `backoff`: each wait is this many times the one before (1: always the same).
    - `ack_every`: a member of a group acks after so many messages, or `ack_delay` simulated ms after the first.
    - `heartbeat`: how often, in simulated ms, a member of a group asks whether it missed something.
    - `presence_timeout`: how long after a client's crash, in simulated ms, the server learns that it is gone.
    - `jitter`: a packet takes up to so many simulated ms more than its link, each as many as `seed` draws for its name.
    - `dedup_limit`: how many msgids a client remembers that it has shown (None: all of them).
    - `dedup_for`: for how long it remembers each, in simulated ms (None: for ever).
    - `store_for`: for how long the server keeps a message for a person, in simulated ms (None: until it is pulled).
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
    resend: Sequence[Resend] = ()
    groups: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ack_every: int = 1
    ack_delay: float = 200
    heartbeat: float = 2000
    presence_timeout: float = 1000
    jitter: float = 0
    seed: int = 0
    dedup_limit: int | None = None
    dedup_for: float | None = None
    store_for: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.rung, str) or self.rung not in LADDER:
            link = "; a link is opened by Lab.from_link(…)" if "#lab=" in str(self.rung) else ""
            raise InputError(f"no rung {quoted(self.rung)}; the rungs are {', '.join(LADDER)}{link}")
        checked = {
            "say": _checked_list(self.say, Say, "say", "Say('hello', at=100)"),
            "resend": _checked_list(self.resend, Resend, "resend", "Resend('m1', at=2000)"),
            "groups": _checked_groups(self.groups, self.setting),
            "rto": milliseconds(self.rto, "rto", above=0),
            "retries": whole(self.retries, "retries", most=1000),
            "backoff": factor(self.backoff, "backoff"),
            "ack_every": whole(self.ack_every, "ack_every", most=1000, least=1),
            "ack_delay": milliseconds(self.ack_delay, "ack_delay", above=0),
            "heartbeat": milliseconds(self.heartbeat, "heartbeat", above=0),
            "presence_timeout": milliseconds(self.presence_timeout, "presence_timeout"),
            "jitter": milliseconds(self.jitter, "jitter"),
            "seed": whole(self.seed, "seed", most=MOST_SEEDS),
            "dedup_limit": _or_none(self.dedup_limit, "dedup_limit", partial(whole, most=10**6)),
            "dedup_for": _or_none(self.dedup_for, "dedup_for", partial(milliseconds, above=0)),
            "store_for": _or_none(self.store_for, "store_for", partial(milliseconds, above=0)),
            "client": _checked_class(self.client, Client, "client"),
            "server": _checked_class(self.server, Server, "server"),
        }
        for name, value in checked.items():
            object.__setattr__(self, name, value)  # frozen for others, not while it is made
        object.__setattr__(self, "people", _checked_people(self.people, self.speaking))
        object.__setattr__(self, "latency", _checked_latency(self.latency, self.people))
        _check_fit(self)

    @property
    def speaking(self) -> tuple[str, ...]:
        """Everybody who says something, receives something or is in a group, in the order in which they are named."""
        named = (name for say in self.say for name in (say.sender, *self.told_by(say)))
        return tuple(dict.fromkeys([*named, *(name for members in self.groups.values() for name in members)]))

    def told_by(self, say: Say) -> tuple[str, ...]:
        """The receivers of this: one person, or the other members of a group."""
        if say.to not in self.groups:
            return (say.to,)
        return tuple(member for member in self.groups[say.to] if member != say.sender)

    @cached_property
    def groups_of(self) -> dict[str, list[str]]:
        """The groups of each person who is in one."""
        groups_of: dict[str, list[str]] = {}
        for group, members in self.groups.items():
            for member in members:
                groups_of.setdefault(member, []).append(group)
        return groups_of

    @cached_property
    def receivers(self) -> tuple[str, ...]:
        """Everybody to whom something is said."""
        return tuple(dict.fromkeys(name for say in self.say for name in self.told_by(say)))

    @cached_property
    def in_order(self) -> list[Say]:
        """What is said, in the order in which it is said; at the same instant, in the order of `say`."""
        return sorted(self.say, key=lambda say: say.at)

    @property
    def setting(self) -> Rung:
        """The `Rung` on which it runs."""
        return LADDER[self.rung]

    @property
    def is_ours(self) -> bool:
        """Whether all nodes are of our own classes, which return what they should and do the same each time."""
        return all(made.__module__.startswith("imteach.") for made in (self.client, self.server))

    @cached_property
    def msgids(self) -> list[str]:
        """The msgids of the things said, in the order in which they will be said: m1, m2 …"""
        return [f"m{number}" for number in range(1, len(self.say) + 1)]

    def sender_of(self, msgid: str) -> str:
        """Who says the message of this msgid, by the order in which things are said."""
        return self.in_order[self.msgids.index(msgid)].sender

    def latency_of(self, person: str) -> float:
        """The latency from this person to the server, in simulated ms; mostly also that of the way back."""
        return self.takes(person, SERVER)

    def takes(self, src: str, dst: str) -> float:
        """How long a packet takes from one node to another, in simulated ms. One of the two is the server.

        >>> scenario = Scenario("dedup", latency={"bob": 80, "server>bob": 200})
        >>> scenario.takes("alice", "server"), scenario.takes("bob", "server"), scenario.takes("server", "bob")
        (50, 80, 200)
        """
        if not isinstance(self.latency, Mapping):
            return self.latency
        person = dst if src == SERVER else src
        return self.latency.get(f"{src}>{dst}", self.latency.get(person, DEFAULT_LATENCY))

    def round_trip(self, person: str) -> float:
        """How long it takes at most from this person to the server and back, in simulated ms."""
        return self.takes(person, SERVER) + self.takes(SERVER, person) + 2 * self.jitter

    def takes_as(self, name: str, src: str, dst: str) -> float:
        """How long the packet of this name takes, in simulated ms, its jitter with it, if no fault delays it.

        >>> scenario = Scenario("dedup", jitter=100, seed=7)
        >>> [scenario.takes_as(f"m1/msg:R#{number}", "alice", "server") for number in (1, 2, 3)]
        [116, 134, 124]
        """
        return self.takes(src, dst) + (drawer(self.jitter, self.seed)(name) if self.jitter else 0)

    @property
    def ways(self) -> dict[tuple[str, str], float]:
        """How long a packet takes each way between a person and the server, in simulated ms, by from where to where."""
        both = ((way, self.takes(*way)) for name in self.people for way in ((name, SERVER), (SERVER, name)))
        return dict(both)

    def patience(self, attempt: int) -> float:
        """How long the timer of this attempt runs, in simulated ms; attempt 1 is the first transmission.

        >>> [Scenario("dedup", rto=100, backoff=2).patience(attempt) for attempt in (1, 2, 3)]
        [100, 200, 400]
        """
        wait = self.rto
        for _ in range(attempt - 1):
            wait = min(wait * self.backoff, LONGEST)  # or a large backoff would exceed the largest float
        return milliseconds(wait, "patience")

    def messages(self) -> list[Message]:
        """Each thing said as the message that its packets carry, in the order in which they are said."""
        return [Message(said, say.sender, say.to, say.text) for said, say in enumerate(self.in_order)]

    @property
    def longest_pull(self) -> float:
        """How long a pull lasts if no try is answered, in simulated ms."""
        return sum(map(self.patience, range(1, self.retries + 2)))

    def wait(self, what: str, attempt: int) -> float:
        """How long a timer runs, in simulated ms; `what` it waits for is a key of `imteach.protocol.WAITS`."""
        waits = {"ack_delay": self.ack_delay, HEARTBEAT: self.heartbeat}
        return (waits | {name: getattr(self, name) for name in FORGOTTEN}).get(what) or self.patience(attempt)

    def node(self, name: str, new_msgid: Callable[[], str]) -> Client | Server:
        """Return a fresh node: a person's client, or the server."""
        if name == SERVER:
            server = self.server(self.setting, self.people, self.groups)
            return _with(server, forgets=True if self.store_for else None)
        groups = self.groups_of.get(name, ())
        client = self.client(name, self.setting, self.retries, new_msgid, groups, self.ack_every)
        return _with(client, dedup_limit=self.dedup_limit, forgets=True if self.dedup_for else None)

    def nodes(self, new_msgid: Callable[[], str]) -> dict[str, Client | Server]:
        """Return fresh nodes by name: a client for each person, and the server."""
        return {name: self.node(name, new_msgid) for name in (*self.people, SERVER)}

    def checked_node(self, name: str) -> str:
        """Return `name` if there is such a node; raise `InputError` if not."""
        if name != SERVER and name not in self.people:
            raise InputError(f"no node {quoted(name)}; nodes are {', '.join((*self.people[:12], SERVER))}")
        return name

    def checked_msgid(self, msgid: str, where: str) -> str:
        """Return `msgid` if something said here will have it; raise `InputError` if not."""
        if msgid not in self.msgids:
            said = ", ".join(self.msgids[:12]) or "none"
            raise InputError(f"no message {quoted(msgid)}; the messages said are {said}", where=where)
        return msgid

    def whole_name(self, text: str, msgids: Sequence[str] | None = None) -> str:
        """Return the whole name for a packet's short name in a run with these msgids (default: m1, m2 …).

        >>> Scenario("offline").whole_name("offline:R"), Scenario("dedup").whole_name("ack:N#2")
        ('bob/offline:R#1', 'm1/ack:N#2')
        """
        name = parse_name(text)
        msgids = self.msgids if msgids is None else msgids
        only_groups = all(say.to in self.groups for say in self.say)
        of_person = name.kind.startswith("offline") or (name.kind in ("ack:R", "ack:A") and only_groups)
        name = parse_name(whole_name(name, self.receivers if of_person and self.say else msgids))
        if name.kind == "msg:N" and name.to is None and name.owner in self.msgids:
            say = self.in_order[self.msgids.index(name.owner)]
            if say.to in self.groups:
                told = self.told_by(say)
                if len(told) > 1:
                    each = " or ".join(str(name._replace(to=member)) for member in told[:3])
                    raise InputError(f"{name} goes to each member of {say.to}: write {each}")
                name = name._replace(to=told[0])
        return str(name)

    def run(self, *faults: "Fault") -> "Trace":
        """Run it under these faults and return the trace. Raises `InputError` for a name that means nothing here.

        >>> from imteach import Drop
        >>> Scenario("retransmit").run(Drop("ack:N")).messages[0].shown
        {'bob': 2}
        """
        trace: Trace = ask("Scenario.run", self, faults)
        return trace

    def __repr__(self) -> str:
        default = Scenario(self.rung, say=self.say, groups=self.groups)
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
        if self.resend:
            arguments.append(f"resend=[{', '.join(map(repr, self.resend))}]")
        if self.groups:
            groups = (f"{python(name)}: [{', '.join(map(python, who))}]" for name, who in self.groups.items())
            arguments.append(f"groups={{{', '.join(groups)}}}")
        for name in ("ack_every", "ack_delay", "heartbeat", "presence_timeout", "jitter", "seed", *FORGETS):
            if getattr(self, name) != getattr(default, name):
                arguments.append(f"{name}={getattr(self, name)!r}")
        return f"Scenario({', '.join(arguments)})"


def checked_scenario(scenario: object) -> Scenario:
    """Return `scenario` itself, or for the name of a rung the default scenario there. Raises `InputError`.

    >>> checked_scenario("dedup") == Scenario("dedup")
    True
    """
    if isinstance(scenario, Scenario):
        return scenario
    if isinstance(scenario, str):
        return Scenario(scenario)
    raise InputError(f"expected a Scenario or a rung's name, such as 'dedup', got {quoted(scenario)}", where="scenario")


def _or_none(value: Any, where: str, check: Callable[[Any, str], V]) -> V | None:
    """Return the checked value; None stands for no limit."""
    try:
        return None if value is None else check(value, where)
    except InputError as error:
        raise InputError(f"{error.said}; None stands for no limit", where=where) from None


def _with(node: N, **numbers: int | None) -> N:
    """Return a node that has these numbers; those that nobody chose it has by its class."""
    for name, number in numbers.items():
        if number is not None:
            setattr(node, name, number)
    return node


def _checked_list(things: object, kind: type, where: str, example: str) -> tuple[object, ...]:
    if isinstance(things, kind):
        return (things,)
    if not isinstance(things, Sequence) or isinstance(things, str):
        raise InputError(f"expected a list of {kind.__name__}, such as [{example}], got {quoted(things)}", where=where)
    for number, thing in enumerate(things):
        if not isinstance(thing, kind):
            raise InputError(
                f"expected a {kind.__name__}, such as {example}, got {quoted(thing)}", where=f"{where}[{number}]"
            )
    return tuple(things)


def _checked_groups(groups: object, rung: Rung) -> dict[str, tuple[str, ...]]:
    if not isinstance(groups, Mapping):
        raise InputError(
            f'expected members by name, such as {{"friends": ["alice", "bob"]}}, got {quoted(groups)}', where="groups"
        )
    if groups and not rung.groups:
        raise InputError(f"the rung {rung.name!r} has no groups; use the rung 'group'", where="groups")
    return {person(name, "groups"): _checked_members(members, f"groups[{name!r}]") for name, members in groups.items()}


def _checked_members(members: object, where: str) -> tuple[str, ...]:
    if not isinstance(members, Sequence) or isinstance(members, str) or len(members) < 2:
        raise InputError(f"expected a list of two names or more, got {quoted(members)}", where=where)
    names = tuple(person(name, where) for name in members)
    if len(set(names)) < len(names):
        raise InputError(f"expected each name once, got {quoted(members)}", where=where)
    return names


def _check_fit(scenario: Scenario) -> None:
    """Check that the parts fit together: groups and people, who says what to which group, what is sent again."""
    for name in scenario.groups:
        if name in scenario.people:
            raise InputError(f"{name!r} is a person's name; a group needs another", where="groups")
    for say in scenario.say:
        if say.to in scenario.groups and say.sender not in scenario.groups[say.to]:
            raise InputError(f"{say.sender!r} is no member of {say.to!r}, so nothing can be said there", where="say")
    known = set(scenario.msgids)
    for resend in scenario.resend:
        if resend.msgid not in known:
            scenario.checked_msgid(resend.msgid, "resend")


def _checked_people(people: object, speaking: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(people, Sequence) or isinstance(people, str):
        raise InputError(f"expected a list of names, got {quoted(people)}", where="people")
    names = tuple(person(name, "people") for name in people) or speaking or ("alice", "bob")
    if len(set(names)) < len(names):
        raise InputError(f"expected each name once, got {', '.join(names)}", where="people")
    known = set(names)
    for name in speaking:
        if name not in known:
            raise InputError(
                f"{name!r} sends or receives something, but is not one of {', '.join(names)}", where="people"
            )
    return names


def _checked_latency(latency: object, people: Sequence[str]) -> float | dict[str, float]:
    if not isinstance(latency, Mapping):
        return milliseconds(latency, "latency")
    ways = {way for name in people for way in (f"{name}>{SERVER}", f"{SERVER}>{name}")}
    for name in latency:
        if name in people or name in ways:
            continue
        if isinstance(name, str) and ">" in name:
            example = f"{SERVER}>{people[-1]} or {people[-1]}>{SERVER}"
            raise InputError(
                f"no way {quoted(name)}; a way is from or to the server, such as {example}", where="latency"
            )
        raise InputError(f"no person {quoted(name)}; people are {', '.join(people)}", where="latency")
    return {name: milliseconds(ms, f"latency[{name!r}]") for name, ms in latency.items()}


def _checked_class(value: object, base: type, where: str) -> object:
    if isinstance(value, type) and issubclass(value, base):
        return value
    raise InputError(
        f"expected a class made from {base.__name__}, such as {base.__name__} itself, got {quoted(value)}", where=where
    )
