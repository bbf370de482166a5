"""What the lessons say in words and do not compute before the reader's eyes: here it is computed."""

from functools import cache
from itertools import combinations, pairwise

import networkx
import pytest

from imteach import (
    Client,
    Crash,
    Delay,
    Drop,
    InputError,
    Loss,
    Offline,
    Say,
    Scenario,
    Server,
    check,
    exercises,
    explore,
    follow,
    state_graph,
)
from imteach.planted import PLANTED
from imteach.protocol import Show
from imteach.verify import group_cost
from imteach.verify.count.closed_forms import closed_forms
from imteach.verify.search.rules import World


def broken(search, scenario, faults, kinds=("drop",)):
    """The promises that this search finds broken."""
    found = search(scenario, faults=faults, kinds=kinds)
    assert found.finished
    return {name for name, verdict in found.promises.items() if not verdict.holds}


# Lesson 3: the signs so far, and a sign that is not the last word


def ends_of(rung):
    """Of each run with at most three drops: the sign, whether msg:A and ack:N reached alice, and whether bob has it."""
    packets = [packet.name for packet in Scenario(rung).run().packets]
    plans = [plan for many in range(4) for plan in combinations(packets, many)]
    runs = [Scenario(rung).run(*map(Drop, plan)) for plan in plans]
    return {
        (run.messages[0].status, came(run, "msg:A"), came(run, "ack:N"), run.messages[0].shown["bob"]) for run in runs
    }


def came(run, kind):
    return bool(run.happened("arrive", node="alice", packet=f"m1/{kind}#1"))


def test_what_each_sign_means_at_the_first_two_rungs():
    assert ends_of("basic") == {
        ("sent", True, False, 1),
        ("sent", True, False, 0),
        ("failed", False, False, 1),
        ("failed", False, False, 0),
    }
    assert ends_of("acked") == {
        ("delivered", True, True, 1),
        ("delivered", False, True, 1),
        ("unconfirmed", True, False, 1),
        ("unconfirmed", True, False, 0),
        ("failed", False, False, 1),
        ("failed", False, False, 0),
    }


def test_failed_is_not_the_last_word_above_150_ms():
    def signs(latency):
        run = Scenario("acked", latency={"alice": latency}).run()
        return [event.status for event in run.happened("status")]

    assert signs(150) == ["sending", "sent", "unconfirmed", "delivered"]
    assert all(signs(latency) == ["sending", "failed", "delivered"] for latency in (151, 200, 5000))


# Lesson 5


def test_without_backoff_a_slow_link_takes_18_packets():
    slow = Scenario("retransmit", latency={"bob": 350}).run()
    assert len(slow.packets) == 18
    assert len(slow.happened("retransmit")) == 2


@pytest.mark.parametrize(("rto", "passes"), [(199, False), (200, True), (375, True), (376, False)])
def test_any_rto_from_200_to_375_ms_will_do(rto, passes):
    report = exercises["enough retries for three losses"].check(Scenario("retransmit", rto=rto, retries=3))
    assert report.passed == passes


def test_the_second_timer_runs_until_600_ms_and_is_cancelled_before():
    repaired = Scenario("retransmit").run(Drop("msg:R"))
    alice = repaired.state_at(310)["alice"]
    assert (alice["queue"], alice["timers"]) == ({"m1": 2}, {"m1": 600})
    assert [event.t for event in repaired.happened("timer_cancel")] == [500]


# Lesson 9


def test_had_bob_been_online_45_messages_would_have_taken_135_packets_on_his_side():
    many = [Say(f"message {number}", at=10 * number) for number in range(45)]
    online = Scenario("offline", say=many).run()
    assert len([packet for packet in online.packets if "bob" in (packet.src, packet.dst)]) == 135


class ConfirmsOnce(Server):
    """Confirms what it stores, and nothing that is stored already."""

    def keep_for_absent(self, packet):
        known = packet.msgid in self.store.get(packet.message.to, {})
        return [] if known else super().keep_for_absent(packet)


def test_a_server_that_confirms_only_what_it_stores_leaves_alice_with_failed():
    away = [Offline("bob", at=0, lasting=1000), Drop("ack:N")]
    assert Scenario("offline", server=ConfirmsOnce).run(*away).messages[0].status == "failed"
    assert Scenario("offline").run(*away).messages[0].status == "delivered"


# Lesson 10, round 5: three wrong orders


class FirstSight(Client):
    """A client that puts its effects in an order of its own when a message is new."""

    def on_msg_n(self, packet):
        new = packet.msgid not in self.dedup
        effects = super().on_msg_n(packet)
        return self.in_order(*effects) if new else effects


class ShowThenMark(FirstSight):
    def in_order(self, show, ack):
        return [Show(show.msgid, show.message), show.write, ack]


class MarkThenShow(FirstSight):
    def in_order(self, show, ack):
        return [show.write, Show(show.msgid, show.message), ack]


class AckBeforeShow(FirstSight):
    def in_order(self, show, ack):
        return [ack, show]


NEVER_READ = {"no_false_delivery", "no_silent_loss", "all_delivered"}


@pytest.mark.parametrize(
    ("client", "effect", "breaks"),
    [
        (ShowThenMark, "show m1", {"no_duplicates"}),
        (MarkThenShow, "write m1", NEVER_READ),
        (AckBeforeShow, "send ack:R", NEVER_READ),
        (Client, "show m1", set()),
        (Client, "send ack:R", set()),
    ],
)
def test_only_a_crash_between_two_effects_tells_the_wrong_orders_from_the_right_one(client, effect, breaks):
    scenario = Scenario("durable", client=client)
    between = scenario.run(Crash("bob", after=effect, down=50))
    assert {name for name, holds in between.promises.items() if not holds} == breaks
    assert not between.unused
    sweep = [scenario.run(Crash("bob", at=t, down=50)) for t in range(400)]
    assert all(all(run.promises.values()) for run in sweep)
    assert not any(run.unused for run in sweep)


def test_a_crash_at_a_time_comes_before_the_first_effect_of_a_step_or_after_the_last():
    for t, effects in [(99, 0), (100, 0), (101, 3)]:
        run = Scenario("durable", client=ShowThenMark).run(Crash("bob", at=t, down=50))
        before = [event.kind for event in run.events if event.node == "bob" and event.t <= t]
        assert len([kind for kind in before if kind in ("show", "write", "send")]) == effects


def test_after_a_restart_the_entry_is_written_then_shown_then_sent():
    run = Scenario("durable").run(Crash("alice", at=20, down=50))
    again = [event.kind for event in run.events if event.node == "alice" and event.t == 70]
    assert [kind for kind in again if kind in ("write", "status", "send")][:3] == ["write", "status", "send"]


def test_at_offline_each_crash_of_alice_from_1_to_200_ms_breaks_a_promise_and_at_durable_none_does():
    breaks = {
        rung: {t for t in range(400) if broken_in(Scenario(rung).run(Crash("alice", at=t, down=50)))}
        for rung in ("offline", "durable")
    }
    assert breaks == {"offline": set(range(1, 201)), "durable": set()}


def broken_in(run):
    return [name for name, holds in run.promises.items() if not holds]


def test_without_the_crash_all_three_losses_end_failed_at_900_ms():
    run = Scenario("durable").run(Drop("msg:R"), Drop("msg:R#2"), Drop("msg:R#3"))
    assert [(event.status, event.t) for event in run.happened("status")][-1] == ("failed", 900)


def test_two_is_stored_at_1250_ms_and_shown_at_2160_ms():
    two = Scenario("durable", say=[Say("one"), Say("two", at=1200)])
    late = two.run(Crash("bob", at=60, down=2000))
    at = {(event.kind, event.msgid, event.status): event.t for event in late.events}
    assert at["status", "m1", "failed"] == 900
    assert at["store", "m2", None] == 1250
    assert at["status", "m2", "delivered"] == 1300
    assert at["show", "m2", None] == 2160
    assert late.packet["bob/offline:R"].sent == 2060


# Lesson 11, round 4: when *one* never comes


def test_all_three_msg_n_of_two_say_base_1_and_it_stays_held():
    both = [Say("one"), Say("two", at=20)]
    stuck = Scenario("ordered", say=both).run(Drop("m1/msg:R"), Drop("m1/msg:R#2"), Drop("m1/msg:R#3"))
    told = [packet for packet in stuck.packets if packet.msgid == "m2" and packet.kind == "msg:N"]
    assert [(packet.seq, packet.base) for packet in told] == [(2, 1)] * 3
    assert all(packet.sent < 900 for packet in told)
    assert stuck.state_at(10_000)["bob"]["held"] == {"alice": ["m2"]}


def test_each_sender_numbers_only_what_they_say_themselves():
    run = Scenario("ordered", say=[Say("one"), Say("two", "bob", "alice", at=150)]).run()
    assert [packet.seq for packet in run.packets if packet.kind == "msg:R"] == [1, 1]


def test_the_last_msg_r_of_two_says_base_2_if_it_leaves_after_one_is_given_up():
    one_is_lost = [Drop("m1/msg:R"), Drop("m1/msg:R#2"), Drop("m1/msg:R#3")]
    bases = {}
    for at in (250, 350):
        run = Scenario("ordered", say=[Say("one"), Say("two", at=at)]).run(*one_is_lost)
        sent = [packet for packet in run.packets if packet.msgid == "m2" and packet.kind == "msg:R"]
        bases[at] = [packet.base for packet in sent]
        assert sent[2].sent == at + 600
    assert bases == {250: [1, 1, 1], 350: [1, 1, 2]}


def test_the_price_of_order_is_55_packets_instead_of_31_and_nothing_without_a_loss():
    five = [Say(word, at=20 * n) for n, word in enumerate(["one", "two", "three", "four", "five"])]
    for rung, packets in (("durable", 31), ("ordered", 55)):
        scenario = Scenario(rung, say=five)
        assert len(scenario.run().packets) == 30
        run = scenario.run(Drop("m1/msg:R"))
        assert len(run.packets) == packets
        assert {show.t for show in run.happened("show")} == ({400} if rung == "ordered" else {120, 140, 160, 180, 400})


def test_one_lost_msg_r_breaks_no_promise_at_durable_but_the_order():
    mixed = Scenario("durable", say=[Say("one"), Say("two", at=20)]).run(Drop("m1/msg:R"))
    assert all(mixed.promises.values())
    assert [message.late for message in mixed.messages] == [("bob",), ()]
    assert "in_order" not in mixed.promises


# Lesson 12: groups

FRIENDS = {"friends": ["alice", "bob", "carol"]}
ONE_TWO = [Say("one", to="friends"), Say("two", to="friends", at=100)]


class SkipsGaps(Client):
    """Lets any number have its turn."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.turns_were = []

    def on_msg_n(self, packet):
        buffer = self.groups[packet.group]
        self.turns_were.append((buffer.turn, buffer.cursor + 1))
        buffer.turn = packet.number
        return super().on_msg_n(packet)


def test_the_turn_is_the_cursor_plus_one():
    clients = []

    class Looked(SkipsGaps):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            clients.append(self)

    Scenario("group", groups=FRIENDS, say=ONE_TWO, client=Looked).run()
    turns = [turn for client in clients for turn in client.turns_were]
    assert len(turns) == 4
    assert all(turn == after_cursor for turn, after_cursor in turns)


def test_the_store_still_has_what_a_cursor_jumped_over_and_no_pull_asks_for_it():
    run = Scenario("group", groups=FRIENDS, say=ONE_TWO, client=SkipsGaps).run(Drop("m1/msg:N>carol"))
    server = run.state_at(9000)["server"]
    assert (server["store"], server["cursors"]["friends"]["carol"]) == ({"friends": ["m1", "m2"]}, 2)
    assert {packet.cursor for packet in run.packets if packet.name.startswith("carol/offline:R")} == {2}


def cursors(apart):
    """Those in carol's acks, where ten messages come so far apart and she acks each ten, or 200 ms after the first."""
    say = [Say(f"message {n}", to="friends", at=apart * n) for n in range(10)]
    packets = Scenario("group", groups=FRIENDS, say=say, ack_every=10).run().packets
    return [packet.cursor for packet in packets if packet.kind == "ack:R" and packet.src == "carol"]


def test_batches_are_full_only_if_the_messages_come_fast():
    assert cursors(apart=20) == [10]
    assert cursors(apart=100) == [3, 6, 9, 10]


def test_of_199_others_20_percent_are_40():
    assert round(199 * 0.2) == 40
    assert group_cost(200, online=0.2) == 3 + 40 + 2 * 40


def test_few_readers_online_save_more_than_batches_of_ten():
    assert [group_cost(members) for members in (3, 20, 200)] == [9, 60, 600]
    ten = {"messages": 10}
    assert round(group_cost(200, online=0.2, **ten), 1) == 123
    assert round(group_cost(200, ack_every=10, **ten), 1) == 241.8 == round(3 + 199 + 39.8, 1)
    assert round(group_cost(200, online=0.2, ack_every=10, **ten), 1) == 51


def test_a_second_heartbeat_finds_no_more():
    tail = Scenario("group", groups=FRIENDS, say=ONE_TWO).run(Drop("m2/msg:N>carol"))
    pulls = [(packet.sent, packet.cursor) for packet in tail.packets if packet.name.startswith("carol/offline:R")]
    assert pulls == [(2000, 1), (4000, 2)]
    assert [event.t for event in tail.happened("show", node="carol")] == [100, 2100]


# Lesson 13, round 1: a thousand runs


def test_one_message_in_about_19_000_is_a_false_failure_at_one_percent_loss():
    one_in = 1 / closed_forms(Scenario("dedup"), loss=0.01)["false_failure"]
    assert 18_500 < one_in < 19_500
    assert 50 < 1_000_000 / one_in < 60  # "some fifty a day"
    assert pytest.approx(one_in, rel=0.01) == 1 / ((1 - 0.99**4) ** 3 - (1 - 0.99**2) ** 3)  # the lesson's bracket


# Lesson 13, round 3: who is right


@pytest.mark.parametrize("network", [{"latency": 100}, {"rto": 150}])
def test_what_check_found_without_a_clock_happens_with_other_times(network):
    assert explore(Scenario("retransmit"), faults=0).promises["no_duplicates"].holds
    assert not check(Scenario("retransmit"), faults=0).promises["no_duplicates"].holds
    assert Scenario("retransmit", **network).run().messages[0].shown["bob"] == 2


@pytest.mark.parametrize("rto", [60, 150, 201, 5000])
@pytest.mark.parametrize("latency", [1, 100, {"alice": 20, "bob": 900}])
def test_what_check_says_holds_holds_with_any_times(rto, latency):
    kept = {name for name, verdict in check(Scenario("retransmit"), faults=1).promises.items() if verdict.holds}
    assert len(kept) == 6
    timed = explore(Scenario("retransmit", rto=rto, latency=latency), faults=1)
    assert all(timed.promises[name].holds for name in kept)


def test_the_second_bubble_needs_six_of_the_14_steps():
    steps = check(Scenario("retransmit"), faults=0).promises["no_duplicates"].steps
    six = ["alice says “hello”", "m1/msg:R#1 arrives", "m1/msg:N#1 arrives", "alice's timer m1 runs out"]
    six += ["m1/msg:R#2 arrives", "m1/msg:N#2 arrives"]
    assert len(steps) == 14
    assert [step for step in steps if step in six] == six
    assert follow(Scenario("retransmit"), six).messages[0].shown["bob"] == 2
    for step in range(6):  # and each of them: without it, another cannot happen, or bob has it once
        try:
            shown = follow(Scenario("retransmit"), six[:step] + six[step + 1 :]).messages[0].shown["bob"]
        except InputError:
            continue
        assert shown < 2


# Lesson 13, round 4: how a search works


def test_the_shortest_way_to_the_false_failure_is_the_one_that_the_picture_marks():
    graph = state_graph(Scenario("basic"), faults=0)
    marked = sorted((step, told["label"]) for _, _, told in graph.edges(data=True) if (step := told["step"]))
    assert (
        tuple(label for _, label in marked)
        == check(Scenario("basic"), faults=0, reduce=False).promises["no_false_failure"].steps
    )
    breaks = [state for state, told in graph.nodes(data=True) if told["breaks"]]
    assert [len(networkx.shortest_path(graph, 0, state)) - 1 for state in breaks] == [len(marked)]


def test_msg_a_and_msg_n_commute_so_both_orders_meet_in_one_box():
    graph = state_graph(Scenario("basic"), faults=0)
    one, two = "m1/msg:A#1 arrives", "m1/msg:N#1 arrives"

    def after(state, *steps):
        for step in steps:
            state = next(to for _, to, label in graph.edges(state, data="label") if label == step)
        return state

    both = [state for state in graph if {one, two} <= {label for _, _, label in graph.edges(state, data="label")}]
    assert len(both) == 2  # alice sees sending, or failed already
    assert all(after(state, one, two) == after(state, two, one) for state in both)


def interleavings(scenario):
    """How many orders there are in which everything can happen, without a fault."""
    world = World(scenario)

    @cache
    def runs(state):
        return sum(runs(after) for _, after, _ in world.next(state)) or 1

    return runs(world.start)


def test_two_billion_interleavings_lead_through_a_few_hundred_states():
    assert interleavings(Scenario("basic")) == 7  # by hand: R A N, R N A, R A - N …
    assert 2_000_000_000 < interleavings(Scenario("retransmit")) < 2_100_000_000
    assert 200 < check(Scenario("retransmit"), faults=0, reduce=False).states < 500


# Lesson 13, rounds 6 and 7: why nobody can


@pytest.mark.parametrize("retries", range(4))
def test_it_takes_one_drop_more_than_there_are_retries(retries):
    for faults in range(retries + 2):
        found = check(Scenario("dedup", retries=retries), faults=faults)
        assert found.finished
        assert found.promises["no_false_failure"].holds == (faults <= retries)


def test_from_row_to_row_one_packet_more_arrives_and_not_both_signs_change():
    six = ["msg:R", "msg:A", "msg:N", "ack:R", "ack:A", "ack:N"]
    runs = [Scenario("dedup").run(*map(Drop, [*six[many:], "msg:R#2", "msg:R#3"])) for many in range(7)]
    for many, run in enumerate(runs):
        assert [run.packet[event.packet].kind for event in run.happened("arrive")] == six[:many]
        assert run.promises["no_false_delivery"]  # so a false sign is always a false failure
    signs = [(run.messages[0].status, run.messages[0].shown["bob"]) for run in runs]
    assert (signs[0], signs[-1]) == (("failed", 0), ("delivered", 1))
    assert all((one[0] != two[0]) + (one[1] != two[1]) <= 1 for one, two in pairwise(signs))


def test_a_third_sign_claims_nothing():
    for faults in ([Drop("msg:N")], [Drop("ack:R")]):
        assert Scenario("acked").run(*faults).messages[0].status == "unconfirmed"


# Lesson 13, the Lab and the exercises


def test_to_a_timer_late_and_lost_look_the_same():
    assert Scenario("retransmit").run(Delay("ack:N", by=100)).promises["no_duplicates"]
    for fault in (Delay("ack:N", by=101), Drop("ack:R"), Drop("ack:N")):
        assert not Scenario("retransmit").run(fault).promises["no_duplicates"]
        assert Scenario("dedup").run(fault).promises["no_duplicates"]
    for kind in ("msg:R", "msg:A", "msg:N", "ack:A"):
        assert Scenario("retransmit").run(Drop(kind)).promises["no_duplicates"]


class Hopeful(Client):
    """Shows ✓✓ when its tries are spent."""

    def on_timer(self, msgid):
        if self.queue[msgid].tries <= self.retries:
            return super().on_timer(msgid)
        return [self.report(msgid, "delivered", self.out_of_queue(msgid))]


def test_the_other_choice_moves_the_doubt():
    assert broken(check, Scenario("dedup"), 3) == {"no_false_failure", "all_delivered"}
    assert broken(check, Scenario("dedup", client=Hopeful), 3) == {
        "no_false_delivery",
        "no_silent_loss",
        "all_delivered",
    }


def test_at_acked_the_timer_is_too_early_and_the_ack_that_would_mend_it_is_lost():
    assert explore(Scenario("acked"), faults=1).promises["no_false_failure"].holds
    steps = check(Scenario("acked"), faults=1).promises["no_false_failure"].steps
    assert "m1/ack:R#1 is dropped" in steps
    assert steps.index("alice's timer m1 runs out") < steps.index("m1/msg:A#1 arrives")


def test_be_the_network_takes_four_steps_more():
    early = ["alice says “hello”"] + 3 * ["alice's timer m1 runs out"]
    rest = ["m1/msg:R#1 arrives", "m1/msg:N#1 arrives", "m1/ack:R#1 arrives", "m1/ack:N#1 arrives"]
    ends = [follow(Scenario("dedup"), early + rest[:many]).messages[0].status for many in range(5)]
    assert ends == ["failed"] * 4 + ["delivered"]
    with pytest.raises(InputError) as refused:
        follow(Scenario("dedup"), [*early, *rest, "bob yawns"])
    in_flight = {name for name in ("R#1", "R#2", "R#3", "A#1", "N#1") if f"m1/msg:{name} arrives" in str(refused.value)}
    assert in_flight == {"R#2", "R#3", "A#1"}
    assert "m1/ack:A#1 arrives" in str(refused.value)


def test_a_thousand_runs_find_nothing():
    runs = (Scenario("dedup").run(Loss(0.01, seed=seed)) for seed in range(1000))
    assert all(run.promises["no_false_failure"] for run in runs)


# Lesson 14: your own client


class MyClient(Client):
    """Discards a duplicate in silence."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return []
        self.dedup[packet.msgid] = None
        return [Show(packet.msgid, packet.message), *self.acknowledge(packet)]


class Mended(MyClient):
    """Acks a duplicate again."""

    def on_msg_n(self, packet):
        return super().on_msg_n(packet) or self.acknowledge(packet)


def test_seven_plans_find_the_first_bug_and_two_of_six_losses_show_it():
    mine = Scenario("dedup", client=MyClient)
    found = explore(mine, faults=1)
    assert found.plans == 7
    assert found.promises["no_false_failure"].broken_by == (Drop("m1/ack:R#1"),)
    kept = {packet.kind: mine.run(Drop(packet.name)).promises["no_false_failure"] for packet in mine.run().packets}
    assert len(kept) == 6
    assert {kind for kind, keeps in kept.items() if not keeps} == {"ack:R", "ack:N"}


def test_mended_it_holds_with_two_drops_with_and_without_a_clock():
    mended = Scenario("dedup", client=Mended)
    assert broken(explore, mended, 2) == broken(check, mended, 2) == set()


class ShortMemory(Client):
    """Remembers the last msgid only."""

    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
        self.dedup = {packet.msgid: None}
        return effects


def test_a_short_memory_shows_with_two_messages_only():
    assert broken(check, Scenario("dedup", client=ShortMemory), 2) == set()
    two = [Say("hello"), Say("are you there?", at=100)]
    assert broken(explore, Scenario("dedup", say=two, client=ShortMemory), 1) == {"no_duplicates"}
    assert broken(explore, Scenario("dedup", say=two), 1) == set()


def test_without_the_clock_a_short_memory_needs_no_drop_and_the_search_shows_it():
    two = Scenario("dedup", say=[Say("hello"), Say("are you there?", at=100)], client=ShortMemory)
    assert explore(two, faults=0).promises["no_duplicates"].holds
    again = ["m1/msg:R#1 arrives", "m1/msg:N#1 arrives", "alice's timer m1 runs out", "alice says “are you there?”"]
    again += ["m2/msg:R#1 arrives", "m2/msg:N#1 arrives", "m1/msg:R#2 arrives", "m1/msg:N#2 arrives"]
    assert follow(two, ["alice says “hello”", *again]).messages[0].shown["bob"] == 2
    found = check(two, faults=0)
    assert found.promises["no_duplicates"].broken_by == ()
    assert found.finished


class Pessimist(Client):
    """Shows `failed` as soon as the last try is sent; mended."""

    def on_timer(self, msgid):
        effects = super().on_timer(msgid)
        if msgid in self.queue and self.queue[msgid].tries == 3:
            effects.append(self.report(msgid, "failed"))
        return effects


def test_the_mended_pessimist_breaks_what_every_client_breaks_with_three_drops():
    usual = broken(explore, Scenario("dedup"), 3)
    assert broken(explore, Scenario("dedup", client=Pessimist), 3) == usual == {"no_false_failure", "all_delivered"}
    assert broken(explore, Scenario("dedup", client=Pessimist), 2) == set()


class ShowsSent(Client):
    """Shows ✓ on msg:A, whatever it showed before."""

    def on_msg_a(self, packet):
        return [self.report(packet.msgid, "sent")]


class Careful(Client):
    """Makes ✓ of `sending` only."""

    def on_msg_a(self, packet):
        if self.status[packet.msgid] != "sending":
            return []
        return [self.report(packet.msgid, "sent")]


def test_the_race_takes_another_order_and_no_loss():
    sent = Scenario("dedup", client=ShowsSent)
    assert broken(explore, sent, 2) == set()
    assert broken(explore, sent, 1, ["delay"]) == broken(check, sent, 0) == {"all_delivered"}
    steps = check(sent, faults=0).promises["all_delivered"].steps
    assert len(steps) == 7
    assert steps.index("m1/ack:N#1 arrives") < steps.index("m1/msg:A#1 arrives")
    assert broken(check, Scenario("dedup", client=Careful), 2) == set()


class Silent(Client):
    """Shows no ✓ at all."""

    def on_msg_a(self, packet):
        return []


class TooWide(Client):
    """Makes ✓ of `failed`, too."""

    def on_msg_a(self, packet):
        return [] if self.status[packet.msgid] == "delivered" else [self.report(packet.msgid, "sent")]


def test_wrong_mends_pass_the_search_and_her_screen_gives_them_away():
    lost = [Delay("msg:A", by=900), Drop("msg:N"), Drop("msg:R#2"), Drop("msg:R#3")]
    screens = {}
    for client in (Careful, Silent, TooWide):
        scenario = Scenario("dedup", client=client)
        assert broken(check, scenario, 2) == set()
        screens[client] = [
            [event.status for event in scenario.run(*faults).events if event.kind == "status" and event.node == "alice"]
            for faults in ([], lost)
        ]
    assert screens == {
        Careful: [["sending", "sent", "delivered"], ["sending", "failed"]],
        Silent: [["sending", "delivered"], ["sending", "failed"]],
        TooWide: [["sending", "sent", "delivered"], ["sending", "failed", "sent"]],
    }


def test_each_of_the_six_bugs_takes_one_fault():
    for planted in PLANTED.values():
        found = explore(planted.scenario(), faults=1, kinds=planted.kinds, given=planted.given)
        assert len(found.promises[planted.promise].broken_by) == 1
