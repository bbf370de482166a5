"""How long and how often (RTO, retries, latency …), who is there, and whole situations by name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from imteach.errors import InputError, quoted
from imteach.lab.steps.history import AlreadyError, Steps, ran
from imteach.lab.steps.situations import GROUP, made, offered
from imteach.protocol import LADDER, SERVER
from imteach.scenario import Fault, Say, Scenario, usual_say
from imteach.scenario.checks import LONGEST, person
from imteach.scenario.scenario import DEFAULT_LATENCY, FORGETS
from imteach.trace import Trace

MOST_PEOPLE = 12
"""The most people whom a learner can bring into a lab: a picture of more could not be read."""


@dataclass(frozen=True)
class Number:
    """A number of a scenario that can be set: its field's `name`, what it is called, and what it does in one sentence.

    `needs` is the lowest rung on which it does anything, or a group. `step` is what one press of an arrow key adds.
    """

    name: str
    label: str
    unit: str
    about: str
    needs: str = "basic"
    step: float = 50
    least: float = 0
    most: float = LONGEST


NUMBERS = (
    Number("rto", "RTO", "ms", "How long a sender waits for an answer."),
    Number("retries", "Retries", "times", "How often one message may be retransmitted.", "retransmit", 1, most=1000),
    Number("backoff", "Backoff", "×", "Each wait is this many times the one before.", "retransmit", 0.5, least=1),
    Number("jitter", "Jitter", "ms", "A packet takes up to so much longer than its link."),
    Number("presence_timeout", "Presence", "ms", "After a client's crash, until the server knows."),
    Number("heartbeat", "Heartbeat", "ms", "How often a member asks what it missed.", "group", 100),
    Number("ack_every", "Ack after", "messages", "So many, and a member acks …", "group", 1, 1, 1000),
    Number("ack_delay", "Ack delay", "ms", "… or so long after the first of them.", "group"),
)
"""The numbers, in the order in which a page shows them. Latency stands with the people: each has their own link."""

SETTINGS = (*(number.name for number in NUMBERS), "latency", "groups", "seed", *FORGETS)
"""What `set` takes."""


class Setting(Steps):
    """Steps that change the links, the patience and the people, and leave the faults as they are."""

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        super().__init__(scenario, *faults)
        self._climbed: tuple[Trace, str] | None = (
            None  # a run for which the lab went to a higher rung, and what it says
        )

    def set(self, **settings: Any) -> None:
        """Set fields of the scenario, all in one step: `rto`, `retries`, `latency` …; `SETTINGS` are those that can be.

        Times are in simulated ms. `latency` is one number, or one for each person, 50 for those left out. `groups` has
        the members of each group, who need not be there yet (rung `group`); where only the usual hello is said, it is
        said to the group from then on. Raises `InputError` for another field, and for a value that breaks its rule.

        >>> from imteach.lab.session import Session
        >>> session = Session("dedup")
        >>> session.set(rto=200, latency={"bob": 80})
        >>> print(session.code)
        Scenario("dedup", latency={'bob': 80}, rto=200).run()
        >>> session.set(client=7)
        Traceback (most recent call last):
        imteach.errors.InputError: no setting 'client'; settings are rto, retries, backoff, jitter, \
presence_timeout, heartbeat, ack_every, ack_delay, latency, groups, seed, dedup_limit, dedup_for, store_for
        """
        for name in settings:
            if name not in SETTINGS:
                raise InputError(f"no setting {quoted(name)}; settings are {', '.join(SETTINGS)}")
        scenario = self.scenario
        if "groups" in settings:
            scenario = _with_groups(scenario, settings.pop("groups"))
        self._go_on_with(replace(scenario, **settings))

    def turn(self, name: str, value: float, who: str | None = None) -> None:
        """Set one number, as a page does; the latency of one person if it says of `who`. Raises `InputError`.

        >>> from imteach.lab.session import Session
        >>> session = Session(Scenario("dedup", latency=20))
        >>> session.turn("latency", 80, "bob")
        >>> session.scenario.latency
        {'alice': 20, 'bob': 80}
        """
        if not isinstance(name, str) or name == "groups":
            raise InputError(f"expected the name of a number, such as rto, got {quoted(name)}", where="name")
        if who is None:
            self.set(**{name: value})
        elif name != "latency":
            raise InputError(f"{name} is the same for everybody; only latency is set for one person", where="who")
        else:
            self.set(latency={**_links(self.scenario, but=_here(self.scenario, who)), who: value})

    def add_person(self, name: str) -> None:
        """Let somebody more be there. Where there is one group, they are a member. Raises `InputError` for no name.

        >>> from imteach.lab.session import Session
        >>> session = Session("group")
        >>> session.set(groups={"friends": ["alice", "bob"]})
        >>> session.add_person("carol")
        >>> session.trace.messages[0].shown
        {'bob': 1, 'carol': 1}
        """
        scenario = self.scenario
        if person(name, "person") in scenario.people:
            raise AlreadyError(f"{name} is here already")
        if len(scenario.people) >= MOST_PEOPLE:
            raise InputError(f"a lab has at most {MOST_PEOPLE} people", where="person")
        groups = scenario.groups
        if len(groups) == 1:
            groups = {group: [*members, name] for group, members in groups.items()}
        self._go_on_with(replace(scenario, people=[*scenario.people, name], groups=groups))

    def remove_person(self, name: str) -> None:
        """Let somebody not be there any more. Raises `InputError` if they have a part in what happens, and says which.

        >>> from imteach.lab.session import Session
        >>> Session("dedup").remove_person("bob")
        Traceback (most recent call last):
        imteach.errors.InputError: bob stays: something is said to bob
        """
        scenario = self.scenario
        _here(scenario, name)
        if because := why_stays(self.trace, name):
            raise InputError(f"{name} stays: {because}")
        groups = {group: [one for one in members if one != name] for group, members in scenario.groups.items()}
        latency = _links(scenario, but=name) if isinstance(scenario.latency, Mapping) else scenario.latency
        people = [one for one in scenario.people if one != name]
        kept = {group: members for group, members in groups.items() if len(members) > 1}
        self._go_on_with(replace(scenario, people=people, groups=kept, latency=latency))

    def gather(self, members: Sequence[str]) -> None:
        """Let the group have these members, as a page does: there is one, or there will be. Nobody: no group.

        Raises `InputError` for fewer than two, for somebody who is not here, and where there are several groups.
        """
        groups = self.scenario.groups
        if len(groups) > 1:
            raise InputError(f"there are several groups: {', '.join(groups)}; set them in Python: lab.set(groups=…)")
        if not isinstance(members, Sequence) or isinstance(members, str):
            raise InputError(f"expected a list of names, got {quoted(members)}", where="members")
        for name in members:
            _here(self.scenario, name)
        if len(members) == 1:
            raise InputError(f"a group has two members or more, and {members[0]} would be alone in it")
        self.set(groups={next(iter(groups), GROUP): members} if members else {})

    def preset(self, name: str) -> None:
        """Go to a situation by its name: `"ack:N is lost"`. What is said and what strikes are those of the situation.

        The rung stays, unless there is no such thing on it: then the lab goes to the lowest that has it, and `climbed`
        says so. Links and patience stay. Raises `InputError` for no such situation, and names those that there are.

        >>> from imteach.lab.session import Session
        >>> session = Session("basic")
        >>> session.preset("ack:N is lost")
        >>> session
        Session(Scenario("acked"), Drop("ack:N"))
        >>> session.climbed
        'This is the rung acked: on the rung basic there is no such thing as “ack:N is lost”.'
        """
        situations = offered(self.scenario)
        if not isinstance(name, str) or name not in situations:
            raise InputError(f"no situation {quoted(name)}; situations are: {', '.join(situations)}")
        before = self.scenario.rung
        set_up, faults = made(situations[name], self.scenario)
        if set_up == self.scenario and set(faults) == set(self.faults):
            return
        self._step(ran(set_up, faults))
        if set_up.rung != before:
            told = f"This is the rung {set_up.rung}: on the rung {before} there is no such thing as “{name}”."
            self._climbed = (self.trace, told)

    @property
    def climbed(self) -> str:
        """Why the rung is another one than before, if a preset needed one; "" otherwise."""
        return self._climbed[1] if self._climbed is not None and self._climbed[0] is self.trace else ""

    def _go_on_with(self, scenario: Scenario) -> None:
        """Take a step to this scenario under the same faults, if that changes anything."""
        scenario = replace(scenario, latency=_short_latency(scenario))
        if scenario == self.scenario:
            return
        for fault in self.faults:
            _check_strikes(fault, scenario)
        self._step(ran(scenario, self.faults))


def does_something(number: Number, scenario: Scenario) -> bool:
    """Whether this number makes a difference on the rung of this scenario, with its groups.

    >>> [number.name for number in NUMBERS if does_something(number, Scenario("acked"))]
    ['rto', 'jitter', 'presence_timeout']
    """
    if number.needs == "group":
        return bool(scenario.groups)
    rungs = list(LADDER)
    return rungs.index(scenario.rung) >= rungs.index(number.needs)


def why_stays(trace: Trace, name: str) -> str:
    """Return why somebody cannot be taken out of a lab, in a few words; "" if they can.

    >>> why_stays(Scenario("dedup").run(), "alice")
    'alice says something'
    """
    scenario = trace.scenario
    if any(say.sender == name for say in scenario.say):
        return f"{name} says something"
    if any(say.to == name for say in scenario.say):
        return f"something is said to {name}"
    if len(scenario.people) < 3:
        return "there must be two people"
    for group, members in scenario.groups.items():
        if name in members and len(members) < 3 and any(say.to == group for say in scenario.say):
            return f"without {name} only one would be left in {group}"
    striking = next((fault for fault in trace.faults if _names(fault, name)), None)
    return "" if striking is None else f"{striking} strikes there; take it back first"


def _names(fault: Fault, name: str) -> bool:
    """Whether a fault's text names this person: a name is a whole word of it."""
    return re.search(rf"(?<!\w){name}(?!\w)", str(fault).partition(" ")[2]) is not None


def _here(scenario: Scenario, name: object) -> str:
    if not isinstance(name, str) or name not in scenario.people:
        raise InputError(f"nobody here is {quoted(name)}; here are {', '.join(scenario.people[:12])}")
    return name


def _short_latency(scenario: Scenario) -> float | Mapping[str, float]:
    """Return the latency as short as it can be said: one number if it is the same for everybody, both ways."""
    links = _links(scenario)
    if len({*links.values()}) == 1:
        return next(iter(links.values()))
    return {link: ms for link, ms in links.items() if ms != DEFAULT_LATENCY or ">" in link}


def _links(scenario: Scenario, but: str = "") -> dict[str, float]:
    """The latency of each person, and of each way that has one of its own, but for the links of one person."""
    of = scenario.latency if isinstance(scenario.latency, Mapping) else {}
    each = {name: of.get(name, DEFAULT_LATENCY) if of else scenario.latency_of(name) for name in scenario.people}
    ways = {way: ms for way, ms in of.items() if ">" in way and ms != each[_person_on(way)]}
    return {link: ms for link, ms in (each | ways).items() if _person_on(link) != but}


def _person_on(link: str) -> str:
    """The person on a link: `bob` for `bob`, `bob>server` and `server>bob`."""
    return next(name for name in link.split(">") if name != SERVER)


def _with_groups(scenario: Scenario, groups: Any) -> Scenario:
    """Return the scenario with these groups, and all their members in it. What is said goes where it can be said."""
    checked = Scenario("group", say=(), groups=groups).groups
    for say in scenario.say:
        if say.to in scenario.groups and say.to not in checked and scenario.say != usual_say(scenario.groups):
            raise InputError(f"something is said to {say.to}, so there must be such a group", where="groups")
    people = list(dict.fromkeys([*scenario.people, *(name for members in checked.values() for name in members)]))
    return replace(scenario, groups=checked, people=people, say=_said(scenario, checked, people))


def _said(scenario: Scenario, groups: Mapping[str, Sequence[str]], people: Iterable[str]) -> Sequence[Say]:
    """Return what is said once there are these groups. The usual hello goes to the first group, if there is one."""
    here, usual = {*people, *groups}, usual_say(groups)
    stays = bool(groups) == bool(scenario.groups) and all(say.to in here for say in scenario.say)
    if stays or scenario.say != usual_say(scenario.groups):
        return scenario.say
    return usual if {usual[0].sender, usual[0].to} <= here else scenario.say


def _check_strikes(fault: Fault, scenario: Scenario) -> None:
    """Raise `InputError` if a fault means nothing any more in this scenario, and say what can be done."""
    try:
        fault.resolve(scenario)
    except InputError as error:
        raise InputError(f"{fault} would mean nothing then ({error}); take it back first") from error
