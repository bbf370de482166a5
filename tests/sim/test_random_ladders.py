"""Random ladders, step by step: people speak and send again, come and go, nodes crash, links break, packets suffer.

Each step adds one thing to a story whose clock goes on; its end is run and judged. By night (see tests/conftest.py)
hundreds of thousands of steps.
"""

from collections import Counter
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from worlds import names

from imteach import LADDER, Crash, Delay, Drop, Duplicate, Loss, Offline, Partition, Say, Scenario, Trace
from imteach.protocol import SERVER
from imteach.scenario import Resend

PEOPLE = ("alice", "bob", "carol")
MS = st.integers(1, 900) | st.sampled_from([50, 100, 300])
MOST_SAID = 12


class Ladder(RuleBasedStateMachine):
    """A story that grows; `teardown` is its end, where everything is checked."""

    of = "basic"  # the rung; each has a machine of its own below

    @initialize(
        people=st.sampled_from([PEOPLE[:2], PEOPLE]),
        grouped=st.booleans(),
        retries=st.integers(0, 3),
        latency=st.sampled_from([50, 0, 20, {"bob": 130}]),
        ack_every=st.integers(1, 3),
    )
    def begin(self, people, grouped, retries, latency, ack_every):
        self.now = 0
        self.rung, self.people = LADDER[self.of], people
        self.groups = {"friends": people} if grouped and self.rung.groups else {}
        self.settings = {"latency": latency, "retries": retries, "ack_every": ack_every}
        self.says, self.resends, self.faults = [], [], []

    def someone(self, number):
        return self.people[number % len(self.people)]

    @property
    def scenario(self):
        return Scenario(
            self.rung.name,
            say=self.says,
            resend=self.resends,
            people=self.people,
            groups=self.groups,
            **self.settings,
        )

    @rule(ms=MS)
    def time_goes_on(self, ms):
        self.now += ms

    @rule(who=st.integers(0, 2), to=st.integers(1, 2), in_group=st.booleans(), ms=st.integers(0, 60))
    def somebody_says_something(self, who, to, in_group, ms):
        self.now += ms
        sender, receiver = self.someone(who), self.someone(who % len(self.people) + to)
        if len(self.says) < MOST_SAID and (sender != receiver or (in_group and self.groups)):
            self.says.append(
                Say(f"{len(self.says)}", sender, "friends" if in_group and self.groups else receiver, self.now)
            )

    @rule(which=st.integers(1, MOST_SAID), ms=MS)
    def somebody_sends_again(self, which, ms):
        if which <= len(self.says) and len(self.resends) < 4:
            self.resends.append(Resend(f"m{which}", self.now + ms))

    @rule(who=st.integers(0, 2), lasting=st.none() | MS)
    def somebody_logs_out(self, who, lasting):
        self.faults.append(Offline(self.someone(who), self.now, lasting))

    @rule(who=st.integers(0, 3), down=MS)
    def a_node_crashes(self, who, down):
        node = SERVER if who == 3 else self.someone(who)
        self.faults.append(Crash(node, at=self.now, down=down))

    @rule(
        who=st.integers(0, 3), effect=st.sampled_from(["show", "store", "write"]), which=st.integers(1, 5), down=MS,
        again=st.booleans(),
    )  # fmt: skip
    def a_node_crashes_after_an_effect(self, who, effect, which, down, again):
        node = SERVER if who == 3 else self.someone(who)
        self.faults.append(Crash(node, after=f"{effect} m{which}{'#2' if again else ''}", down=down))

    @rule(which=st.integers(0, MOST_SAID), when=st.sampled_from(["show", "write", "send"]), down=MS)
    def a_receiver_crashes_over_a_message(self, which, when, down):
        """Between showing it and acking it, or just behind: where what was written counts."""
        if which < len(self.says) and self.says[which].to in self.people:
            of = f"m{which + 1}"
            self.faults.append(
                Crash(self.says[which].to, after=f"{when} {of}{'/ack:R' if when == 'send' else ''}", down=down)
            )

    @rule(data=st.data(), who=st.integers(0, 3), down=MS)
    def a_node_crashes_after_it_sent(self, data, who, down):
        if self.says:
            node = SERVER if who == 3 else self.someone(who)
            self.faults.append(Crash(node, after=f"send {data.draw(names(self.scenario))}", down=down))

    @rule(who=st.integers(0, 2), lasting=st.none() | MS, way=st.integers(0, 2))
    def a_link_breaks(self, who, lasting, way):
        person = self.someone(who)
        one, other = (person, SERVER) if way else (SERVER, person)
        self.faults.append(Partition(one, other, self.now, lasting, both=way == 2))

    @rule(data=st.data(), what=st.sampled_from([Drop, Drop, Duplicate, Delay]), ms=MS)
    def a_packet_suffers(self, data, what, ms):
        if self.says:
            name = data.draw(names(self.scenario))
            self.faults.append(what(name) if what is Drop else what(name, ms))

    @rule(p=st.sampled_from([0.05, 0.2]), seed=st.integers(0, 999))
    def the_network_gets_worse(self, p, seed):
        if not any(isinstance(fault, Loss) for fault in self.faults):
            self.faults.append(Loss(p, seed))

    @invariant()
    def a_step_was_made(self):
        COUNTED["steps"] += 1

    def teardown(self):
        if hasattr(self, "rung"):
            trace = self.scenario.run(*self.faults)
            well_formed(trace)
            reads_back(trace)
            keeps_its_promises(trace)
            COUNTED["runs"] += 1
            COUNTED["events"] += len(trace.events)
            COUNTED[f"runs of {trace.rung}"] += 1
            COUNTED["crashes"] += len(trace.happened("crash"))


COUNTED: Counter[str] = Counter()


def well_formed(trace):
    assert [event.id for event in trace.events] == list(range(len(trace.events)))
    assert all(before.t <= after.t for before, after in pairwise(trace.events))
    assert all(cause < event.id for event in trace.events for cause in event.causes)
    sends = [event.packet for event in trace.events if event.kind == "send"]
    ends = [event.packet for event in trace.events if event.kind in ("arrive", "drop", "lose")]
    assert Counter(sends) == Counter(ends) == Counter(packet.name for packet in trace.packets)
    assert all(packet.fate in ("arrived", "dropped", "lost") for packet in trace.packets)


def reads_back(trace):
    text = trace.to_json()
    read = Trace.from_json(text)
    assert read == trace
    assert read.to_json() == text
    if trace.events:
        end = trace.events[-1].t
        assert read.state_at(end) == trace.state_at(end)


def keeps_its_promises(trace):
    rung, promises = LADDER[trace.rung], trace.promises
    crashed = trace.happened("crash")
    assert promises["no_duplicates"] or not rung.dedups or (crashed and not rung.writes)
    assert promises["no_false_delivery"] or not rung.acks
    assert promises["no_silent_loss"] or not rung.acks or crashed
    if rung.orders:
        assert promises["in_order"]
    for group in trace.scenario.groups:
        same_order_for_all(trace, group)


def same_order_for_all(trace, group):
    stored = [event.msgid for event in trace.happened("store", to=group)]
    for person in trace.scenario.people:
        seen = [event.msgid for event in trace.happened("show", node=person) if event.msgid in stored]
        assert seen == sorted(seen, key=stored.index)


def machine(rung):
    """The stories of one rung, as a test case."""
    case = type(f"Ladder_{rung}", (Ladder,), {"of": rung}).TestCase
    case.settings = settings(
        max_examples=settings().max_examples // 3,
        stateful_step_count=30,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    return case


TestBasic, TestAcked, TestRetransmit, TestDedup = map(machine, ("basic", "acked", "retransmit", "dedup"))
TestOffline, TestDurable, TestOrdered, TestGroup = map(machine, ("offline", "durable", "ordered", "group"))


def test_the_stories_have_something_to_say():
    """Runs after the ladders, in the same process: they saw every rung, and crashes, or they would say nothing."""
    if COUNTED["runs"]:
        assert all(COUNTED[f"runs of {rung}"] for rung in LADDER), COUNTED
        assert COUNTED["crashes"] > 20
        print(dict(COUNTED))  # with pytest -s: how much was tried
