"""The article's situations by name: "ack:N is lost", "bob is offline", "the server crashes before msg:N".

One table says of each from which rung on there is such a thing, what is said, and which faults strike. Who is who goes
by the people of the scenario: the first one speaks (alice in the article), the second one is told (bob).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from imteach.errors import InputError
from imteach.protocol import LADDER, SERVER
from imteach.scenario import Crash, Delay, Drop, Fault, Offline, Partition, Say, Scenario
from imteach.trace import Trace

GROUP = "friends"
"""The name of a group that a lab makes."""

_HEIGHT = {name: height for height, name in enumerate(LADDER)}


@dataclass(frozen=True)
class Cast:
    """Who plays in a situation, and the `scenario` whose links and patience it has."""

    alice: str
    bob: str
    carol: str
    scenario: Scenario


@dataclass(frozen=True)
class Situation:
    """A situation: its name with places for people, the lowest `rung` that has such a thing, and what makes it.

    `texts` are what the first says, 10 simulated ms apart: to the second, or to a group of three.
    """

    words: str
    rung: str
    faults: Callable[[Cast], Sequence[Fault]]
    texts: Sequence[str] = ("hello",)
    in_group: bool = False


def _lost(packet: str) -> Callable[[Cast], Sequence[Fault]]:
    return lambda _: [Drop(packet)]


def _every_try(cast: Cast) -> Sequence[Fault]:
    return [Drop(f"m1/msg:R#{number}") for number in range(1, cast.scenario.retries + 2)]


def _cut_after_request(cast: Cast) -> Sequence[Fault]:
    """The link is cut once msg:R has arrived, for longer than one RTO: neither msg:A nor ack:N comes back."""
    arrived = cast.scenario.latency_of(cast.alice)
    return [Partition(cast.alice, SERVER, at=arrived + 10, lasting=500)]


SITUATIONS = (
    Situation("nothing goes wrong", "basic", lambda _: []),
    Situation("msg:R is lost", "basic", _lost("m1/msg:R#1")),
    Situation("msg:A is lost", "basic", _lost("m1/msg:A#1")),
    Situation("msg:N is lost", "basic", _lost("m1/msg:N#1")),
    Situation("ack:R is lost", "acked", _lost("m1/ack:R#1")),
    Situation("ack:A is lost", "acked", _lost("m1/ack:A#1")),
    Situation("ack:N is lost", "acked", _lost("m1/ack:N#1")),
    Situation("every try is lost", "retransmit", _every_try),
    Situation("the link to {alice} is cut", "basic", _cut_after_request),
    Situation("the server crashes before msg:N", "basic", lambda _: [Crash(SERVER, after="send m1/msg:A#1")]),
    Situation("{bob} is offline", "basic", lambda cast: [Offline(cast.bob, at=0)]),
    Situation("{bob} logs in again", "offline", lambda cast: [Offline(cast.bob, at=0, lasting=1000)]),
    Situation("{bob} crashes right after showing it", "acked", lambda cast: [Crash(cast.bob, after="show m1")]),
    Situation("two messages, the first is late", "basic", lambda _: [Delay("m1/msg:N#1", by=60)], ("one", "two")),
    Situation("{carol} misses it in a group", "group", lambda cast: [Drop(f"m1/msg:N>{cast.carol}#1")], in_group=True),
)
"""The situations, in the order in which a page offers them. Nothing else is to be known of one."""


def offered(scenario: Scenario) -> dict[str, Situation]:
    """Return the situations by their names in this scenario.

    >>> scenario = Scenario("basic", say=[Say(sender="ann", to="ben")])
    >>> [name for name in offered(scenario) if "ann" in name or "ben" in name]
    ['the link to ann is cut', 'ben is offline', 'ben logs in again', 'ben crashes right after showing it']
    """
    cast = _cast(scenario)
    people = {"alice": cast.alice, "bob": cast.bob, "carol": cast.carol}
    return {situation.words.format(**people): situation for situation in SITUATIONS}


def made(situation: Situation, scenario: Scenario) -> tuple[Scenario, tuple[Fault, ...]]:
    """Return the scenario in this situation, and the faults, whose names are whole.

    Links, patience and classes stay, and so does the rung unless it is too low. Raises `InputError` where there are no
    two people.

    >>> made(offered(Scenario("dedup"))["bob logs in again"], Scenario("dedup", rto=200))
    (Scenario("offline", rto=200), (Offline("bob", at=0, lasting=1000),))
    """
    if len(scenario.people) < 2:
        raise InputError("a situation needs two people, and there is one; add somebody", where="preset")
    cast = _cast(scenario)
    rung = max(scenario.rung, situation.rung, key=_HEIGHT.__getitem__)
    people, groups, to = scenario.people, {}, cast.bob
    if situation.in_group and GROUP in people:
        raise InputError(f"{GROUP!r} is a person's name here; the group of this situation needs it", where="preset")
    if situation.in_group:
        members = (cast.alice, cast.bob, cast.carol)
        people, groups, to = (*people, *members[len(people) :]), {GROUP: members}, GROUP
    say = [Say(text, cast.alice, to, at=10 * number) for number, text in enumerate(situation.texts)]
    set_up = replace(scenario, rung=rung, say=say, resend=(), people=people, groups=groups)
    return set_up, tuple(fault.resolve(set_up) for fault in situation.faults(cast))


def shown_by(trace: Trace) -> str | None:
    """Return the name of the situation that this run is in; None if it is in none of them.

    >>> shown_by(Scenario("dedup").run(Drop("ack:N"))), shown_by(Scenario("dedup").run(Drop("ack:N#2")))
    ('ack:N is lost', None)
    """
    scenario = trace.scenario
    if len(scenario.people) < 2:
        return None
    return next((name for name, situation in offered(scenario).items() if _is_in(situation, trace)), None)


def _is_in(situation: Situation, trace: Trace) -> bool:
    scenario = trace.scenario
    if len(situation.texts) != len(scenario.say) or situation.in_group != bool(scenario.groups):
        return False
    if set(situation.faults(_cast(scenario))) != set(trace.faults):  # their names are whole in the table
        return False  # mostly, and no scenario is made to compare it: that would take longer than the run
    try:
        return made(situation, scenario)[0] == scenario
    except InputError:  # there may be a person who is called like the group
        return False


def _cast(scenario: Scenario) -> Cast:
    """Who is who: the people of the scenario, and names of the article for those who are missing."""
    spare = [name for name in ("alice", "bob", "carol", "dave") if name not in scenario.people]
    alice, bob, carol, *_ = (*scenario.people, *spare)
    return Cast(alice, bob, carol, scenario)
