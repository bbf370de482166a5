"""What nodes still hold of messages that are settled, when a run is over: the promise `nothing_left_behind`.

A server that keeps no state for messages in flight (section 9 of the article) holds who is online, what it keeps for
those who are away, and cursors; and a client's waiting-ack queue holds only what is still waited for. Whatever else
stays behind grows with each message.

A learner's class may hold what it likes under names of its own. So a thing is a leftover only if it is sure to be one:

- at the server: a msgid, a message or its text that nobody has in the store, and a list of people that says neither
  who is online nor who is not; each in an attribute that imteach's own class does not have;
- at a client: an entry of its waiting-ack queue, `queue`, whose message its person sees as settled. A history, a folder
  of what was sent, a dedup table and numbers under other names are no leftovers, and a queue under another name is not
  known for one.
"""

import re
from collections import deque
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from imteach.protocol import SERVER, Client, Message, Outcome, Server
from imteach.scenario.scenario import Scenario
from imteach.trace.outcomes import is_under_way
from imteach.trace.replay import nodes_after

if TYPE_CHECKING:
    from imteach.trace.trace import Trace

_USUAL_MSGID = re.compile(r"m[0-9]+")


class Held(NamedTuple):
    """Something that a node holds in an attribute and may have left behind.

    It is about a message, by its msgid or by the number of the thing `said` (-1: by its msgid); or about `people`.
    """

    attribute: str
    msgid: str = ""
    said: int = -1
    people: tuple[str, ...] = ()


class Leftover(NamedTuple):
    """What a node has left behind, in which attribute: of which message, or of which people.

    `of` is None where it is about people, and for a `msgid` that is not the first one of anything said.
    """

    node: str
    attribute: str
    of: Outcome | None
    msgid: str
    people: tuple[str, ...] = ()


def held_by(scenario: Scenario, name: str, node: Client | Server) -> tuple[Held, ...]:
    """Return all that a node of a scenario holds which may be left behind; mostly nothing.

    >>> from imteach.scenario import Scenario
    >>> scenario = Scenario("dedup")
    >>> alice = scenario.node("alice", lambda: "m1")
    >>> effects = alice.command("say", scenario.messages()[0])
    >>> held_by(scenario, "alice", alice)
    (Held(attribute='queue', msgid='m1', said=-1, people=()),)
    """
    found = _at_server(scenario, node) if name == SERVER else _at_client(node)
    return tuple(dict.fromkeys(found))


def leftovers(
    scenario: Scenario, held: Mapping[str, Iterable[Held]], outcomes: Mapping[int, Outcome], online: Container[str]
) -> list[Leftover]:
    """Return which of the things `held` by the nodes are left behind at the end of a run.

    `outcomes` are by the number of the thing said; `online` are those who are logged in then.
    """
    here = {person for person in scenario.people if person in online}
    presence = (here, {*scenario.people} - here, {*scenario.people})
    by_msgid = {outcome.msgid: outcome for outcome in outcomes.values()}
    found: dict[tuple[object, ...], Leftover] = {}
    for name, things in held.items():
        for thing in things:
            of = outcomes.get(thing.said) if thing.said >= 0 else by_msgid.get(thing.msgid)
            if set(thing.people) not in presence if thing.people else _is_left(scenario, name, of):
                msgid = thing.msgid if of is None else of.msgid
                left = Leftover(name, thing.attribute, of, msgid, thing.people)
                found[name, thing.attribute, msgid, thing.people] = left
    return list(found.values())


def left_behind(trace: "Trace") -> list[Leftover]:
    """Return what the nodes have left behind at the end of a run.

    Raises `InputError` for a trace from a file that was made by a class which the file cannot hold.

    >>> from imteach.scenario import Scenario
    >>> left_behind(Scenario("dedup").run())
    []
    """
    nodes = nodes_after(trace.scenario, trace.packets, trace.events)
    held = {name: held_by(trace.scenario, name, node) for name, node in nodes.items()}
    return leftovers(trace.scenario, held, dict(enumerate(trace.messages)), _online(trace))


def _online(trace: "Trace") -> set[str]:
    """Who is logged in at the end of a run, as the server has learned."""
    online = set(trace.scenario.people)
    for event in trace.events:
        if event.node == SERVER and event.kind == "crash":
            online.clear()
        elif event.node == SERVER and event.kind in ("login", "logout"):
            (online.add if event.kind == "login" else online.discard)(str(event.to))
    return online


def _is_left(scenario: Scenario, name: str, of: Outcome | None) -> bool:
    """Whether what a node holds of this message is left behind; None is what has another msgid than its first."""
    if name == SERVER:
        return of is None or not any(of.stored.values())
    return of is not None and of.sender == name and not is_under_way(of.status, scenario.setting)


def _at_client(node: Any) -> Iterator[Held]:
    queue = vars(node).get("queue")
    if isinstance(queue, Mapping):
        yield from (Held("queue", msgid) for msgid in queue if isinstance(msgid, str))


def _at_server(scenario: Scenario, node: Any) -> Iterator[Held]:
    everybody = set(scenario.people)
    for attribute, value in _own(node):
        for leaf in _leaves(value):
            if isinstance(leaf, Message):
                yield Held(attribute, said=leaf.said)
            elif _USUAL_MSGID.fullmatch(leaf):
                yield Held(attribute, leaf)
            elif leaf not in everybody:
                said = (number for number, say in enumerate(scenario.in_order) if say.text == leaf)
                yield from (Held(attribute, said=number) for number in said)
        people = _people_in(value, everybody)
        if people:
            yield Held(attribute, people=tuple(sorted(people)))


def _own(server: Any) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a server that imteach's own class does not have, with their values."""
    usual = _usual()
    yield from ((name, value) for name, value in vars(server).items() if name not in usual)


@cache
def _usual() -> frozenset[str]:
    """The names of the attributes of imteach's own server."""
    return frozenset(vars(Scenario("group").node(SERVER, str)))


def _people_in(value: object, everybody: set[str]) -> set[str]:
    """The people that a list, or a table without numbers in it, is of; nobody if it holds anything else."""
    if isinstance(value, Mapping):
        value = list(value) if all(entry is None or entry is True for entry in value.values()) else ()
    if not isinstance(value, _LISTS):
        return set()
    return set(value) if all(isinstance(each, str) and each in everybody for each in value) else set()


def _leaves(value: object) -> Iterator[Any]:
    """Yield the messages and the texts in a value, however deep."""
    return (part for part in _everything_in(value) if isinstance(part, Message | str))


_LISTS = (list, tuple, set, frozenset, deque)


def _everything_in(value: object) -> Iterator[object]:
    """Yield a value and all that it holds, however deep, each once; a message is one thing."""
    met: set[int] = set()
    waiting = [value]
    for part in waiting:
        if id(part) not in met:
            met.add(id(part))
            yield part
            waiting += _parts(part)


def _parts(value: object) -> Iterable[object]:
    """What a value holds: entries of a table with their keys, those of a list, the attributes of an object."""
    if isinstance(value, str | Message | type) or callable(value):
        return ()
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)  # the same in each run
    if isinstance(value, _LISTS):
        return value
    fields: Iterable[str] = getattr(value, "__struct_fields__", ()) or getattr(value, "__dict__", ())
    return [getattr(value, field) for field in fields]
