"""What is printed for a person fits a line of a notebook's page, and is broken at spaces; elsewhere it is one line."""

import json

import pytest
from hypothesis import given
from worlds import runs  # the random runs of the simulator's tests

from imteach import Client, Drop, InputError, Lab, LearnerError, Offline, Scenario, check, explore, fault_map
from imteach.printed import LINE, ROOM, Sentence
from imteach.tell import in_short, why_broken
from imteach.verify import stats


def printed(thing, capsys):
    print(thing)
    return capsys.readouterr().out.splitlines()


def fits(lines, room=0):
    """Whether each line has at most so many characters, or cannot be broken."""
    return all(len(line) + room <= LINE or " " not in line.strip() for line in lines)


def test_a_reason_is_broken_at_spaces_when_it_is_printed(capsys):
    trace = Scenario("acked").run(Drop("ack:R"), Drop("msg:A"))
    why = why_broken(trace, "no_false_failure")
    lines = printed(why, capsys)
    assert len(why) > LINE
    assert len(lines) > 1
    assert fits(lines, ROOM)
    assert " ".join(" ".join(lines).split()) == why
    assert all(line.startswith("    ") for line in lines[1:])
    print("ack:R lost:", why)
    assert fits(capsys.readouterr().out.splitlines())


def test_where_it_is_part_of_something_else_it_is_one_line():
    why = why_broken(Scenario("acked").run(Drop("ack:R"), Drop("msg:A")), "no_false_failure")
    assert len(why) > LINE
    for text in (f"{why}", why + "", " ".join([why]), json.loads(json.dumps(why)), f"{why:s}"):
        assert "\n" not in text
        assert text == why
    shown = Lab("acked", Drop("ack:R"), Drop("msg:A")).promises
    (row,) = [row for row in shown if row["history"][-1][2] == why]
    assert "\n" not in json.dumps(row).replace("\\n", "\n")


def test_the_causes_of_an_event_are_printed_one_below_the_other(capsys):
    trace = Scenario("retransmit").run(Drop("ack:N"))
    causes = trace.why(trace.happened("show")[1])
    assert printed(causes, capsys) == list(causes)
    assert causes == [*causes]


@given(runs())
def test_whatever_happens_what_is_said_of_it_fits(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    assert fits(str(trace).splitlines())
    assert fits(str(in_short(trace)).splitlines())
    for name in trace.promises:
        assert fits(str(why_broken(trace, name)).splitlines())
    for event in trace.events[-3:]:
        causes = trace.why(event)
        assert fits(str(causes).splitlines())
        assert all(fits(str(cause).splitlines(), ROOM) for cause in causes)


def test_a_search_and_a_map_are_tables_whose_words_are_broken_in_their_column(capsys):
    lines = printed(explore("dedup", faults=3), capsys)
    (at,) = {line.index("drop m1/msg:R#1") for line in lines if "drop m1/msg:R#1" in line}
    assert [line[at:] for line in lines if line.startswith(" ")] == [
        *("m1/msg:R#2, drop", "m1/ack:R#1"),
        *("m1/msg:R#2, drop", "m1/msg:R#3"),
    ]
    assert all(line[:at].isspace() for line in lines if line.startswith(" "))
    for thing in (
        explore("dedup", faults=3),
        explore("offline", faults=2, given=[Offline("bob", lasting=1000), Drop("m1/msg:R"), Drop("m1/msg:A")]),
        check("dedup", faults=1, kinds=["drop", "crash", "duplicate"], most_states=100),
        fault_map("basic"),
        fault_map("retransmit", faults=2),
        stats("dedup", 0.2, messages=100),
    ):
        assert fits(printed(thing, capsys))
    assert fits(printed(fault_map("acked", faults=2)["msg:A", "ack:N"].sentence, capsys))


class Forgetful(Client):
    """Returns nothing."""

    def on_ack_n(self, packet):
        super().on_ack_n(packet)


def test_an_error_is_shown_in_lines_and_said_in_one():
    with pytest.raises(LearnerError) as learners:
        Scenario("dedup", client=Forgetful).run()
    with pytest.raises(InputError) as ours:
        Scenario("tcp")
    for caught in (learners.value, ours.value):
        assert "\n" not in str(caught)
        assert len(f"{type(caught).__name__}: {caught}") > LINE
        first, *_ = [line for line in caught._render_traceback_() if line.startswith(type(caught).__name__)]
        assert fits(first.splitlines())


def test_a_sentence_that_fits_is_printed_as_it_is():
    assert str(Sentence("x" * (LINE - ROOM))) == "x" * (LINE - ROOM)
    assert str(Sentence("")) == ""
    assert str(Sentence("a/very:long" * 20)) == "a/very:long" * 20
