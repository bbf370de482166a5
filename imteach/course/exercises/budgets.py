"""Budgets: how many packets a message may take, and how many msgids a client may remember."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Sized
from collections.abc import Set as AbstractSet
from dataclasses import replace
from re import findall
from typing import Any

from imteach.course.exercises.stages import Judged
from imteach.protocol import Value
from imteach.scenario import Drop, Offline, Say, Scenario
from imteach.sim.agenda import Due
from imteach.sim.simulator import Simulator
from imteach.tell.words import be, counted, join

IN_TURN = ["sending", "sent", "delivered"]
NOT_ITS_OWN = ("name", "rung", "retries", "new_msgid", "status", "queue")
"""What a client holds by its task or for its own messages."""


def packets_at_most(each: int, say: Sequence[Say] = (Say(),)) -> Callable[[Scenario], Judged]:
    """A budget: where nothing is lost a message takes so many packets at most."""

    def look(scenario: Scenario) -> Judged:
        trace = replace(scenario, say=say, people=()).run()
        count, most = len(trace.packets), each * len(say)
        said = counted(len(say), "message")
        if count <= most:
            return Judged(True, f"{counted(count, 'packet')} for {said}")
        reason = f"It takes {counted(count, 'packet')} for {said} where nothing is lost; {most} are enough."
        return Judged(False, f"{counted(count, 'packet')} for {said}, and not {most}", trace, reason)

    return look


def shows_each_status(scenario: Scenario) -> Judged:
    """A budget that is none: where nothing is lost alice sees sending, sent and delivered, one after the other."""
    trace = scenario.run()
    seen = [str(event.status) for event in trace.happened("status", node="alice")]
    if seen == IN_TURN:
        return Judged(True, f"alice sees {join(IN_TURN)}")
    note = f"alice sees {join(seen) if seen else 'nothing'}, and not {join(IN_TURN)}"
    return Judged(False, note, trace, f"Where nothing is lost {note}.")


def kept_until_it_came(scenario: Scenario) -> Judged:
    """A budget: what is kept for bob is kept no longer, in the server's memory and on its disk, once he has it."""
    asked = replace(scenario, say=[Say("one"), Say("two", at=50)])
    trace = asked.run(Offline("bob", at=0, lasting=1000))
    on_disk = [said.msgid for said in trace.messages if any(said.stored.values())]
    in_memory = [msgid for kept in trace.state_at(trace.events[-1].t)["server"]["store"].values() for msgid in kept]
    for where, msgids in (("on its disk", on_disk), ("in self.store", in_memory)):
        if msgids:
            note = f"{join(msgids)} {be(msgids)} still {where}"
            return Judged(False, note, trace, f"bob has confirmed both messages, yet {note}.")
    return Judged(True, "nothing is kept once bob has it")


def closes_a_gap_at_once(scenario: Scenario) -> Judged:
    """A budget: a member who misses a message of a group asks for it, and does not wait for a heartbeat."""
    trace = scenario.run(Drop("m1/msg:N>carol"))
    read = trace.happened("show", node="carol", msgid="m1")
    if read and read[0].t < scenario.heartbeat:
        return Judged(True, f"it is read at {read[0].t} ms")
    note = f"carol reads “one” at {read[0].t} ms" if read else "carol never reads “one”"
    return Judged(False, note, trace, f"She misses it from 200 ms on, when “two” comes, yet {note}.")


def tells_its_cursor(scenario: Scenario) -> Judged:
    """A budget: before the first heartbeat, the server knows of each reader of a group that they have everything."""
    trace = scenario.run()
    known = trace.state_at(scenario.heartbeat - 1)["server"]["cursors"].get("friends", {})
    last = len(scenario.say)
    for reader in ("bob", "carol"):
        if known.get(reader, 0) != last:
            note = f"the server has {known.get(reader, 'no cursor')} for {reader}, and not {last}"
            return Judged(False, note, trace, f"Nothing is lost, and {reader} has read all; yet {note}.")
    return Judged(True, f"{last} for each reader")


def remembers_at_most(most: int, like: Scenario, person: str) -> Callable[[Scenario], Judged]:
    """A budget: in a scenario `like` this one, this person's client remembers so many msgids at most at any moment."""

    def look(scenario: Scenario) -> Judged:
        asked = replace(like, rung=scenario.rung, client=scenario.client)
        remembered, t = most_remembered(asked, person)
        if remembered <= most:
            return Judged(True, f"{remembered} of {len(asked.say)} msgids at most")
        reason = f"At {t} ms {person}'s client remembers {remembered} msgids; {most} are allowed."
        return Judged(False, f"it remembers {remembered} msgids at {t} ms, and not {most} at most", None, reason)

    return look


def most_remembered(scenario: Scenario, person: str) -> tuple[int, float]:
    """Return how many msgids a person's client remembers at most, and when, in simulated ms, it first does.

    >>> from imteach import Say
    >>> most_remembered(Scenario("dedup", say=[Say("one"), Say("two", at=500)]), "bob")
    (2, 600)
    """
    run = Simulator(scenario, ())
    most = [(0, 0.0)]

    def watched() -> Iterator[list[Due]]:
        for due in run.agenda.coming():
            yield due
            held = remembered_in(vars(run.nodes[person]), set(scenario.msgids))
            if held > most[-1][0]:
                most.append((held, run.now))

    run.begin()
    run.happen(watched())
    return most[-1]


def remembered_in(held: Mapping[str, Any], known: AbstractSet[str]) -> int:
    """Return how many msgids are in what a client holds, whatever it holds them in.

    A client can note something else instead, such as the number in a msgid: so the longest collection counts as well.

    >>> remembered_in({"seen": {"alice": ["m1", "m2"]}, "numbers": {1, 2, 3}}, {"m1", "m2", "m3"})
    3
    """
    own = [value for name, value in held.items() if name not in NOT_ITS_OWN]
    values = [*own, *_all_in(own, set())]
    msgids = {word for value in values if isinstance(value, str) for word in findall(r"\w+", value)} & known
    return max(len(msgids), *(len(value) for value in values if isinstance(value, Sized) and not _is_one(value)))


def _is_one(value: Any) -> bool:
    """Whether a value is one thing, and no collection."""
    return isinstance(value, str | bytes | Value)


def _all_in(value: Any, met: set[int]) -> Iterator[Any]:
    """Yield everything in a value, however deep."""
    if id(value) in met:
        return
    met.add(id(value))
    for part in _parts(value):
        yield part
        yield from _all_in(part, met)


def _parts(value: Any) -> list[Any]:
    """What a value is made of."""
    if isinstance(value, Mapping):
        return [*value.keys(), *value.values()]
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return list(value)
    return list(vars(value).values()) if hasattr(value, "__dict__") and not callable(value) else []
