"""The geometry: slope is latency, idle time is cut, nothing written overlaps anything written."""

import contextlib
from itertools import combinations

import pytest
from gallery import GALLERY
from hypothesis import given
from hypothesis import strategies as st

from imteach import (
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    Trace,
)
from imteach.draw import lay_out
from imteach.draw.sequence.layout.boxes import Box, Lines
from imteach.draw.sequence.layout.shapes import Arrow, Layout
from imteach.protocol import KINDS, LADDER, Discard, StartTimer


def written(layout: Layout) -> list[Box]:
    """Every box in which something is written or a ✕ is drawn."""
    boxes = [note.box for note in layout.notes] + [stretch.box for stretch in layout.breaks]
    for arrow in layout.arrows:
        boxes.append(arrow.pill)
        if arrow.packet.fate != "arrived":
            boxes.append(Box(arrow.x1 - 6, arrow.y1 - 6, 12, 12))
        boxes += [words.box for words in arrow.words]
    return boxes + [words.box for cut in layout.cuts for words in cut.words]


def overlapping(layout: Layout) -> list[tuple[Box, Box]]:
    return [(one, other) for one, other in combinations(written(layout), 2) if one.overlaps(other)]


def cut_through(layout: Layout) -> list[Box]:
    """What the strip of a cut idle stretch, which goes across the whole page, runs through."""
    strips = [Box(0, stretch.box.y - 3, layout.width, stretch.box.height + 6) for stretch in layout.breaks]
    words = [stretch.box for stretch in layout.breaks]
    return [box for box in written(layout) if box not in words and any(box.overlaps(strip) for strip in strips)]


def arrow(layout: Layout, name: str) -> Arrow:
    return next(arrow for arrow in layout.arrows if arrow.packet.name == name)


PEOPLE = ("alice", "bob", "carol")
says = st.lists(
    st.builds(
        lambda pair, at, text: Say(text, sender=pair[0], to=pair[1], at=at),
        st.sampled_from([("alice", "bob"), ("bob", "alice"), ("alice", "carol"), ("carol", "bob")]),
        st.integers(0, 60),
        st.sampled_from(["hi", "a longer message, long enough to be cut somewhere near its end"]),
    ),
    min_size=1,
    max_size=10,
)
times = {
    "latency": st.sampled_from([0, 1, 50, 50, 50, 400, {"alice": 5}, {"bob": 300}]),
    "rto": st.sampled_from([40, 120, 300, 2000]),
    "retries": st.integers(0, 3),
}
scenarios = st.builds(
    Scenario,
    rung=st.sampled_from(list(LADDER)),
    say=says,
    people=st.sampled_from([PEOPLE, PEOPLE[::-1]]),
    **times,
) | st.builds(
    Scenario,
    rung=st.just("group"),
    say=st.lists(st.builds(lambda who, at: Say("hi", who, "all", at), st.sampled_from(PEOPLE), st.integers(0, 60))),
    groups=st.just({"all": PEOPLE}),
    ack_every=st.integers(1, 3),
    heartbeat=st.sampled_from([1000, 2000]),
    latency=st.sampled_from([0, 50, {"alice": 5}]),
    rto=st.sampled_from([120, 300]),
    retries=st.integers(0, 2),
)
names = st.builds(
    lambda msgid, kind, number: f"m{msgid}/{kind}#{number}",
    st.integers(1, 10),
    st.sampled_from([kind for kind in KINDS if not kind.startswith("offline")]),
    st.integers(1, 2),
) | st.builds(
    lambda who, kind, number: f"{who}/{kind}#{number}",
    st.sampled_from(PEOPLE),
    st.sampled_from(["offline:R", "offline:A", "offlineack:R"]),
    st.integers(1, 2),
)
instants, spans = st.integers(0, 400), st.sampled_from([10, 100, 500, 2500])
nodes = st.sampled_from([*PEOPLE, "server"])
drops = st.lists(st.builds(Drop, names), max_size=6)
faults_of_all_kinds = st.lists(
    st.builds(Drop, names)
    | st.builds(Duplicate, names, st.sampled_from([None, 0, 30]))
    | st.builds(Delay, names, st.sampled_from([20, 400, 3000]))
    | st.builds(lambda node, at, down: Crash(node, at=at, down=down), nodes, instants, spans)
    | st.builds(
        lambda node, what, down: Crash(node, after=what, down=down),
        nodes,
        st.sampled_from(["show m1", "write m1", "store m1", "send m1/msg:R", "send m1/msg:N", "send m1/ack:R"]),
        spans,
    )
    | st.builds(Offline, st.sampled_from(PEOPLE), instants, spans | st.none())
    | st.builds(
        lambda who, away, at, lasting, both: Partition(
            *(("server", who) if away else (who, "server")), at, lasting, both
        ),
        st.sampled_from(PEOPLE),
        st.booleans(),
        instants,
        spans | st.none(),
        st.booleans(),
    )
    | st.builds(Loss, st.sampled_from([0.1, 0.4]), st.integers(0, 9)),
    max_size=4,
)


def run(scenario: Scenario, faults: list) -> Trace:
    """Run under those of the faults that mean something there: not every name does in a group."""
    fitting = []
    for fault in faults:
        with contextlib.suppress(InputError):
            fitting.append(fault.resolve(scenario))
    return scenario.run(*fitting)


@given(scenarios, drops | faults_of_all_kinds)
def test_nothing_written_overlaps_and_everything_is_on_the_page(scenario, faults):
    layout = lay_out(run(scenario, faults))
    assert overlapping(layout) == []
    assert cut_through(layout) == []
    for box in written(layout):
        assert box.x >= 0
        assert box.y >= layout.top - 30
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.bottom + 1


@pytest.mark.parametrize("name", GALLERY)
def test_no_kept_picture_has_an_overlap(name):
    assert overlapping(lay_out(GALLERY[name])) == []
    assert cut_through(lay_out(GALLERY[name])) == []


@given(scenarios, drops | faults_of_all_kinds)
def test_time_runs_down_on_the_page_as_it_does_in_the_trace(scenario, faults):
    layout = lay_out(run(scenario, faults))
    heights = [(mark.t, mark.y) for mark in layout.times]
    assert heights == sorted(heights)
    for line in layout.arrows:
        assert line.y1 >= line.y0


def test_a_packet_that_takes_twice_as_long_goes_down_twice_as_far():
    layout = lay_out(Scenario("basic", latency={"alice": 50, "bob": 100}).run())
    fast, slow = arrow(layout, "m1/msg:R#1"), arrow(layout, "m1/msg:N#1")
    assert slow.y1 - slow.y0 == pytest.approx(2 * (fast.y1 - fast.y0))


def test_a_dropped_packet_has_the_slope_of_one_that_arrives_and_ends_on_its_way():
    layout = lay_out(Scenario("dedup").run(Drop("ack:N")))
    dropped, whole = arrow(layout, "m1/ack:N#1"), arrow(layout, "m1/ack:N#2")

    def slope(line: Arrow) -> float:
        return (line.y1 - line.y0) / (line.x1 - line.x0)

    assert slope(dropped) == pytest.approx(slope(whole))
    assert (dropped.x1 - dropped.x0) / (whole.x1 - whole.x0) == pytest.approx(0.6)
    assert (dropped.label, whole.label) == ("ack:N", "ack:N #2")


def test_a_long_idle_stretch_is_cut_and_says_how_long_it_was():
    layout = lay_out(Scenario("dedup", rto=5000).run(Drop("msg:R")))
    assert [stretch.text for stretch in layout.breaks] == ["4970 ms pass"]
    assert layout.height < 700
    assert [mark.t for mark in layout.times] == [0, 30, 5000, 5050, 5100, 5150, 5200]  # from the drop on, it adds up


def test_a_packet_that_is_in_flight_for_very_long_is_cut_too():
    layout = lay_out(Scenario("basic", latency={"bob": 5000}).run())
    assert [stretch.text for stretch in layout.breaks] == ["4787 ms pass"]  # the rest of its 4950 is drawn
    assert layout.height < 700


def test_nothing_is_cut_while_packets_of_a_usual_latency_are_in_flight():
    assert lay_out(Scenario("basic", latency={"alice": 20, "bob": 300}).run()).breaks == []


def test_slopes_can_be_compared_from_picture_to_picture():
    def hop(latency: float) -> float:
        first = arrow(lay_out(Scenario("basic", latency=latency).run()), "m1/msg:R#1")
        return first.y1 - first.y0

    assert hop(120) == pytest.approx(2.4 * hop(50))


def test_an_instant_that_is_spread_out_says_its_time_at_each_height():
    layout = lay_out(Scenario("basic", say=[Say("one"), Say("two")]).run())
    assert [mark.t for mark in layout.times][:2] == [0, 0]


def test_a_timer_is_a_bar_from_its_start_to_its_end():
    layout = lay_out(Scenario("dedup").run(Drop("ack:N")))
    first, second = layout.bars
    assert (first.ended, second.ended) == ("fired", "cancelled")
    assert first.y0 == arrow(layout, "m1/msg:R#1").y0
    assert first.y1 == second.y0 == arrow(layout, "m1/msg:R#2").y0
    assert second.y1 == arrow(layout, "m1/ack:N#2").y1


def test_timers_that_run_at_the_same_time_stand_side_by_side():
    layout = lay_out(Scenario("dedup", say=[Say("one"), Say("two", at=10)]).run())
    one, two = layout.bars
    assert one.x != two.x


def in_a_group(**more) -> Scenario:
    return Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=[Say("hi", to="friends")], **more)


def notes_of(trace, node: str) -> list[str]:
    return [note.text for note in lay_out(trace).notes if note.node == node]


def test_beside_alice_stands_what_she_said_and_every_status_she_sees():
    assert notes_of(Scenario("acked").run(), "alice") == [
        "hello",
        "◷ sending",
        "✓ sent",
        "timer cancelled",
        "✓✓ delivered",
    ]
    assert notes_of(Scenario("acked").run(Drop("msg:N")), "alice")[-3:] == [
        "no ack:N in 300 ms",
        "→ stops waiting",
        "✓? unconfirmed",
    ]
    assert notes_of(Scenario("basic").run(Drop("msg:R")), "alice")[-3:] == [
        "no msg:A in 300 ms",
        "→ stops waiting",
        "! failed",
    ]


def test_a_client_writes_then_shows():
    notes = lay_out(Scenario("durable").run(Crash("alice", at=20, down=50))).notes
    of_alice = [(note.t, note.text) for note in notes if note.node == "alice"]
    assert [text for t, text in of_alice if t == 0] == ["hello", "writes queue/m1", "◷ sending"]
    restarted = ["↻ restarts, logs in", "writes queue/m1", "◷ sending", "→ sends again"]
    assert [text for t, text in of_alice if t == 70] == restarted
    assert [text for t, text in of_alice if t == 200] == ["timer cancelled", "erases queue/m1", "✓✓ delivered"]
    given_up = Scenario("durable", retries=0).run(Drop("msg:R"))
    assert notes_of(given_up, "alice")[3:] == ["no answer in 300 ms", "→ stops waiting", "erases queue/m1", "! failed"]


def test_what_stands_between_is_not_drawn_into_one_line():
    ordered = notes_of(Scenario("ordered").run(), "alice")
    assert ordered[:4] == ["hello", "writes queue/m1", "◷ sending", "writes number 1"]
    assert notes_of(Scenario("ordered", say=[Say("one"), Say("two")]).run(), "alice")[:2] == [
        "one",  # its sign is in the bubble, so nothing stands between
        "writes queue, number 1",
    ]


TELLS = {  # how a line begins that tells of one event, by the event's kind
    "say": "hello",
    "show": "hello",
    "write": ("writes", "erases"),
    "status": ("◷", "✓", "!", "forgotten"),
    "retransmit": "→ sends again",
    "timer_cancel": "timer cancelled",
    "discard": "m1 was",
    "crash": "✕",
    "restart": "↻",
}


@pytest.mark.parametrize("rung", ["basic", "acked", "retransmit", "dedup", "offline", "durable", "ordered"])
@pytest.mark.parametrize(
    "faults",
    [
        (),
        (Drop("ack:N"),),
        (Drop("msg:R"), Drop("msg:R#2"), Drop("msg:R#3")),
        (Crash("alice", at=20, down=50),),
        (Crash("bob", after="show m1", down=50),),
        (Offline("bob", at=0, lasting=1000),),
    ],
    ids=lambda faults: " and ".join(map(str, faults)) or "nothing",
)
@pytest.mark.parametrize("node", ["alice", "bob"])
def test_what_stands_beside_a_lifeline_stands_in_the_order_of_the_events(rung, faults, node):
    trace = Scenario(rung).run(*faults)
    told = [
        words for note in notes_of(trace, node) for words in dict.fromkeys(TELLS.values()) if note.startswith(words)
    ]
    happened = [  # "written and shown" tells of two
        TELLS[event.kind]
        for event in trace.events
        if event.node == node and event.kind in TELLS and event.key != "dedup/m1"
    ]
    assert told == happened


def test_a_timer_that_ran_out_says_what_had_not_come():
    assert "no answer in 300 ms" in notes_of(Scenario("acked").run(Drop("msg:R")), "alice")
    assert "no ack:N in 300 ms" in notes_of(Scenario("acked").run(Drop("ack:R")), "alice")


def test_words_about_a_learners_own_client_are_true_too():
    class AcksFirst(Client):
        def on_msg_n(self, packet):
            return [*self.acknowledge(packet), self.show_or_discard(packet)]

    class NamesItsTimers(Client):
        def on_say(self, message):
            *effects, _ = super().on_say(message)
            return [*effects, StartTimer("w-m1")]

        def on_timer(self, msgid):
            return []

    trace = Scenario("dedup", client=AcksFirst).run(Drop("ack:N"))
    assert notes_of(trace, "bob")[-1] == "discarded, acked again"
    assert "time ran out in 300 ms" in notes_of(Scenario("dedup", client=NamesItsTimers).run(), "alice")


def test_beside_bob_stands_what_he_is_shown_and_what_became_of_a_duplicate():
    assert notes_of(Scenario("retransmit").run(Drop("ack:N")), "bob") == ["hello", "hello", "a duplicate"]
    assert notes_of(Scenario("dedup").run(Drop("ack:N")), "bob")[1:] == [
        "m1 was shown before:",
        "discarded, acked again",
    ]
    assert notes_of(GALLERY["dedup-not-acked-again"], "bob")[1:3] == ["m1 was shown before:", "discarded, not acked"]


def test_a_duplicate_is_acked_again_only_if_it_was_acked_before():
    assert notes_of(GALLERY["crash-after-an-effect"], "bob")[-1] == "discarded, acked"  # it crashed before its ack
    twice = Scenario("durable").run(Crash("bob", after="show m1", down=50), Drop("ack:R"))
    assert [note for note in notes_of(twice, "bob") if note.startswith("discarded")] == [
        "discarded, acked",
        "discarded, acked again",
    ]


@pytest.mark.parametrize(
    ("faults", "told"),
    [
        ([Drop("m1/msg:N>carol")], "discarded"),  # it came with the pull, before any ack of hers
        ([Duplicate("m1/msg:N>carol", after=80)], "discarded, acked again"),
        ([Duplicate("m2/msg:N>carol"), Drop("m1/msg:N>carol")], "discarded"),
    ],
)
def test_in_a_group_a_duplicate_is_acked_again_only_if_a_cursor_covered_it_before(faults, told):
    say = [Say("one", to="friends"), Say("two", to="friends", at=100)]
    trace = Scenario("group", groups={"friends": ["alice", "bob", "carol"]}, say=say).run(*faults)
    assert next(note for note in notes_of(trace, "carol") if note.startswith("discarded")) == told
    assert told == "discarded" or len([p for p in trace.packets if p.kind == "ack:R" and p.src == "carol"]) > 2


def test_a_learners_client_may_discard_what_never_came():
    class Discards(Client):
        def on_msg_n(self, packet):
            return [*super().on_msg_n(packet), Discard("m9", packet.message)]

    for scenario in (Scenario("dedup", client=Discards), in_a_group(client=Discards)):
        assert "m9 was shown before:" in notes_of(scenario.run(), "bob")


@pytest.mark.parametrize("timer_first", [True, False])
def test_who_reports_failed_and_waits_on_does_not_stop_waiting(timer_first):
    class Pessimist(Client):
        def on_timer(self, msgid):
            effects = super().on_timer(msgid)
            if msgid in self.queue and self.queue[msgid].tries == 3:
                effects.append(self.report(msgid, "failed"))
            return effects if timer_first else effects[::-1]

    trace = Scenario("dedup", client=Pessimist).run(Drop("msg:N"), Drop("msg:N#2"), Drop("msg:N#3"))
    notes = [note for note in lay_out(trace).notes if note.node == "alice"]
    assert trace.state_at(650)["alice"]["timers"] == {"m1": 900}
    assert [note.t for note in notes if note.text == "! failed"] == [600, 900]
    assert [note.t for note in notes if note.text == "→ stops waiting"] == [900]


def test_with_several_messages_each_label_says_which():
    layout = lay_out(Scenario("basic", say=[Say("one"), Say("two", at=10)]).run())
    assert {line.label for line in layout.arrows} >= {"m1 msg:R", "m2 msg:R"}


def test_the_halves_are_told_apart():
    layout = lay_out(Scenario("acked").run())
    assert [line.half for line in layout.arrows] == ["msg", "msg", "msg", "ack", "ack", "ack"]


def test_beside_each_node_stands_that_it_crashes_and_restarts_and_who_comes_and_goes():
    trace = GALLERY["crash-at-a-time"]
    assert notes_of(trace, "alice")[3:] == [
        "✕ crashes",
        "its timer is lost",
        "↻ restarts, logs in",
        "forgotten, off the screen",
        "timer cancelled",
    ]
    assert notes_of(trace, "server") == ["alice is online"]
    assert notes_of(GALLERY["server-crash"], "bob")[1] == "● logs in again"
    assert notes_of(GALLERY["offline-pull"], "server") == [
        "bob is gone",
        "stores m1 for bob",
        "bob is online",
        "deletes m1",
    ]


def test_a_crash_stands_below_what_happened_before_it_in_the_same_instant():
    layout = lay_out(GALLERY["crash-after-an-effect"])
    shown, written, crash = [note for note in layout.notes if note.node == "bob" and note.t == 100]
    assert (shown.text, written.text, crash.text) == ("hello", "written and shown", "✕ crashes")
    assert shown.y < crash.y == layout.gaps[0].y0


def test_a_timer_of_a_node_that_crashes_ends_there():
    layout = lay_out(GALLERY["crash-at-a-time"])
    bar, gap = layout.bars[0], layout.gaps[0]
    assert (bar.ended, bar.end, bar.y1) == ("lost", 120, gap.y0)
    assert (gap.node, gap.kind, gap.start, gap.end) == ("alice", "down", 120, 420)


def test_nobody_seems_to_send_what_only_passes_by():
    for trace in (in_a_group().run(), GALLERY["group-gap"]):
        layout = lay_out(trace)
        ways = Lines()
        for arrow in layout.arrows:
            if arrow.packet.kind == "ack:N":
                ways.add(arrow.x0, arrow.y0, arrow.x1, arrow.y1)
        bubbles = [note for note in layout.notes if note.node == "bob" and note.line.kind == "shown"]
        assert bubbles
        assert not any(ways.crossing(note.box) for note in bubbles)
        x = next(line.x for line in layout.lifelines if line.name == "bob")
        dots = [Box(x - 4, arrow.y0 - 4, 8, 8) for arrow in layout.arrows if arrow.packet.src == "bob"]
        assert not [arrow.label for arrow in layout.arrows for dot in dots if dot.overlaps(arrow.pill)]


def test_two_timers_of_one_step_stand_side_by_side():
    layout = lay_out(GALLERY["crash-durable-sender"])
    pull, again = [bar for bar in layout.bars if bar.start == 200]
    assert pull.x != again.x


def test_who_restarts_while_logged_out_stays_out():
    run = Scenario("offline").run(Offline("bob", at=0, lasting=900), Crash("bob", at=100, down=200))
    assert [(gap.kind, gap.start, gap.end) for gap in lay_out(run).gaps] == [
        ("out", 0, 100),
        ("down", 100, 300),
        ("out", 300, 900),
    ]


def test_a_lost_packet_is_drawn_as_far_as_it_got():
    layout = lay_out(GALLERY["offline-sender"])
    x = {line.name: line.x for line in layout.lifelines}
    reached, stayed = arrow(layout, "m1/msg:A#1"), arrow(layout, "m1/msg:R#2")
    assert abs(reached.x1 - x["alice"]) < 20
    assert abs(stayed.x1 - x["alice"]) < 40
    assert (reached.fate, stayed.fate) == ("lost: alice is logged out", "lost: alice is logged out")
    assert all(line.words for line in (reached, stayed))


def test_a_cut_link_is_marked_between_its_lifelines_as_long_as_it_is_cut():
    layout = lay_out(GALLERY["partition"])
    [cut] = layout.cuts
    x = {line.name: line.x for line in layout.lifelines}
    assert (cut.x0, cut.x1, cut.start, cut.end) == (x["alice"], x["server"], 70, 370)
    assert arrow(layout, "m1/msg:R#1").y1 < cut.y0 < arrow(layout, "m1/msg:A#1").y1
    assert arrow(layout, "m1/msg:R#2").y1 < cut.y1 < arrow(layout, "m1/msg:R#3").y0
    assert [words.text for words in cut.words] == ["✂ alice – server cut", "mended"]


def test_a_cut_that_outlasts_the_run_goes_down_to_its_end():
    layout = lay_out(Scenario("dedup").run(Partition("server", "bob", at=20, lasting=9000, both=False)))
    [cut] = layout.cuts
    assert (cut.y1, cut.is_mended, [words.text for words in cut.words]) == (
        layout.bottom,
        False,
        ["✂ server → bob cut"],
    )
    assert lay_out(Scenario("basic").run(Partition("alice", "server", at=5000))).cuts == []


def test_heartbeats_have_no_bars_and_say_so_when_they_come():
    layout = lay_out(GALLERY["group-heartbeat"])
    assert not [bar.name for bar in layout.bars if not bar.name.startswith(("m", "pull:"))]
    assert [note.t for note in layout.notes if note.text == "heartbeat" and note.node == "carol"] == [2000, 4000]


def test_a_pull_that_brings_nothing_says_what_it_waited_for_and_what_follows():
    run = Scenario("offline", retries=1).run(Offline("bob", at=0, lasting=200), Drop("offline:A"), Drop("offline:A#2"))
    assert notes_of(run, "bob") == [
        "○ logs out",
        "● logs in",
        "no offline:A in 300 ms",
        "→ pulls again",
        "no offline:A in 300 ms",
        "→ stops pulling",
    ]


def test_what_had_not_come_is_about_the_time_since_a_message_was_sent_again():
    trace = Scenario("dedup", retries=0, resend=[Resend("m1", at=500)]).run(Drop("msg:N"), Drop("msg:R#2"))
    assert [text for text in notes_of(trace, "alice") if "in 300 ms" in text] == [
        "no ack:N in 300 ms",
        "no answer in 300 ms",
    ]
    assert "↻ send again" in notes_of(trace, "alice")


def test_what_a_person_cannot_say_is_told_apart_from_what_is_said():
    assert "“two” is never said" in notes_of(GALLERY["crash-while-speaking"], "alice")
    assert notes_of(GALLERY["resend-refused"], "alice")[-2:] == ["not sent again:", "m1 is delivered"]


def test_a_message_that_is_early_is_held_back_and_one_that_is_too_late_is_not_acked():
    assert notes_of(GALLERY["ordered-held-back"], "bob")[:2] == ["m2 is early, number 2:", "held back"]
    assert notes_of(GALLERY["ordered-too-late"], "bob")[-2:] == ["m1 is too late:", "discarded, not acked"]


def test_a_number_is_told_where_it_is_given_and_where_it_decides():
    both = [Say("one"), Say("two", at=20)]
    lost = [Drop("m1/msg:R"), Drop("m1/msg:R#2"), Drop("m1/msg:R#3")]
    again = Scenario("ordered", say=both, resend=[Resend("m1", at=1000)]).run(*lost)
    numbers = [text for text in notes_of(again, "alice") if "number" in text]
    assert numbers == ["writes queue, number 1", "writes queue, number 2", "writes queue, number 3"]  # m1's new one
    pulled = Scenario("ordered", say=both).run(Offline("bob", at=0, lasting=500), *lost)
    assert notes_of(pulled, "bob")[2:4] == ["m2 is early, number 2:", "held back"]  # it came with an offline:A
    others = Scenario("ordered", say=[Say("hi", to="carol"), Say("one"), Say("two", at=20)])
    assert "m3 is early, number 2:" in notes_of(others.run(Drop("m2/msg:R")), "bob")
    assert "writes queue, number" in notes_of(GALLERY["group-gap"], "alice")  # the server gives the one that counts
    assert "m2 is early, number 2:" in notes_of(GALLERY["group-gap"], "carol")


def test_what_one_step_does_to_many_messages_is_one_line():
    assert notes_of(GALLERY["paged-pull"], "server")[-2:] == ["deletes m1 … m20", "deletes m21, m22"]


def test_the_halves_of_a_pull():
    layout = lay_out(GALLERY["offline-pull"])
    half = {line.packet.kind: line.half for line in layout.arrows}
    assert (half["offline:R"], half["offline:A"], half["offlineack:R"]) == ("msg", "msg", "ack")
    assert arrow(layout, "bob/offline:A#1").label == "offline:A (1)"


def test_two_pulls_of_one_step_say_what_they_are_for():
    layout = lay_out(GALLERY["group-of-five"])
    assert arrow(layout, "dave/offline:R#1").remarks == ["for dave"]
    assert arrow(layout, "dave/offline:R#2").remarks == ["for friends"]


def test_under_a_name_stands_its_part_and_a_letter_only_where_it_names_one():
    """Of three people two were called client-B: the article's letters are for one sender and one receiver."""

    def called(*say, groups=None):
        scenario = Scenario("group" if groups else "dedup", say=list(say), groups=groups or {})
        return [line.role for line in lay_out(scenario.run()).lifelines if line.name != "server"]

    assert called(Say("hi")) == ["client-A, sender", "client-B, receiver"]
    assert called(Say("hi", to="all"), groups={"all": ["alice", "bob", "carol"]}) == ["sender", "receiver", "receiver"]
    assert called(Say("hi"), Say("you", to="carol", at=50)) == ["sender", "receiver", "receiver"]
    assert called(Say("hi"), Say("so", sender="carol", at=50)) == ["sender", "receiver", "sender"]
    assert called(Say("hi"), Say("ho", sender="bob", to="alice", at=50)) == ["client", "client"]


def test_below_the_title_of_a_group_stand_its_acks_and_its_heartbeat():
    assert (
        "one ack for 2 messages or after 200 ms; heartbeat 2000 ms" in lay_out(GALLERY["group-heartbeat"]).subtitles[0]
    )


def test_a_packet_that_is_late_goes_down_as_far_as_it_takes():
    layout = lay_out(GALLERY["delay"])
    late, usual = arrow(layout, "m1/msg:N#1"), arrow(layout, "m1/msg:N#2")
    assert late.y1 - late.y0 == pytest.approx(9 * (usual.y1 - usual.y0))
    assert [words.text for words in late.words] == ["400 ms late"]


def test_a_copy_starts_where_the_packet_starts():
    layout = lay_out(GALLERY["duplicate"])
    first, copy = arrow(layout, "m1/msg:N#1"), arrow(layout, "m1/msg:N#1~2")
    assert (copy.x0, copy.y0, copy.label) == (first.x0, first.y0, "msg:N ~2")
    assert copy.y1 > first.y1


def test_no_cross_stands_on_another():
    says = [Say(at=21), Say(at=33, sender="bob", to="alice"), Say(at=40), Say(sender="carol"), Say(to="carol", at=4)]
    faults = [Crash("carol", at=4, down=500), Crash("server", at=161, down=2500), Duplicate("m5/msg:A", after=0)]
    assert overlapping(lay_out(Scenario("retransmit", say=says, latency=400, rto=120).run(*faults))) == []


def test_a_copy_is_dropped_as_early_as_the_packet_itself_would_be():
    layout = lay_out(Scenario("basic").run(Duplicate("msg:N", after=100), Drop("msg:N#1~2")))
    first, dropped = arrow(layout, "m1/msg:N#1"), arrow(layout, "m1/msg:N#1~2")
    assert (dropped.x1 - dropped.x0) / (first.x1 - first.x0) == pytest.approx(0.2)  # of 150 ms: both fall after 30 ms


# Arrows that would run along on one another, and the words on what became of a packet


def apart(one: Arrow, other: Arrow) -> float:
    """How far apart two arrows are, up and down, where they are farthest apart; inf where they are not side by side."""
    left = max(min(one.x0, one.x1), min(other.x0, other.x1))
    right = min(max(one.x0, one.x1), max(other.x0, other.x1))
    if right - left < 50:
        return float("inf")

    def y(line: Arrow, x: float) -> float:
        return line.y0 + (line.y1 - line.y0) * (x - line.x0) / (line.x1 - line.x0)

    return max(abs(y(one, x) - y(other, x)) for x in (left, right))


def close(layout: Layout) -> list[tuple[str, str, float]]:
    """The pairs of arrows that are hardly to be told apart."""
    pairs = [(one.packet.name, other.packet.name, apart(one, other)) for one, other in combinations(layout.arrows, 2)]
    return [pair for pair in pairs if pair[2] < 8]


FIVE = ("alice", "bob", "carol", "dave", "erin")
far_and_near = st.builds(
    Scenario,
    rung=st.sampled_from(list(LADDER)),
    people=st.just(FIVE),
    say=st.lists(
        st.builds(
            lambda pair, at: Say("hi", sender=pair[0], to=pair[1], at=at),
            st.permutations(FIVE).map(lambda people: people[:2]),
            st.sampled_from([0, 0, 50]),
        ),
        min_size=1,
        max_size=3,
    ),
    latency=st.sampled_from([0, 20, 50]) | st.fixed_dictionaries({who: st.sampled_from([0, 50, 100]) for who in FIVE}),
    rto=st.just(600),
)


def test_arrows_to_people_who_are_as_far_as_their_links_are_slow_run_side_by_side():
    says = [Say(sender="alice", to="carol")]
    trace = Scenario("acked", people=FIVE, say=says, latency={"alice": 150, "bob": 100, "carol": 50}).run()
    layout = lay_out(trace)
    steeper, other = arrow(layout, "m1/msg:N#1"), arrow(layout, "m1/msg:A#1")
    assert apart(steeper, other) >= 8
    assert close(layout) == []
    assert close(lay_out(GALLERY["group-of-five"])) == []


@given(far_and_near, drops)
def test_no_arrow_runs_along_on_another(scenario, faults):
    assert close(lay_out(run(scenario, faults))) == []


def test_arrows_that_are_apart_start_in_one_dot():
    layout = lay_out(GALLERY["group-gap"])
    sent = {line.y0 for line in layout.arrows if line.packet.src == "server" and line.packet.sent == 50}
    assert len(sent) == 1


def untold(layout: Layout) -> list[str]:
    """The packets that did not arrive, of which no word nearby says so: near the ✕ or the label."""

    def is_near(words: Box, box: Box) -> bool:
        return Box(box.x - 40, box.y - 40, box.width + 80, box.height + 80).overlaps(words)

    told = {
        line.packet.name
        for line in layout.arrows
        for words in line.words
        if not words.is_remark
        and (is_near(words.box, line.pill) or is_near(words.box, Box(line.x1, line.y1, 0, 0)))
        and (words.text == line.packet.fate or words.text.removeprefix("lost: ") in line.fate or words.text in SHORTER)
    }
    return [
        line.packet.name for line in layout.arrows if line.packet.fate != "arrived" and line.packet.name not in told
    ]


SHORTER = {f"{lost}{why}" for lost in ("lost: ", "") for why in ("the link is cut", "old connection")}


@pytest.mark.parametrize("name", GALLERY)
def test_in_a_kept_picture_every_packet_that_did_not_arrive_says_so(name):
    assert untold(lay_out(GALLERY[name])) == []


@given(scenarios | far_and_near, drops | faults_of_all_kinds)
def test_every_packet_that_did_not_arrive_says_so(scenario, faults):
    assert untold(lay_out(run(scenario, faults))) == []


def test_where_nothing_takes_any_time_a_dropped_packet_says_so():
    says = [Say(f"message {n}") for n in range(5)]
    faults = [Drop("m1/msg:N"), Drop("m2/msg:A"), Drop("m3/ack:R"), Drop("m4/ack:N"), Drop("m5/ack:A")]
    layout = lay_out(Scenario("dedup", say=says, latency=0).run(*faults))
    assert {line.packet.name for line in layout.arrows if "dropped" in [words.text for words in line.words]} == {
        fault.packet for fault in faults
    }
    assert overlapping(layout) == []
