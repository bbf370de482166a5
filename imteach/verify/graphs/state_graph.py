"""The state space of a small scenario as a graph: a node for each state, an edge for each thing that can happen."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from imteach.errors import InputError, comes_with
from imteach.protocol import PROMISE_TITLES, PROMISES, judge
from imteach.scenario import Fault, Scenario
from imteach.scenario.checks import promise_called, whole
from imteach.scenario.naming import short_name
from imteach.scenario.scenario import checked_scenario
from imteach.tell.promise import promise_named
from imteach.tell.words import counted, join
from imteach.verify.graphs.state_rows import Rows
from imteach.verify.graphs.state_space import StateSpace, walked
from imteach.verify.search.finding import MOST_ASKED
from imteach.verify.search.state import Action, State
from imteach.verify.search.steps.step import Step, step_of

if TYPE_CHECKING:
    from imteach.draw.graph.graph import Graph

MOST_STATES = 5_000
"""The most states that a graph may have. A graph that is drawn must be much smaller: see `imteach.draw.graph.dot`."""


def state_graph(
    scenario: Scenario | str,
    faults: int = 1,
    kinds: Iterable[str] = ("drop",),
    given: Sequence[Fault] = (),
    promise: str | None = None,
    most_states: int = MOST_STATES,
) -> "Graph":
    """Return the states that `check` goes through as a graph, a `networkx.MultiDiGraph`. A notebook draws it.

    A node is a state, by number in the order of the search (0: the start); its `label` says what each person sees and
    what is in flight, `end` whether nothing is left to come, `breaks` which promises are broken there. An edge is one
    thing that can happen, its `label` the words that `check` uses. The shortest run that breaks `promise` is marked:
    its edges have their number as `step`. If no promise is given, by name or title, it is the first that is broken.
    Raises `InputError`.

    >>> graph = state_graph(Scenario("basic"), faults=1)
    >>> graph.number_of_nodes(), graph.number_of_edges(), graph.graph["promise"]
    (18, 31, 'no_silent_loss')
    >>> print(graph.nodes[1]["label"])
    alice: ◷ sending
    in flight: msg:R
    bob: –
    """
    scenario = checked_scenario(scenario)
    if promise is not None:
        promise = promise_called(promise, judge((), scenario.setting), f" at the rung {scenario.rung!r}")
    most_states = whole(most_states, "most_states", most=MOST_ASKED)
    needs_networkx()
    space = walked(scenario, faults, kinds, given, max(most_states, MOST_STATES))
    refuse_if_larger(space, most_states)
    ends = space.ends()
    return _graph(space, ends, _first_broken(ends, promise))


def _graph(space: StateSpace, ends: dict[int, tuple[str, ...]], promise: str) -> "Graph":
    """Build the graph: nodes in the order of the search, edges in the order in which they were followed."""
    from imteach.draw.graph.graph import Graph

    marked = _numbered(space, ends, promise)
    in_flight, steps = _steps(space)
    rows = Rows(space, in_flight)
    always = _always_broken(ends) - {promise}
    graph = Graph(
        title=title(space, "every interleaving"),
        promise=promise,
        notes=tuple(_notes(space, ends, promise, len(marked))),
        smaller=smaller(space.world.scenario, space.faults),
    )
    for number in range(len(space.states)):
        said = rows.of(number)
        graph.add_node(
            number,
            label="\n".join(f"{subject}: {what}" for subject, what in said),
            rows=said,
            start=number == 0,
            end=number in ends,
            breaks=tuple(PROMISE_TITLES[broken] for broken in ends.get(number, ()) if broken not in always),
            faults=space.faults[number],
        )
    for (before, action, after, fault), step in zip(space.transitions, steps, strict=True):
        graph.add_edge(
            before,
            after,
            label=str(step),
            told=str(_short(space, step)),
            effects=None,
            fault=fault,
            step=marked.get((space.states[before], action), 0),
        )
    return graph


def _steps(space: StateSpace) -> tuple[list[list[str]], list[Step]]:
    """For each state the packets in flight, by their names on the first path to it; and the step of each transition."""
    leaving = {number: list(ways) for number, ways in groupby(space.transitions, key=lambda way: way.before)}
    in_flight, steps = [], []
    for number, state in enumerate(space.states):
        follower = space.at(number)
        names = (follower.written.names()[due.about] for due in follower.agenda.all if due.what == "arrive")
        in_flight.append([short_name(name, space.msgids) for name in names])
        steps += [step_of(space.world, state, way.action, follower.in_flight) for way in leaving.get(number, ())]
    return in_flight, steps


def _short(space: StateSpace, step: Step) -> Step:
    """A step, with a packet's name as short as it can be."""
    if step.what not in ("arrive", "drop", "copy"):
        return step
    return step._replace(about=(short_name(step.about[0], space.msgids),))


def _numbered(space: StateSpace, ends: dict[int, tuple[str, ...]], promise: str) -> dict[tuple[State, Action], int]:
    """The steps of the shortest run that breaks a promise, each with its number from 1."""
    end = next((number for number, broken in ends.items() if promise in broken), 0)
    return {step: number for number, step in enumerate(space.first_steps(end), 1)}


def _first_broken(ends: dict[int, tuple[str, ...]], promise: str | None) -> str:
    """The promise whose shortest run is marked; "" if none is broken."""
    broken = {name for names in ends.values() for name in names}
    wanted = PROMISES if promise is None else (promise,)
    return next((name for name in wanted if name in broken), "")


def _always_broken(ends: dict[int, tuple[str, ...]]) -> set[str]:
    """The promises that are broken at every one of several ends, so that they tell no two ends apart."""
    return set.intersection(*map(set, ends.values())) if len(ends) > 1 else set()


def _notes(space: StateSpace, ends: dict[int, tuple[str, ...]], promise: str, steps: int) -> Iterator[str]:
    """The lines above the graph: how large it is, and what is marked."""
    found = {"state": len(space.states), "transition": len(space.transitions), "end": len(ends)}
    sizes = [counted(count, what) for what, count in found.items()]
    yield f"{join(sizes)}{'' if promise else '; every promise is kept at every end'}."
    broken = {name for names in ends.values() for name in names} - {promise}
    for where, names in (("every end", _always_broken(ends)), ("some ends", broken - _always_broken(ends))):
        told = [promise_named(name) for name in PROMISES if name in names]
        if told:
            yield f"Broken at {where}: {join(told)}."
    if promise:
        yield f"Marked: the shortest run that breaks {promise_named(promise)}, {counted(steps, 'step')}."


def needs_networkx() -> None:
    """Raise `InputError` where networkx is not installed, before anything is searched."""
    try:
        import networkx  # noqa: F401
    except ImportError:
        raise InputError(f"graphs need networkx; {comes_with('graphs')}") from None


def title(space: StateSpace, what: str) -> str:
    """What was searched, in a line.

    >>> from imteach.verify.search.rules import World
    >>> title(StateSpace(World(Scenario("basic")), ["drop"], 1), "every interleaving")
    'basic: every interleaving with at most 1 fault (a drop)'
    """
    kinds = f" ({' or '.join(f'a {kind}' for kind in space.kinds)})" if space.kinds else ""
    most = f"at most {counted(space.most_faults, 'fault')}{kinds}" if space.most_faults else "no fault"
    given = space.world.given
    on_top = f", on top of {join([str(fault) for fault in given])}" if given else ""
    return f"{space.world.scenario.rung}: {what} with {most}{on_top}"


def refuse_if_larger(space: StateSpace, most: int, of_machine: bool = False) -> None:
    """Raise `InputError` with the sizes if there are more than `most` states, and say what to ask for instead."""
    if not space.whole or len(space.states) > most:
        from imteach.draw.graph.graph import too_large

        transitions = len(space.transitions) if space.whole else None
        less = smaller(space.world.scenario, space.faults, of_machine)
        raise too_large(len(space.states), transitions, f"{most:,} states", less)


def smaller(scenario: Scenario, faults: Sequence[int], of_machine: bool = False) -> str:
    """What to ask for if a graph is too large. `faults` are its states'; `of_machine`: it is one node's already.

    >>> smaller(Scenario("dedup"), [0, 1])
    'fewer faults, fewer retries (retries=0), or the machine of one node (machine_graph, --machine)'
    """
    fewer = {
        "fewer faults": any(faults),
        "fewer retries (retries=0)": scenario.setting.retransmits and scenario.retries > 0,
        "fewer messages": len(scenario.messages()) > 1,
        "fewer people": len(scenario.people) > 2,
    }
    words = [what for what, can in fewer.items() if can]
    if of_machine:
        return " or ".join(words) or "a smaller scenario"
    return ", ".join([*words, "or the machine of one node (machine_graph, --machine)"])
