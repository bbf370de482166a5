"""What each side holds at every moment: rows of words, each a history, and timers."""

from itertools import groupby, pairwise

import pytest
from gallery import GALLERY, run_so_far
from hypothesis import given, settings
from nightly import by_night
from real_bugs import BUGS
from worlds import runs

from imteach import (
    Client,
    Crash,
    Drop,
    Late,
    Loss,
    Offline,
    Say,
    Scenario,
    Server,
    Trace,
)
from imteach.scenario import Beat
from imteach.tell.moments import holds
from imteach.tell.moments.rows import DOWN
from imteach.trace.replay import Replay


def holder(trace, node):
    found = holds(trace)
    assert not found.why_none
    (mine,) = (each for each in found.holders if each.node == node)
    return mine


def history(trace, node, what):
    (row,) = (row for row in holder(trace, node).rows if row.what == what)
    return [(standing.since, standing.text, standing.change) for standing in row.history]


def kept(trace, node, what):
    (row,) = (row for row in holder(trace, node).rows if row.what == what)
    return row.kept


def at(row, t):
    """What stands in a row at a moment."""
    return next((standing.text for standing in reversed(row.history) if standing.since <= t), None)


def ways(trace, node):
    return [(timer.label, timer.since, timer.until, timer.ended, timer.how) for timer in holder(trace, node).timers]


# The stories


def test_the_queue_and_the_timers_of_a_sender_whose_ack_n_is_lost():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert history(trace, "alice", "waiting-ack queue") == [
        (0, "m1: try 1 of 3", "m1 added"),
        (300, "m1: try 2 of 3", "m1: try 2"),
        (500, "empty", "m1 removed"),
    ]
    assert ways(trace, "alice") == [
        ("waits for ack:N of m1", 0, 300, 300, "runs out"),
        ("waits for ack:N of m1", 300, 600, 500, "cancelled"),
    ]
    assert history(trace, "bob", "dedup table") == [(0, "empty", ""), (100, "m1", "m1 added")]
    assert kept(trace, "bob", "dedup table") == "only in memory: a crash would lose it"


def test_the_server_keeps_nothing_in_flight_and_says_so():
    trace = Scenario("dedup").run(Drop("ack:N"))
    assert history(trace, "server", "messages in flight") == [
        (0, "none kept: nothing has come yet", ""),
        (50, "none kept: it passed m1 on and forgot it", ""),
        (150, "none kept: it passed on that bob has m1 and forgot it", ""),
        (350, "none kept: it passed m1 on and forgot it", ""),
        (450, "none kept: it passed on that bob has m1 and forgot it", ""),
    ]
    assert history(trace, "server", "on its disk") == [(0, "nothing: at this rung the server writes nothing down", "")]


def test_a_message_for_somebody_who_is_away_goes_nowhere_below_offline():
    trace = Scenario("dedup").run(Offline("bob", lasting=None))
    flight = [text for _, text, _ in history(trace, "server", "messages in flight")]
    assert flight[1] == "none kept: it had nobody to pass m1 on to and forgot it"


def test_what_is_kept_for_somebody_who_is_away():
    trace = Scenario("offline").run(Offline("bob", lasting=1000), Drop("ack:N"))
    assert history(trace, "server", "offline store for bob") == [
        (0, "empty", ""),
        (50, "m1", "m1 added"),
        (1150, "empty", "m1 removed"),
    ]
    assert kept(trace, "server", "offline store for bob") == "on its disk too: a crash would not lose it"
    assert history(trace, "server", "on its disk") == [
        (0, "empty", ""),
        (50, "store: m1 for bob", "m1 for bob written"),
        (1150, "empty", "m1 for bob erased"),
    ]
    assert history(trace, "server", "messages in flight")[1:] == [
        (50, "none kept: it put m1 into its store for bob, so it is in flight no more", ""),
        (350, "none kept: it found m1 in its store", ""),
    ]
    assert history(trace, "server", "online") == [
        (0, "alice, bob", ""),
        (50, "alice", "bob removed"),
        (1050, "alice, bob", "bob added"),
    ]
    assert history(trace, "bob", "the client") == [
        (0, "running, its person is logged out", "logged out"),
        (1000, "running, its person is logged in", "logged in"),
    ]
    assert ways(trace, "bob") == [("waits for offline:A", 1000, 1300, 1100, "cancelled")]


def test_a_crash_leaves_the_disk_and_nothing_else():
    trace = Scenario("durable", say=[Say("one"), Say("two", at=200)]).run(Crash("bob", at=320, down=50))
    assert history(trace, "bob", "the client") == [
        (0, "running, its person is logged in", ""),
        (320, "down: it holds nothing but its disk", "crashed"),
        (370, "running, its person is logged in", "started again and logged in"),
    ]
    assert history(trace, "bob", "dedup table") == [
        (0, "empty", ""),
        (100, "m1", "m1 added"),
        (300, "m1, m2", "m2 added"),
        (320, DOWN, "lost: m1, m2"),
        (370, "m1, m2", "after the restart: m1, m2"),
    ]
    assert history(trace, "bob", "on its disk") == [
        (0, "empty", ""),
        (100, "dedup table: m1", "m1 written to the dedup table"),
        (300, "dedup table: m1, m2", "m2 written to the dedup table"),
    ]
    assert kept(trace, "bob", "dedup table") == "on its disk too: a crash would not lose it"


def test_what_was_written_before_a_crash_in_the_middle_of_a_step_is_on_the_disk():
    trace = Scenario("durable").run(Crash("bob", after="show m1", down=50))
    assert history(trace, "bob", "on its disk")[-1] == (100, "dedup table: m1", "m1 written to the dedup table")
    assert history(trace, "bob", "dedup table") == [
        (0, "empty", ""),
        (100, DOWN, ""),
        (150, "m1", "after the restart: m1"),
    ]


def test_what_a_crash_kept_from_being_written_is_not_said_to_be():
    trace = Scenario("ordered").run(Crash("alice", after="write m1", down=50))
    assert history(trace, "alice", "on its disk")[0] == (
        *(0, "waiting-ack queue: m1", "m1 written to the waiting-ack queue"),
    )


def test_below_durable_a_crash_loses_all_and_the_row_said_so_before():
    trace = Scenario("dedup").run(Crash("alice", at=120, down=50))
    assert kept(trace, "alice", "waiting-ack queue") == "only in memory: a crash would lose it"
    assert history(trace, "alice", "waiting-ack queue")[1:] == [
        (120, DOWN, "lost: m1: try 1 of 3"),
        (170, "empty", ""),
    ]
    assert ways(trace, "alice") == [("waits for ack:N of m1", 0, 300, 120, "lost in the crash")]
    assert history(trace, "alice", "on its disk") == [(0, "nothing: at this rung a client writes nothing down", "")]


def test_a_message_that_comes_early_is_held_back():
    trace = Scenario("ordered", say=[Say("one"), Say("two", at=10)]).run(Drop("m1/msg:N"))
    assert history(trace, "bob", "hold-back buffer") == [
        (0, "empty", ""),
        (110, "m2 from alice", "m2 added"),
        (400, "empty", "m2 removed"),
    ]
    assert history(trace, "bob", "dedup table")[1:] == [(400, "m1, m2", "m1 added and m2 added")]
    assert "acked when it is shown" in kept(trace, "bob", "hold-back buffer")


FRIENDS = {"friends": ["alice", "bob", "carol"]}


def test_a_group_has_a_log_cursors_and_heartbeats():
    trace = Scenario("group", groups=FRIENDS, say=[Say("hi", to="friends")], ack_every=2).run(Drop("msg:N>bob"))
    assert history(trace, "server", "log of friends") == [(0, "empty", ""), (50, "m1", "m1 added")]
    assert history(trace, "server", "cursors in friends") == [
        (0, "empty", ""),
        (350, "carol at 1", "carol added"),
        (2350, "carol at 1, bob at 1", "bob added"),
    ]
    assert history(trace, "bob", "cursor in friends") == [
        (0, "0: nothing has come yet", ""),
        (2100, "1: nothing is missing up to there", "moved from 0 to 1"),
    ]
    assert ways(trace, "bob") == [
        ("next heartbeat of friends", 0, 2000, 2000, "runs out"),
        ("next heartbeat of friends", 2000, 4000, 4000, "runs out"),
        ("waits for offline:A of friends", 2000, 2300, 2100, "cancelled"),
        ("puts off its ack in friends", 2100, 2300, 2300, "runs out"),
        ("next heartbeat of friends", 4000, 6000, None, ""),
        ("waits for offline:A of friends", 4000, 4300, 4100, "cancelled"),
    ]
    assert history(trace, "server", "messages in flight")[1][1] == (
        "none kept: it put m1 into its store for friends, so it is in flight no more, "
        "and passed copies of m1 on to who is online"
    )


def test_a_rung_shows_only_the_rows_that_it_has():
    def rows(rung, node):
        return [row.what for row in holder(Scenario(rung).run(), node).rows]

    assert rows("basic", "alice") == ["the client", "messages waited for", "on its disk"]
    assert rows("retransmit", "alice") == ["the client", "waiting-ack queue", "on its disk"]
    assert rows("dedup", "alice") == ["the client", "waiting-ack queue", "dedup table", "on its disk"]
    assert "hold-back buffer" in rows("ordered", "alice")
    assert rows("dedup", "server") == ["the server", "online", "messages in flight", "on its disk"]
    assert rows("offline", "server") == ["the server", "online", "offline store", "messages in flight", "on its disk"]
    assert ways(Scenario("basic").run(), "alice") == [("waits for msg:A of m1", 0, 300, 100, "cancelled")]


def test_people_come_in_the_order_of_their_lifelines_and_the_server_last():
    scenario = Scenario("dedup", people=["carol", "bob", "alice"])
    assert [mine.node for mine in holds(scenario.run()).holders] == ["carol", "bob", "alice", "server"]


def test_of_a_long_table_the_first_and_the_last_are_named_and_all_are_counted():
    trace = Scenario("dedup", say=[Say(at=100 * n) for n in range(9)]).run()
    table = history(trace, "bob", "dedup table")
    assert table[6][1] == "m1, m2, m3, m4, m5, m6"
    assert table[-1][1:] == ("m1, m2, m3 … m7, m8, m9 (9 in all)", "m9 added")


def test_a_timer_that_is_told_too_late_and_a_heartbeat_before_its_time():
    trace = Scenario("dedup").run(Late("alice", "m1"))
    assert ways(trace, "alice") == [
        ("waits for ack:N of m1", 0, 300, 200, "cancelled"),
        ("waits for ack:N of m1", 200, 200, 200, "runs out although it was cancelled"),
    ]
    early = Scenario("group", groups=FRIENDS, say=[Say("hi", to="friends")]).run(Beat("bob", at=70))
    assert ways(early, "bob")[0] == ("next heartbeat of friends", 0, 2000, 70, "comes before its time")


# All of it agrees with `state_at`

LIST_SHOWN = 6


def is_list(text, names):
    """Whether a text names these things, or the first and the last of them with their number."""
    if len(names) <= LIST_SHOWN:
        return text == (", ".join(names) or "empty")
    return text == f"{', '.join(names[:3])} … {', '.join(names[-3:])} ({len(names)} in all)"


def as_words(trace, state, node):
    """The names of the rows that a state fills, each with the things that it has to name: written anew, for a judge."""
    tries = trace.scenario.retries + 1
    retransmits = trace.scenario.setting.retransmits
    words = {}
    if "queue" in state:
        queue = state["queue"].items()
        what = "waiting-ack queue" if retransmits else "messages waited for"
        words[what] = [f"{m}: try {n} of {tries}" if retransmits else m for m, n in queue]
    if state.get("dedup") or trace.scenario.setting.dedups:
        words |= {"dedup table": state["dedup"]} if "dedup" in state else {}
    if "held" in state:
        groups = trace.scenario.groups
        held = [(m, of) for of, msgids in state["held"].items() for m in msgids]
        words["hold-back buffer"] = [f"{m} {'in' if of in groups else 'from'} {of}" for m, of in held]
    if "online" in state:
        words["online"] = state["online"]
    for to, msgids in state.get("store", {}).items():
        words[f"log of {to}" if to in trace.scenario.groups else f"offline store for {to}"] = msgids
    for group, cursors in state.get("cursors", {}).items():
        words[f"cursors in {group}"] = [f"{who} at {number}" for who, number in cursors.items()]
    for group, number in state.get("cursor", {}).items():
        text = f"{number}: nothing is missing up to there" if number else "0: nothing has come yet"
        words[f"cursor in {group}"] = [text]
    return words


def states_of(trace):
    """Each moment with what `state_at` says of it: that is a replay up to there, here one that goes on."""
    replay = Replay(trace.scenario, trace.packets, {crash.causes[0] for crash in trace.mistakes})
    moments = {0: [], **{t: list(events) for t, events in groupby(trace.events, key=lambda event: event.t)}}
    some = {*list(moments)[:: max(1, len(moments) // 4)], max(moments)}
    for t, events in moments.items():
        for event in events:
            replay.tell(event)
        states = replay.state(t)
        if t in some:
            assert states == trace.state_at(t)
        yield t, states


def disagreements(trace):
    """Where the histories do not say what the state at that moment is."""
    found = holds(trace)
    assert not found.why_none
    for t, states in states_of(trace):
        for mine in found.holders:
            state = states[mine.node]
            rows = {row.what: at(row, t) for row in mine.rows}
            if not state:
                program, disk = rows["the server" if mine.node == "server" else "the client"], rows.pop("on its disk")
                assert disk
                yield from [] if "it holds nothing but its disk" in program else [(t, mine.node, program)]
                rest = [text for what, text in rows.items() if what not in ("the server", "the client")]
                yield from ((t, mine.node, text) for text in rest if text not in (DOWN, "none: it is down"))
                continue
            for what, names in as_words(trace, state, mine.node).items():
                if not is_list(rows[what], names):
                    yield t, mine.node, what, rows[what], names
            stores = {what: text for what, text in rows.items() if what.startswith(("offline store", "log of"))}
            empty = stores.keys() - as_words(trace, state, mine.node).keys()
            yield from ((t, mine.node, what) for what in empty if stores[what] != "empty")
            running = {
                timer.name: timer.until
                for timer in mine.timers
                if timer.since <= t and (timer.ended is None or timer.ended > t)
            }
            last = {n: u for n, u in running.items() if n.startswith("heartbeat") and u is not None and u <= t}
            if running != state["timers"] | last:
                yield t, mine.node, running, state["timers"]


def disks(trace):
    """Every key that is on a node's disk at the end, by node and table, from a replay of its own."""
    replay = Replay(trace.scenario, trace.packets, {crash.causes[0] for crash in trace.mistakes})
    for event in trace.events:
        replay.tell(event)
    return {name: disk._tables for name, disk in replay.disks.items()}


def in_order(trace):
    """Whether times ascend, and no text follows itself."""
    for mine in holds(trace).holders:
        for row in mine.rows:
            since = [standing.since for standing in row.history]
            texts = [standing.text for standing in row.history]
            assert since[0] == 0, row
            assert since == sorted(set(since)), row
            assert all(one != other for one, other in pairwise(texts)), row
        starts = [timer.since for timer in mine.timers]
        assert starts == sorted(starts)
        assert all(timer.ended is None or timer.since <= timer.ended for timer in mine.timers)
        assert all((timer.ended is None) == (timer.how == "") for timer in mine.timers)


@pytest.mark.parametrize("name", GALLERY)
def test_each_text_is_what_the_state_is_at_that_moment(name):
    trace = GALLERY[name]
    assert list(disagreements(trace)) == []
    in_order(trace)


@given(runs())
@settings(max_examples=by_night(500, 40), deadline=None)
def test_each_text_is_what_the_state_is_whatever_strikes(run):
    scenario, faults = run
    trace = scenario.run(*faults)
    assert list(disagreements(trace)) == []
    in_order(trace)
    for node, tables in disks(trace).items():
        (row,) = (row for row in holder(trace, node).rows if row.what == "on its disk")
        text = row.history[-1].text
        filled = [table for table, rows in tables.items() if rows]
        assert text.count(": ") >= len(filled)
        assert filled or text == row.history[0].text or text == "empty" or text.startswith("nothing")


# A learner's class


@pytest.mark.parametrize("name", BUGS)
def test_a_class_with_a_bug_is_told_like_any_other(name):
    bug, rung = BUGS[name]
    classes = {"server": bug} if issubclass(bug, Server) else {"client": bug}
    scenario = Scenario(rung, say=[Say("one"), Say("two", at=20)], **classes)
    if rung == "group":
        scenario = Scenario(rung, say=[Say("one", to="friends"), Say("two")], groups=FRIENDS, **classes)
    trace = run_so_far(scenario, Drop("m1/ack:N"), Loss(0.1, 3))
    found = holds(trace)
    assert [mine.node for mine in found.holders] == [*scenario.people, "server"]
    assert not found.why_none
    in_order(trace)


class Odd(Client):
    """A state that nobody expects: a key of its own, strange values, and it hands out what it goes on to change."""

    strange = (None, 5, {"m1": {}}, [1, 2], [1, 2, "m3"], "text", float("inf"), 10**5000, object(), {3: 4})

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.letters = []

    def on_msg_n(self, packet):
        self.letters.append(packet.msgid)
        return super().on_msg_n(packet)

    def state(self):
        value = self.strange[len(self.letters) % len(self.strange)]
        return super().state() | {
            "letters": self.letters,
            "dedup": value,
            "held": value,
            "cursor": value,
            7: "\x1b[31m",
        }


def test_strange_states_are_shown_as_text():
    say = [Say(at=100 * n) for n in range(12)]
    trace = Scenario("ordered", client=Odd, say=say).run()
    letters = history(trace, "bob", "letters")
    assert letters[:3] == [(0, "[]", ""), (100, "['m1']", "changed"), (200, "['m1', 'm2']", "changed")]
    assert [text for _, text, _ in history(trace, "bob", "dedup table")][:10] == [
        *("None", "5", "m1", "[1, 2]", "[1, 2, 'm3']", "'text'", "inf"),
        *("a value too large to print", "<object object>", "{3: 4}"),
    ]
    assert history(trace, "bob", "7") == [(0, r"'\x1b[31m'", "")]
    in_order(trace)


def test_a_table_that_is_handed_out_and_changed_later_is_told_as_it_was():
    class HandsOut(Client):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.letters = []

        def show_or_discard(self, arrived):
            self.letters.append(arrived.msgid)
            return super().show_or_discard(arrived)

        def state(self):
            return {"dedup": self.letters}

    trace = Scenario("dedup", client=HandsOut, say=[Say(), Say(at=10)]).run()
    assert history(trace, "bob", "dedup table") == [
        (0, "empty", ""),
        (100, "m1", "m1 added"),
        (110, "m1, m2", "m2 added"),
    ]


def test_a_state_that_fails_is_said():
    class Fails(Client):
        def state(self):
            return super().state() if not self.dedup else 1 / 0

    class NoTable(Client):
        def state(self):
            return ["nothing"]

    trace = Scenario("dedup", client=Fails).run()
    assert history(trace, "bob", "state()") == [(0, "empty", ""), (100, "raises ZeroDivisionError", "changed")]
    assert history(trace, "bob", "dedup table")[-1][1] == "state() does not tell it"
    assert history(Scenario("dedup", client=NoTable).run(), "bob", "state()")[0][1] == "['nothing']"


def test_a_server_that_keeps_what_is_in_flight_is_found_out():
    class Keeps(Server):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.pending = {}

        def on_msg_r(self, packet):
            self.pending[packet.msgid] = packet.message
            return super().on_msg_r(packet)

        def on_ack_r(self, packet):
            self.pending.pop(packet.msgid, None)
            return super().on_ack_r(packet)

    trace = Scenario("dedup", server=Keeps).run()
    assert [text for _, text, _ in history(trace, "server", "messages in flight")] == [
        "none kept: nothing has come yet",
        "it still holds m1 in self.pending",
        "none kept: it passed on that bob has m1 and forgot it",
    ]
    assert "a crash" in kept(trace, "server", "messages in flight")


def test_a_text_that_is_kept_may_be_that_of_something_not_said_yet():
    class KeepsTexts(Server):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.texts = []

        def on_msg_r(self, packet):
            self.texts.append(packet.message.text)
            return super().on_msg_r(packet)

    trace = Scenario("dedup", server=KeepsTexts, say=[Say("hello"), Say("hello", at=500)]).run()
    assert [(since, text) for since, text, _ in history(trace, "server", "messages in flight")] == [
        (0, "none kept: nothing has come yet"),
        (50, "it still holds m1 in self.texts"),
        (550, "it still holds m1 and m2 in self.texts"),
    ]


def test_a_class_that_a_file_cannot_hold_has_no_holders_and_the_reason_is_said():
    trace = Scenario("dedup", client=Odd).run()
    found = holds(Trace.from_json(trace.to_json()))
    assert found.holders == ()
    assert "was made by Odd" in found.why_none


def test_a_node_that_stopped_over_a_mistake_is_down_to_the_end():
    trace = next(each for each in GALLERY.values() if each.mistakes)
    (crash,) = trace.mistakes
    text = history(trace, crash.node, "the client")[-1]
    assert text == (crash.t, "stopped over a mistake in its code: it holds nothing but its disk", "crashed")


# How much work it is


def test_all_moments_together_are_one_replay(monkeypatch):
    """Each event is told once, and a node is looked at once in each moment in which something happens to it."""
    trace = Scenario("durable", say=[Say(at=97 * n) for n in range(40)]).run(Loss(0.05, 1))
    count = {"told": 0, "looked": 0}
    tell, state = Replay.tell, Client.state

    def counting_tell(self, event):
        count["told"] += 1
        tell(self, event)

    def counting_state(self):
        count["looked"] += 1
        return state(self)

    monkeypatch.setattr(Replay, "tell", counting_tell)
    monkeypatch.setattr(Client, "state", counting_state)
    holds(trace)
    people = trace.scenario.people
    assert count["told"] == len(trace.events)
    assert count["looked"] == len({(event.t, event.node) for event in trace.events if event.node in people} | {*people})


@pytest.mark.parametrize(("since", "until"), [(0, 90), (130, 420), (300, 300), (420, 10**6), (10**6, 10**7)])
@pytest.mark.parametrize("rung", ["dedup", "offline", "durable"])
def test_a_part_of_a_run_is_told_as_in_the_whole(rung, since, until):
    says = [Say("one"), Say("two", at=70), Say("three", "bob", "alice", at=260)]
    faults = [Drop("m1/ack:N"), Crash("bob", at=210, down=60), Offline("alice", at=330, lasting=200)]
    trace = Scenario(rung, say=says).run(*faults)
    moments = [t for t in sorted({event.t for event in trace.events}) if since <= t <= until] or [since]
    whole, part = holds(trace).holders, holds(trace, since, until).holders
    for all_of_it, some in zip(whole, part, strict=True):
        rows = {row.what: row for row in some.rows}
        for row in all_of_it.rows:
            told = [at(row, t) for t in moments]
            assert [at(rows[row.what], t) for t in moments] == told if row.what in rows else set(told) == {None}
        running = [(timer.name, timer.since) for timer in all_of_it.timers if timer.since <= moments[-1]]
        assert [(timer.name, timer.since) for timer in some.timers] == running
