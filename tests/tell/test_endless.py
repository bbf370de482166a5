"""A run that goes round for ever, in words: since when, and what happens over and over."""

from dataclasses import replace

import pytest
from rounds import ACKED, VOLLEY, PingPong, empty_pages, ping_pong, pulls_in_vain

from imteach import Drop, Say, Scenario, Trace, follow
from imteach.protocol import Show
from imteach.tell import in_a_line, in_short, why, why_broken

ON = "for ever: again and again"
COUNTS = "Nothing new ever comes of it."


COMES_BACK = [
    "bob crashes",
    "bob starts again",
    "the server notices that bob is gone",
    "the server learns that bob is online",
]


@pytest.mark.parametrize(
    ("trace", "since", "told"),
    [
        (ping_pong(), "After step 6", "bob sends ack:R, and the server sends ack:A and ack:N"),
        (empty_pages(), "After step 4", "the server sends offline:A and bob sends offline:R"),
        (pulls_in_vain(), "After step 3", "bob's timer for its pull runs out and bob sends offline:R"),
        (follow("dedup", COMES_BACK, loop=4), "From the start", "bob crashes and bob starts again"),
    ],
)
def test_why_it_does_not_end_says_since_when_and_what_happens_in_one_round(trace, since, told):
    whole = f"{since} it goes round {ON} {told}. {COUNTS}"
    assert why_broken(trace, "it_ends") == whole
    assert why_broken(Trace.from_json(trace.to_json()), "it_ends") == whole


def test_what_a_person_is_shown_again_and_again_is_told():
    class ShowsAgain(PingPong):
        """Also the answer is shown."""

        def on_ack_a(self, packet):
            return [Show(packet.msgid, packet.message), *super().on_ack_a(packet)]

    told = why_broken(ping_pong(client=ShowsAgain), "it_ends")
    assert f"{ON} bob is shown “hello”, bob sends ack:R, and the server sends ack:A and ack:N. " in told


def test_of_several_messages_it_is_told_which():
    steps = ["alice says “hello”", "alice says “hi”", *ACKED[1:], *VOLLEY]
    trace = follow(Scenario("dedup", client=PingPong, say=[Say("hello"), Say("hi", at=10)]), steps, loop=3)
    told = why_broken(trace, "it_ends")
    assert f"{ON} bob sends ack:R of m1, and the server sends ack:A of m1 and ack:N of m1. " in told


def test_a_copy_is_the_networks_and_no_node_sends_it():
    volley = [VOLLEY[0], "m1/ack:R#2 is copied", VOLLEY[1], "m1/ack:R#2~2 is dropped", VOLLEY[2]]
    assert why_broken(ping_pong([*ACKED, *volley], 5), "it_ends") == why_broken(ping_pong(), "it_ends")


def test_of_a_long_round_the_most_frequent_is_told():
    again = [step.replace("#2", "#3").replace("#1", "#2") for step in VOLLEY]
    later = [step.replace("#3", "#4").replace("#2", "#3") for step in again]
    trace = ping_pong([*ACKED, *VOLLEY, *again, *later], loop=9)
    often = "bob sends m1/ack:R, the server sends m1/ack:A and the server sends m1/ack:N"
    assert why_broken(trace, "it_ends") == f"After step 6 it goes round {ON} {often}. {COUNTS}"


def test_a_round_in_which_no_node_does_anything_is_told_too():
    steps = [ACKED[0], "m1/msg:R#1 is copied", "m1/msg:R#1~2 is dropped"]
    told = why_broken(follow("dedup", steps, loop=2), "it_ends")
    assert told == f"After step 1 it goes round {ON} the same happens. {COUNTS}"


def test_a_run_that_ends_does_not_break_it():
    assert why_broken(ping_pong(loop=0), "it_ends") == ""


def test_where_there_is_no_end_no_promise_is_judged():
    timed = replace(Scenario("retransmit").run(Drop("ack:N")), loop=400)
    for trace, since in ((ping_pong(), "fter step 6"), (timed, "rom 400 ms on")):
        line, short = in_a_line(trace), in_short(trace)
        assert line.lower().endswith(f"{since} it goes round for ever>")
        assert short.endswith(f"{since} it goes round for ever.")
        assert not any("kept" in told or "broken" in told for told in (line, short))


def test_a_packet_that_is_under_way_when_the_next_round_begins_is_not_said_to_be_lost():
    assert "lost" not in in_short(ping_pong())
    assert "m1/ack:A#2 is lost. " in in_short(ping_pong(loop=0))
    assert "offline:R#1 and bob/offline:R#2 are dropped" in in_short(pulls_in_vain())


def test_why_something_happened_is_told_as_in_any_run():
    endless, other = ping_pong(), ping_pong(loop=0)
    assert [why(endless, event) for event in endless.events] == [why(other, event) for event in other.events]
