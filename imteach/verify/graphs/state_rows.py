"""A state of a scenario as a learner sees it: each person's screen, the packets in flight, and what else differs."""

from collections.abc import Hashable, Iterable, Iterator, Sequence

from imteach.learner.snapshot import restored
from imteach.plain import plain
from imteach.protocol import SERVER, Outcome
from imteach.tell.words import quote, sign, times
from imteach.verify.graphs.held import NOTHING, held, on_disk
from imteach.verify.graphs.state_space import StateSpace
from imteach.verify.search.state import DOWN, Net, State

Row = tuple[str, str]
"""A subject, such as a node or "in flight", and the words about it."""

Fact = tuple[str, str]
"""A subject, and the name of one fact about it."""

IN_FLIGHT = "in flight"
FAULTS = "faults"
STILL = "planned"
"""The subject for what the scenario still has to come: what people will do, what will happen to their links."""

CORE = ("sees", "saw", IN_FLIGHT, "is", FAULTS)
"""The facts shown of every state if they ever differ. Others are shown only if states look alike without them."""


class Rows:
    """For each state of a space, the rows that say how it differs from the others.

    `in_flight` has for each state the names of the packets in flight.
    """

    def __init__(self, space: StateSpace, in_flight: Sequence[Sequence[str]]) -> None:
        self.space = space
        self.in_flight = in_flight
        self.world = space.world
        self._held: dict[tuple[int, int], dict[str, str]] = {}
        self._facts = [dict(self._told(number, state)) for number, state in enumerate(space.states)]
        self._kept = telling(self._facts)
        self._subjects = self._order()

    def of(self, number: int) -> tuple[Row, ...]:
        """Return the rows of a state, one for each subject."""
        facts = self._facts[number]
        rows = []
        for subject in self._subjects:
            said = [facts.get((about, fact), NOTHING) for about, fact in self._kept if about == subject]
            rows.append((subject, " · ".join(words for words in said if words != NOTHING) or NOTHING))
        return tuple((subject, words) for subject, words in rows if subject != FAULTS or words != NOTHING)

    def _order(self) -> list[str]:
        """The subjects that have rows, in order: the first person, in flight, the server, other people, the rest."""
        first, *others = self.world.scenario.people
        told = {subject for subject, _ in self._kept}
        return [subject for subject in (first, IN_FLIGHT, SERVER, *others, STILL, FAULTS) if subject in told]

    def _told(self, number: int, state: State) -> Iterator[tuple[Fact, str]]:
        """Yield every fact about a state; what matters most comes first."""
        yield from self._seen(list(self.world.outcomes(state).values()))
        yield (IN_FLIGHT, IN_FLIGHT), ", ".join(self.in_flight[number]) or NOTHING
        yield from self._reached(state)
        yield (FAULTS, FAULTS), str(self.space.faults[number]) if self.space.faults[number] else NOTHING
        net: Net = self.world.nets[state.shared.net]
        for number, (done, script) in enumerate(zip(state.shared.done, self.world.scripts, strict=True)):
            yield (STILL, f"script {number}"), f"{len(script) - done} to come" if done < len(script) else NOTHING
        yield (STILL, "logins"), ", ".join(f"{name} is to log in once more" for name in net.out) or NOTHING
        for place, name in enumerate(self.world.names):
            yield (name, "timers"), _listed("timer", state.locals[place].timers)
            for attribute, words in self._holds(place, state.locals[place].state).items():
                yield (name, attribute), NOTHING if words == NOTHING else f"{attribute} {words}"
            disk = on_disk(restored(self.world.disks[state.locals[place].disk]))
            yield (name, "disk"), NOTHING if disk == NOTHING else f"on disk {disk}"
            if net.network.goes_nowhere(name):
                yield (SERVER, f"knows {name}"), f"on an old connection to {name}"

    def _seen(self, outcomes: Sequence[Outcome]) -> Iterator[tuple[Fact, str]]:
        """What each person sees on their screen: what became of what they said, and what was said to them."""
        one = len(self.world.scenario.messages()) == 1
        for person in self.world.scenario.people:
            mine = [said for said in outcomes if said.sender == person]
            status = [sign(said.status) if one else f"{plain(said.msgid)} {sign(said.status)}" for said in mine]
            yield (person, "sees"), ", ".join(status) or NOTHING
            shown = [said for said in outcomes if said.shown.get(person)]
            yield (person, "saw"), ", ".join(_shown(said, person, one) for said in shown) or NOTHING
        for said in outcomes:
            kept = [who for who, copies in said.stored.items() if copies]
            yield (
                (SERVER, f"keeps {said.msgid}"),
                f"keeps {plain(said.msgid)} for {', '.join(kept)}" if kept else NOTHING,
            )

    def _reached(self, state: State) -> Iterator[tuple[Fact, str]]:
        """Who is down, away or cut off, and what the server has yet to learn of it."""
        net: Net = self.world.nets[state.shared.net]
        news = [f"{new.person} is {'online' if new.online else 'gone'}" for new in net.news]
        for place, name in enumerate(self.world.names):
            words = ["down"] if state.locals[place].state == DOWN else []
            if name != SERVER:
                words += ["logged out"] if name in net.network.away else []
                words += ["cut off"] if any(name in way for way in net.network.cut) else []
            elif news:
                words.append(f"yet to learn that {', '.join(news)}")
            yield (name, "is"), ", ".join(words) or NOTHING

    def _holds(self, place: int, state: int) -> dict[str, str]:
        if state == DOWN:
            return {}
        if (place, state) not in self._held:
            self._held[place, state] = held(self.world.machines[place].node(state))
        return self._held[place, state]


def telling(facts: Sequence[dict[Fact, str]], core: Iterable[str] = CORE) -> list[Fact]:
    """Return the facts to show: core facts that differ, and others that tell states apart which look alike so far.

    >>> one, other = {"saw": "hello", "dedup": "–", "n": "0"}, {"saw": "hello", "dedup": "m1", "n": "1"}
    >>> telling([{("bob", name): words for name, words in state.items()} for state in (one, other)])
    [('bob', 'dedup')]
    """
    kept: list[Fact] = []
    alike: list[Hashable] = [()] * len(facts)
    for fact in dict.fromkeys(name for told in facts for name in told):
        values = [told.get(fact, NOTHING) for told in facts]
        split = list(zip(alike, values, strict=True))
        tells = len(set(split)) > len(set(alike))
        if tells or (fact[1] in core and len(set(values)) > 1):
            kept.append(fact)
            numbers: dict[Hashable, int] = {}
            alike = [numbers.setdefault(each, len(numbers)) for each in split]
    return kept


def _listed(what: str, names: Sequence[str]) -> str:
    return f"{what} {', '.join(map(plain, names))}" if names else NOTHING


def _shown(said: Outcome, person: str, one: bool) -> str:
    count = said.shown[person]
    what = quote(said.text) if one else plain(said.msgid)
    return what if count == 1 else f"{what} {times(count)}"
