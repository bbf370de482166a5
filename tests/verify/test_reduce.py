"""What a search leaves out changes nothing: every end, its fewest faults and its fewest steps are the same with it."""

import random
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept import kept
from machines import protocol, protocols
from nightly import by_night
from real_bugs import BUGS

from imteach import LADDER, Client, LearnerError, Offline, Partition, Resend, Say, Scenario, Server, check
from imteach.planted import PLANTED
from imteach.protocol import Discard
from imteach.verify.search.codes import Codes
from imteach.verify.search.loop import EnoughError, Loop
from imteach.verify.search.reduce.commute import Commuting
from imteach.verify.search.reduce.reducing import Ration, Reducing
from imteach.verify.search.rules import World

TWO = [Say("one"), Say("two", at=20)]
BOTH_WAYS = [Say("hello"), Say("hi", sender="bob", to="alice", at=10)]
AWAY = (Offline("bob", at=0, lasting=1000),)
FRIENDS = {"friends": ["alice", "bob", "carol"]}
PAIR = Scenario("group", say=[Say("hi", to="friends")], retries=0, groups={"friends": ["alice", "bob"]})
THREE = [Say("1"), Say("2", sender="bob", to="carol", at=10), Say("3", sender="carol", to="alice", at=20)]


def found(scenario, faults, kinds=("drop",), away=(), reduce=True):
    """What a search says of each promise, or of a mistake."""
    try:
        result = check(scenario, faults, kinds, away, reduce=reduce, most_states=1_000_000)
    except LearnerError as error:
        return str(error), len(error.trace.events) if error.trace else None
    if not result.finished:
        return result.unfinished
    assert not any(kept(verdict.trace)[name] for name, verdict in result.promises.items() if verdict.example)
    promises = {
        name: (verdict.holds, verdict.broken_by and len(verdict.broken_by), verdict.steps and len(verdict.steps))
        for name, verdict in result.promises.items()
    }
    return promises, result.sometimes


SETTINGS = [
    *((Scenario(rung, retries=1), faults) for rung in LADDER for faults in by_night(range(4), in_the_gate=(0, 1, 2))),
    *((Scenario(rung, say=TWO, retries=0), faults) for rung in LADDER for faults in (0, 1)),
    *((Scenario(rung, say=BOTH_WAYS, retries=0), 1) for rung in ("retransmit", "dedup", "ordered")),
    (Scenario("dedup", retries=1), 2, ["drop", "duplicate"]),
    (Scenario("retransmit", retries=0), 1, ["crash"]),
    (Scenario("durable", retries=0), 1, ["drop", "crash"]),
    (Scenario("ordered", retries=0), 1, ["crash"]),
    (Scenario("offline", retries=1), 1, ["drop"], AWAY),
    (Scenario("durable", retries=0), 2, ["drop", "duplicate"], AWAY),
    (Scenario("ordered", say=TWO, retries=0), 0, ["drop"], AWAY),
    (Scenario("offline", retries=0), 1, ["crash"], AWAY),
    (Scenario("group", say=[Say("hi", to="friends")], retries=0, groups=FRIENDS), 1),
    (Scenario("group", say=[Say("hi", to="friends")], retries=0, groups={"friends": ["alice", "bob"]}), 2),
    (Scenario("group", say=[Say("hi", to="friends")], retries=0, groups={"friends": ["alice", "bob"]}), 1, ["crash"]),
    (
        Scenario("group", say=[Say("hi", to="friends")], retries=0, groups={"friends": ["alice", "bob"]}),
        2,
        ["drop", "beat"],
    ),
    *((Scenario(rung, retries=1), 1, ["away", "late", "again"]) for rung in LADDER),
    (Scenario("retransmit", retries=0), 2, ["drop", "away"]),
    (Scenario("offline", retries=0), 1, ["away", "late"], AWAY),
    (Scenario("durable", say=BOTH_WAYS, retries=0), 1, ["away"]),
    (Scenario("dedup", retries=0), 1, ["crash", "away"]),
    (Scenario("dedup", say=TWO, retries=0), 2, ["late", "again"]),
    (Scenario("ordered", retries=0), 1, ["again"], AWAY),
    (Scenario("ordered", say=TWO, retries=0), 1, ["drop", "again"]),
    *by_night(
        [
            (Scenario("dedup", retries=0), 2, ["crash", "away"]),
            (Scenario("offline", say=[], retries=0), 2, ["crash", "late"], AWAY),
            (Scenario("durable", retries=0), 2, ["away", "late"]),
            (Scenario("ordered", say=BOTH_WAYS, retries=0), 1, ["away"]),
            (Scenario("ordered", say=TWO, retries=0), 2, ["drop", "again"]),
            (Scenario("group", say=[Say("hi", to="friends")], retries=0, groups=FRIENDS), 1, ["again"]),
            (Scenario("dedup", say=TWO, retries=1), 1),
            (Scenario("dedup", say=THREE, retries=0), 1),
            (Scenario("durable", retries=1), 1, ["crash"]),
            (Scenario("offline", retries=2), 1, ["drop"], AWAY),
            (Scenario("group", say=[Say("hi", to="friends")], retries=1, groups=FRIENDS), 1),
        ],
        in_the_gate=[],
    ),
]


@pytest.mark.parametrize("number", range(len(SETTINGS)))
def test_promises_fewest_faults_and_fewest_steps_are_those_of_the_whole_search(number):
    assert found(*SETTINGS[number]) == found(*SETTINGS[number], reduce=False)


def of(bug, rung, **about):
    """A scenario with this class in it, client or server."""
    return Scenario(rung, **{"server" if issubclass(bug, Server) else "client": bug}, **about)


@pytest.mark.parametrize("name", [*PLANTED])
def test_planted_bugs_are_found_with_and_without_reduction(name):
    bug = PLANTED[name]
    scenario = of(bug.bug, bug.rung, retries=1 if bug.kinds == ("drop",) and not bug.given else 0)
    for faults in (0, 1):
        assert found(scenario, faults, bug.kinds, bug.given) == found(
            scenario, faults, bug.kinds, bug.given, reduce=False
        )
    assert not check(scenario, 1, bug.kinds, bug.given).promises[bug.promise].holds


@pytest.mark.parametrize("name", by_night([*BUGS], in_the_gate=[*BUGS][::2]))
def test_real_bugs_are_found_with_and_without_reduction(name):
    bug, rung = BUGS[name]
    if rung == "group":
        scenario, more = of(bug, rung, retries=0, say=[Say("hi", to="all")], groups={"all": ["alice", "bob"]}), ()
    elif rung in ("offline", "durable"):
        scenario, more = of(bug, rung, retries=0), AWAY
    else:
        scenario, more = of(bug, rung, retries=1), ()
    assert found(scenario, 1, ["drop"], more) == found(scenario, 1, ["drop"], more, reduce=False)


UNTIMELY = ("away", "late", "again")


@pytest.mark.parametrize("name", by_night([*BUGS], in_the_gate=[*BUGS][1::4]))
@pytest.mark.parametrize("kind", UNTIMELY)
def test_what_comes_at_the_wrong_time_shows_the_same_bugs_with_and_without_reduction(name, kind):
    bug, rung = BUGS[name]
    group = {"say": [Say("hi", to="all")], "groups": {"all": ["alice", "bob"]}}
    scenario = of(bug, rung, retries=0, **(group if rung == "group" else {}))
    assert found(scenario, 1, [kind]) == found(scenario, 1, [kind], reduce=False)


# Protocols drawn by chance


def ends(world, kinds, faults, reduce):
    """Every end that a search comes to, with its fewest faults and steps; how many states that took. None: too many."""
    codes = Codes(world, kinds, copies=60)
    reducing, met = Reducing(codes, reduce), []
    reducing._ration = Ration(questions=5_000, states=1)  # else few of them would be asked to the end
    loop = Loop(codes.number(world.start), faults, most=30_000)
    try:
        for _ in loop.states(lambda left, starts: reducing.rules(left, starts, met.append, 30_000)):
            pass
    except EnoughError:
        return None
    order = {number: place for place, number in enumerate(loop.came_from)}
    struck = {end: sum(order[end] >= first for first in loop.layers) - 1 for end in met}
    return {codes.state(end): (struck[end], len(loop.way_to(end))) for end in met}, loop.looked


class Compared(NamedTuple):
    """Whether all ends are the same with and without what is left out, and how many states that was."""

    same: bool
    left_out: int


def compared(drawn, people, away, kinds, faults):
    """Compare the ends of a drawn protocol with and without what is left out. None: it is too large."""
    client, server = drawn
    world = World(Scenario("dedup", client=client, server=server, say=people), away, kinds)
    whole = ends(world, kinds, faults, reduce=False)
    if whole is None:
        return None
    few = ends(world, kinds, faults, reduce=True)
    return Compared(few[0] == whole[0], whole[1] - few[1])


CHOICES = (
    [[Say("hello")], TWO, BOTH_WAYS],
    [(), (), AWAY],
    [
        ("drop",),
        ("drop", "duplicate"),
        ("crash",),
        ("away",),
        ("late", "again"),
        ("drop", "away", "again"),
        ("crash", "late"),
    ],
    [0, 1, 1],
)
DRAWN = {
    "drawn": protocols(),
    **dict(zip(("people", "away", "kinds", "faults"), map(st.sampled_from, CHOICES), strict=True)),
}
MANY = settings(
    max_examples=by_night(300, in_the_gate=40),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@MANY
@given(**DRAWN)
def test_every_end_of_a_drawn_protocol_is_found_by_the_shortest_way(drawn, people, away, kinds, faults):
    found = compared(drawn, people, away, kinds, faults)
    assert found is None or found.same


@pytest.mark.parametrize("tenth", range(10))
def test_every_end_of_thousands_of_protocols_is_found_by_the_shortest_way(tenth):
    """And there are many ends: of those looked at, hardly any is too large, and in many something was left out."""
    all_found = []
    for number in range(by_night(200, in_the_gate=10)):
        chance = random.Random(1000 * tenth + number)
        drawn = protocol(chance)
        setting = [chance.choice(choices) for choices in CHOICES]
        found = compared(drawn, *setting)
        assert found is None or found.same, (tenth, number, setting)
        all_found.append(found)
    assert all_found.count(None) <= 0.1 * len(all_found)
    assert sum(found is not None and found.left_out > 0 for found in all_found) >= 0.3 * len(all_found)


def test_a_reduction_that_takes_everything_for_commuting_is_caught(monkeypatch):
    """The comparison above is one that can fail: with an unsound reduction it does."""
    monkeypatch.setattr(Commuting, "_is_same", lambda *_: True)
    settings = [Scenario("acked"), Scenario("dedup", retries=0), Scenario("dedup", say=TWO, retries=0)]
    caught = [found(scenario, 1) != found(scenario, 1, reduce=False) for scenario in settings]
    assert any(caught)


def test_a_reduction_that_forgets_what_an_event_can_cause_is_caught(monkeypatch):
    monkeypatch.setattr(Commuting, "_caused_by", lambda *_: 0)
    assert any(found(*setting) != found(*setting, reduce=False) for setting in SETTINGS[:20])


class MissesTimers(Client):
    """Remembers whether a timer ran out while its person was out."""

    missed = False

    def on_timer(self, msgid):
        self.missed |= not self.online
        return super().on_timer(msgid)


def test_a_reduction_that_forgets_who_is_still_to_log_in_is_caught(monkeypatch):
    bit = Commuting.bit
    away = (MissesTimers, Server), [Say("hello")], (), ("away",), 1
    assert compared(*away).same
    monkeypatch.setattr(Commuting, "bit", lambda self, node, on: 0 if on.what == "back" else bit(self, node, on))
    assert not compared(*away).same


# Where nothing can be left out


class Counts(Client):
    """Counts whatever it gets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.count = 0

    def receive(self, packet):
        self.count += 1
        return super().receive(packet)


class RemembersAll(Client):
    """Keeps everything that ever came."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.came = []

    def on_msg_n(self, packet):
        self.came.append(packet)
        return super().on_msg_n(packet)


class NewMsgid(Client):
    """Makes a msgid where nothing is said."""

    def on_ack_n(self, packet):
        self.new_msgid()
        return super().on_ack_n(packet)


@pytest.mark.parametrize("mine", [Counts, RemembersAll, NewMsgid])
def test_where_a_class_is_never_the_same_twice_every_order_is_followed(mine):
    scenario = Scenario("dedup", client=mine, retries=1)
    result = check(scenario, faults=1)
    assert not result.reduced
    assert result.unreduced in result.to_text()
    assert found(scenario, 1) == found(scenario, 1, reduce=False)


@pytest.mark.parametrize(
    ("scenario", "away", "why"),
    [
        (Scenario("dedup", retries=0, resend=[Resend("m1", at=2000)]), (), "somebody sends a message again"),
        (Scenario("dedup", retries=0), (Partition("bob", "server", at=0, lasting=500),), "a link is cut"),
    ],
)
def test_what_touches_several_nodes_at_once_is_followed_in_every_order(scenario, away, why):
    result = check(scenario, 1, given=away)
    assert not result.reduced
    assert f"Every order of steps was followed, because {why}" in result.to_text()


def test_where_several_see_what_is_sent_again_every_order_is_followed_at_a_rung_that_orders():
    chat = Scenario("group", say=[Say("hi", to="friends")], retries=0, groups=FRIENDS)
    assert "somebody may send a message to several again" in check(chat, 1, ["again"]).unreduced
    assert check(chat, 1, ["late"]).unreduced == check(PAIR, 1, ["again"]).unreduced == ""


def test_whoever_asks_for_every_order_gets_it_and_no_excuse():
    few, every = check("dedup"), check("dedup", reduce=False)
    assert (few.reduced, every.reduced, every.unreduced) == (True, False, "")
    assert few.states < every.states / 10
    assert "Of steps whose order makes no difference only one order was followed." in few.to_text()
    assert "order" not in every.to_text()


class Silent(Client):
    """Raises where ours would do nothing: it fails only if it is asked what cannot happen."""

    def on_msg_a(self, packet):
        if packet.msgid not in self.status:
            raise KeyError(packet.msgid)
        return super().on_msg_a(packet)


def test_a_class_that_fails_where_it_is_asked_what_cannot_happen_has_made_no_mistake():
    result = check(Scenario("dedup", client=Silent, retries=1), faults=1)
    assert result.reduced
    assert result.promises["no_duplicates"].holds


class Falls(Client):
    """Stops at a duplicate."""

    def on_msg_n(self, packet):
        effect = self.show_or_discard(packet)
        if isinstance(effect, Discard):
            raise ValueError("twice")
        return [effect, *self.acknowledge(packet)]


def test_the_path_to_a_mistake_is_the_shortest_one():
    with pytest.raises(LearnerError) as few:
        check(Scenario("dedup", client=Falls))
    with pytest.raises(LearnerError) as every:
        check(Scenario("dedup", client=Falls), reduce=False)
    assert str(few.value) == str(every.value)
    assert few.value.trace == every.value.trace
