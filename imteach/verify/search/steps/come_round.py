"""Whether a run without a clock has come round: whether all is again as it was, so that the same can happen again.

Only that counts which decides what can happen next: what nodes hold, in memory and on their disks; what is under way,
as far as it can be told apart; and what is still to be done. How often somebody was shown something does not count.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from imteach.errors import InputError
from imteach.learner.snapshot import snapshot
from imteach.sim.network import News
from imteach.tell.words import few, join, the

if TYPE_CHECKING:
    from imteach.verify.search.steps.follow import Follower

NOT_YET = ("say", "resend", "leave", "come_back", "cut", "mend")
"""What a scenario and the given faults have happen once."""


class Position(NamedTuple):
    """How a run stands, as a position in a game: values, each with what to say where it differs from another's.

    Two positions that are equal can be followed by the same. `several` are things of which there may be
    many, each as its words and what else tells it apart.
    """

    values: dict[str, Hashable]
    several: dict[str, Counter[tuple[str, Hashable]]]


def position(run: "Follower") -> Position:
    """Return how a run stands now. Raises `InputError` (`UnfitError`) where a node holds what cannot be compared."""
    values = dict(_of_nodes(run))
    values |= {f"{who}'s screen shows something else": _screen(run, who) for who in run.scenario.people}
    values["who can reach whom is not the same"] = run.network.canonical()
    values["the server has something else to learn"] = tuple(_news(run))
    values["something was done that comes only once"] = tuple(
        (due.what, due.about) for due in run.agenda.all if due.what in NOT_YET
    )
    values["another msgid was made"] = run.written.key()
    return Position(values, {"other packets are in flight": _packets(run), "other timers run": _timers(run)})


def check_round(before: Position, now: Position, steps: int) -> None:
    """Raise `InputError` that says what differs, if the last `steps` steps do not lead back to where they began."""
    found = [words for words, value in now.values.items() if value != before.values[words]]
    for words, things in now.several.items():
        if things != before.several[words]:
            found.append(f"{words} ({_named(things - before.several[words], before.several[words] - things)})")
    if found:
        last = "the last step does" if steps == 1 else f"the last {steps} steps do"
        it = "it" if steps == 1 else "they"
        raise InputError(f"{last} not lead back to where {it} began: {join(found)}", where="loop")


def _of_nodes(run: "Follower") -> Iterator[tuple[str, Hashable]]:
    """Yield what each node holds, in memory (if it is up) and on its disk."""
    shared: Sequence[object] = [] if run.learners is None else run.learners.tables
    for name, node in run.nodes.items():
        is_down = name in run.network.down
        yield f"{the(name)} holds something else", None if is_down else snapshot(node, shared)
        yield f"{the(name)}'s disk holds something else", snapshot(run.disks[name])


def _screen(run: "Follower", person: str) -> Hashable:
    """What a person's screen says of what they said."""
    return frozenset((msgid, run.written.log[seen].status) for msgid, seen in run.screen[person].items())


def _news(run: "Follower") -> Iterator[News]:
    """What the server has yet to learn, with connections as `Network.canonical` counts them."""
    for due in run.agenda.all:
        if due.what == "server_learns":
            news: News = due.about[0]
            behind = run.network.behind(news.person, news.connection)
            yield news._replace(connection=max(behind, -1))  # how much older than the one known makes no difference


def _packets(run: "Follower") -> Counter[tuple[str, Hashable]]:
    """The packets in flight, as who receives them sees them: not by their names, which count transmissions."""
    sent = (run.written.sent[due.about]._replace(fabricated=False) for due in run.agenda.all if due.what == "arrive")
    return Counter((f"{packet.msgid or packet.person}/{packet.kind}", packet) for packet in sent)


def _timers(run: "Follower") -> Counter[tuple[str, Hashable]]:
    """The timers that run; how long each has yet to run makes no difference without a clock."""
    return Counter(
        (f"{the(node)}'s {timer}", running.wait)
        for node, timers in run.timers.items()
        for timer, running in timers.items()
    )


def _named(more: Counter[tuple[str, Hashable]], fewer: Counter[tuple[str, Hashable]]) -> str:
    """Say which things there are now, and which there were instead."""
    now, before = (sorted(words for words, _ in things.elements()) or ["none"] for things in (more, fewer))
    return f"{few(now)} instead of {few(before)}"
