"""What the page shows of a run: phones, promises, drops, as plain data."""

import json
import sys

from imteach import Client, Crash, Drop, Offline, Say, Scenario
from imteach.lab import page
from imteach.lab.session import Session
from imteach.protocol import PROMISES, Report


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


def test_every_promise_has_its_title_and_a_broken_one_its_reason():
    kept = page.promises(Scenario("dedup").run())
    assert [row["name"] for row in kept] == [name for name in PROMISES if name not in ("in_order", "stored_once")]
    assert all(row["holds"] and row["title"] and not row["why"] for row in kept)

    broken = {row["name"]: row for row in page.promises(Scenario("retransmit").run(Drop("ack:N")))}
    assert broken["no_duplicates"]["holds"] is False
    assert "m1/ack:N#1" in broken["no_duplicates"]["why"]
    assert broken["no_silent_loss"]["why"] == ""


def test_a_drop_that_met_no_packet_is_named():
    (row,) = page.fault_rows(Scenario("basic").run(Drop("ack:R"), Drop("msg:N")))
    assert row["fault"] == "drop m1/ack:R#1"
    assert "never sent" in row["text"]


def test_all_parts_are_plain_json():
    parts = page.everything(Session("retransmit", Drop("ack:N"), Drop("msg:A#7")))
    assert json.loads(json.dumps(parts)) == parts


def test_faults_that_are_no_arrow_stand_in_rows_and_drops_that_can_be_clicked_do_not():
    trace = Scenario("offline").run(
        Offline("bob", lasting=1000), Drop("msg:R"), Crash("alice", after="show m1", down=50)
    )
    assert page.fault_rows(trace) == [
        {"fault": "offline bob@0+1000", "text": "bob logs out at 0 ms for 1000 ms."},
        {
            "fault": "crash alice@show:m1+50",
            "text": "crash alice@show:m1+50: alice never did that in this run, so nothing crashed; "
            "alice did: send m1/msg:R#1, send m1/msg:R#2.",
        },
    ]


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
