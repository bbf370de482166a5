"""What the page shows of a run: phones, promises, drops, as plain data."""

import json
import sys

from imteach import (
    Again,
    Beat,
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Late,
    Loss,
    Offline,
    Partition,
    Say,
    Scenario,
)
from imteach.lab import page
from imteach.lab.session import Session
from imteach.protocol import Report


def bubbles(trace, person: str) -> list[tuple[str, str, str]]:
    chat = next(phone["bubbles"] for phone in page.phones(trace) if phone["person"] == person)
    return [("own" if bubble["own"] else "theirs", bubble["text"], bubble["note"]) for bubble in chat]


def test_each_sees_their_own_message_with_its_ticks_and_the_others_as_it_came():
    trace = Scenario("dedup").run()
    assert bubbles(trace, "alice") == [("own", "hello", "✓✓ delivered")]
    assert bubbles(trace, "bob") == [("theirs", "hello", "at 100 ms")]


def test_a_message_shown_twice_is_two_bubbles_and_the_second_says_so():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    assert bubbles(trace, "bob") == [("theirs", "hello", "at 100 ms"), ("theirs", "hello", "at 400 ms, shown again")]


def test_a_message_that_never_came_is_on_one_phone_only():
    trace = Scenario("basic").run(Drop("msg:N"))
    assert bubbles(trace, "alice") == [("own", "hello", "✓ sent")]
    assert bubbles(trace, "bob") == []


def test_every_status_has_a_sign_and_a_word():
    notes = {
        bubbles(Scenario(rung).run(*drops), "alice")[0][2]
        for rung, drops in [
            ("basic", []),
            ("basic", [Drop("msg:R")]),
            ("acked", [Drop("ack:N")]),
            ("dedup", []),
        ]
    }
    assert notes == {"✓ sent", "! failed", "✓? unconfirmed", "✓✓ delivered"}


def test_a_client_that_reports_nothing_leaves_no_status():
    class Silent(Client):
        def on_say(self, message):
            return [effect for effect in super().on_say(message) if not isinstance(effect, Report)]

        def on_msg_a(self, packet):
            return []

        def on_ack_n(self, packet):
            return []

        def on_timer(self, msgid):
            return []

    assert bubbles(Scenario("dedup", client=Silent).run(), "alice") == [("own", "hello", "no status")]


def test_a_chat_is_in_the_order_of_time_on_both_sides():
    trace = Scenario("dedup", say=[Say("second", at=120), Say("first", "bob", "alice", at=0)]).run()
    assert [text for _, text, _ in bubbles(trace, "alice")] == ["first", "second"]
    assert [side for side, _, _ in bubbles(trace, "alice")] == ["theirs", "own"]
    assert [side for side, _, _ in bubbles(trace, "bob")] == ["own", "theirs"]


def test_with_three_people_each_bubble_says_who():
    trace = Scenario("dedup", say=[Say("hi"), Say("hey", "carol", "bob", at=10)]).run()
    chats = {phone["person"]: [bubble["who"] for bubble in phone["bubbles"]] for phone in page.phones(trace)}
    assert chats == {"alice": ["to bob"], "bob": ["alice", "carol"], "carol": ["to bob"]}


def test_the_phones_of_a_moment_show_what_stood_there_then():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    seen = {at: [[b["note"] for b in phone["bubbles"]] for phone in page.phones(trace, at)] for at in (60, 210, 400)}
    assert seen == {
        60: [["◷ sending"], []],
        210: [["✓ sent"], ["at 100 ms"]],
        400: [["✓ sent"], ["at 100 ms", "at 400 ms, shown again"]],
    }
    assert page.phones(trace, 10**6) == page.phones(trace)


def test_all_parts_are_plain_json():
    parts = page.everything(Session("retransmit", Drop("ack:N"), Drop("msg:A#7")))
    assert json.loads(json.dumps(parts)) == parts


# Every fault, with its numbers


def rows(trace) -> dict[str, dict]:
    return {row["fault"]: row for row in page.faults(trace)}


def test_every_fault_has_a_row_with_its_sentence_its_tool_and_what_it_strikes():
    trace = Scenario("offline", say=[Say("hi"), Say("you?", "bob", "alice", at=30)]).run(
        Drop("m1/ack:N"),
        Duplicate("m1/msg:N"),
        Delay("m2/msg:N", by=20),
        Crash("server", at=150, down=50),
        Offline("bob", at=900, lasting=100),
        Partition("server", "alice", at=500, both=False),
        Loss(0),
        Again("m1", at=20),
        Late("alice", "m1"),
    )
    told = [(row["tool"], row["on"], row["text"]) for row in page.faults(trace)]
    assert told[:6] == [
        ("drop", {"packet": "m1/ack:N#1"}, "The network loses m1/ack:N#1."),
        ("duplicate", {"packet": "m1/msg:N#1"}, "The network makes a copy of m1/msg:N#1."),
        ("delay", {"packet": "m2/msg:N#1"}, "m2/msg:N#1 takes 20 ms longer."),
        ("crash", {"node": "server"}, "The server crashes at 150 ms and is down for 50 ms."),
        ("away", {"node": "bob"}, "bob logs out at 900 ms for 100 ms."),
        ("cut", {"link": "alice-server"}, "The link from the server to alice is cut at 500 ms and stays cut."),
    ]
    assert [(tool, on) for tool, on, _ in told[6:]] == [(None, {}), (None, {}), (None, {"node": "alice"})]
    assert [row["fault"] for row in page.faults(trace)] == list(map(str, trace.faults))


def test_a_fault_that_never_strikes_says_why_and_has_no_time():
    row = rows(Scenario("basic").run(Drop("ack:R")))["drop m1/ack:R#1"]
    assert row["text"] == "drop m1/ack:R#1: this run never sent that packet, so nothing was dropped."
    assert (row["unused"], row["since"], row["until"]) == (True, None, None)


def test_when_a_fault_strikes_is_read_from_the_run_where_it_follows_something():
    trace = Scenario("offline").run(
        Crash("bob", after="send m1/ack:R#1", down=50),
        Offline("alice", after="send m1/ack:A#1"),
        Offline("bob", at=700, lasting=0.5),
        Drop("msg:A"),
        Duplicate("m1/msg:R", after=30),
        Delay("m1/msg:N", by=20),
        Again("m1", after="send m1/msg:A#1"),
        Partition("bob", "server", at=900),
        Loss(0),
    )
    assert {fault: (row["since"], row["until"]) for fault, row in rows(trace).items()} == {
        "crash bob@send:m1/ack:R#1+50": (120, 170),
        "offline alice@send:m1/ack:A#1": (170, None),
        "offline bob@700+0.5": (700, 700.5),
        "drop m1/msg:A#1": (50, 80),
        "duplicate m1/msg:R#1+30": (0, 80),
        "delay m1/msg:N#1+20": (50, 120),
        "again m1@send:m1/msg:A#1": (50, 50),
        "partition bob-server@900": (900, None),
        "loss 0 seed 0": (0, None),
    }
    crashed, restarted = trace.happened("crash")[0], trace.happened("restart")[0]
    assert (crashed.t, restarted.t) == (120, 170)


def test_the_amounts_of_a_fault_are_those_that_it_has_now():
    trace = Scenario("offline", latency={"bob": 70}).run(
        Duplicate("msg:N"), Crash("bob", after="show m1"), Offline("bob", at=900), Drop("ack:N"), Late("alice", "m1")
    )
    amounts = {
        fault: [(amount["name"], amount["value"], amount["open"]) for amount in row["amounts"]]
        for fault, row in rows(trace).items()
    }
    assert amounts == {
        "duplicate m1/msg:N#1": [("after", 70, False)],  # one latency, which nobody said
        "crash bob@show:m1+100": [("down", 100, False)],
        "offline bob@900": [("at", 900, False), ("lasting", None, True)],
        "drop m1/ack:N#1": [],
        "late alice@m1": [],
    }
    assert {amount["unit"] for row in page.faults(trace) for amount in row["amounts"]} == {"ms"}
    assert all(amount["label"] for row in page.faults(trace) for amount in row["amounts"])


def test_a_heartbeat_before_its_time_strikes_a_member():
    trace = Scenario("group", say=[Say(to="us")], groups={"us": ["alice", "bob"]}).run(Beat("bob", at=70))
    row = rows(trace)["beat bob@70"]
    assert (row["on"], row["since"], row["until"], row["tool"]) == ({"node": "bob"}, 70, 70, None)
    assert [amount["name"] for amount in row["amounts"]] == ["at"]


def test_each_amount_of_a_row_can_be_turned_by_its_text():
    session = Session("offline", Duplicate("msg:N"), Crash("bob", at=150), Offline("bob", at=900))
    for row in page.faults(session.trace):
        for amount in row["amounts"]:
            session.change(row["fault"], amount["name"], 77)
            session.undo()
            if amount["open"]:
                session.change(row["fault"], amount["name"], None)


def test_a_chat_costs_the_same_for_each_bubble_however_many_there_are():
    def work(count: int) -> int:
        """How many lines of code run, those of a comprehension as often as they go round."""
        trace, lines = Scenario("dedup", say=[Say("hello", at=100 * number) for number in range(count)]).run(), 0
        assert trace.messages  # what the page has asked for before

        def step(*_):
            nonlocal lines
            lines += 1
            return step

        before = sys.gettrace()
        sys.settrace(step)
        try:
            page.phones(trace)
        finally:
            sys.settrace(before)
        return lines

    assert work(80) < 4.2 * work(20)
