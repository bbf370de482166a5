"""The phones show the order by which `in_order` is judged, also where a message was sent again."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import runs

from imteach import LADDER, Client, Delay, Drop, Resend, Say, Scenario
from imteach.lab.page import phones

ORDERING = [name for name, rung in LADDER.items() if rung.orders]
BELOW = [name for name, rung in LADDER.items() if rung.retransmits and not rung.orders]
ONE_FAILS = [Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)]
ONE_AND_TWO = {"say": [Say("one"), Say("two", at=50)], "resend": [Resend("m1", at=2000)]}


def read(trace, person):
    chats = {phone["person"]: phone["bubbles"] for phone in phones(trace)}
    return [bubble["text"] for bubble in chats[person]]


def both(trace):
    return read(trace, "alice"), read(trace, "bob")


@pytest.mark.parametrize("rung", ORDERING)
def test_what_is_sent_again_is_said_anew_and_stands_there_on_both_phones(rung):
    trace = Scenario(rung, **ONE_AND_TWO).run(*ONE_FAILS)
    assert both(trace) == (["two", "one"], ["two", "one"])
    assert trace.promises["in_order"]


@pytest.mark.parametrize("rung", ORDERING)
def test_what_is_sent_again_and_never_comes_stands_where_it_was_sent_again(rung):
    trace = Scenario(rung, **ONE_AND_TWO).run(*(Drop(f"m1/msg:R#{number}") for number in range(1, 7)))
    assert both(trace) == (["two", "one"], [])  # two is held back to the end
    two_is_lost = [*ONE_FAILS, *(Drop(f"m2/msg:R#{number}") for number in (1, 2, 3))]
    assert both(Scenario(rung, **ONE_AND_TWO).run(*two_is_lost)) == (["two", "one"], ["one"])


@pytest.mark.parametrize("rung", ORDERING)
def test_what_was_shown_before_it_was_sent_again_stays_where_it_was_said(rung):
    trace = Scenario(rung, **ONE_AND_TWO).run(*(Drop(f"m1/ack:N#{number}") for number in (1, 2, 3)))
    assert trace.happened("resend")
    assert both(trace) == (["one", "two"], ["one", "two"])
    assert trace.promises["in_order"]


@pytest.mark.parametrize("rung", ORDERING)
def test_what_was_under_way_when_it_was_sent_again_stands_where_it_was_said(rung):
    says = [Say("one"), Say("two")]
    trace = Scenario(rung, say=says, latency=151, retries=0, resend=[Resend("m1", at=300)]).run()
    assert both(trace) == (["one", "two"], ["one", "two"])
    assert trace.promises["in_order"]


@pytest.mark.parametrize("rung", ORDERING)
def test_what_could_not_be_sent_again_stays_where_it_was_said(rung):
    trace = Scenario(rung, **ONE_AND_TWO).run()
    assert [event.text for event in trace.happened("unsaid")] == ["m1 is delivered"]
    assert both(trace) == (["one", "two"], ["one", "two"])


@pytest.mark.parametrize("rung", BELOW)
def test_below_ordered_nothing_is_said_anew(rung):
    trace = Scenario(rung, **ONE_AND_TWO).run(*ONE_FAILS)
    assert both(trace) == (["one", "two"], ["two", "one"])
    assert [said.late for said in trace.messages] == [("bob",), ()]


class ShowsAtOnce(Client):
    """Holds nothing back."""

    def in_turn(self, kept):
        super().in_turn(kept)
        return [kept]


def agree(trace):
    """Whether every person reads each conversation in the order in which it stands on its sender's phone."""
    chats = {phone["person"]: [bubble["said"] for bubble in phone["bubbles"]] for phone in phones(trace)}
    to = {event.said: event.to for event in trace.happened("say")}
    conversations = defaultdict(list)
    for said in trace.messages:
        for receiver in said.to:
            if said.shown[receiver]:
                conversations[said.sender, to[said.msgid], receiver].append(said.msgid)
    return all(
        chats[sender].index(one) < chats[sender].index(other)
        for (sender, _, receiver), saids in conversations.items()
        for one, other in pairwise(sorted(saids, key=chats[receiver].index))
    )


@given(runs(ORDERING), st.sampled_from([Client, ShowsAtOnce]))
def test_in_order_is_kept_if_and_only_if_the_phones_agree(case, client):
    scenario, faults = case
    trace = replace(scenario, client=client).run(*faults)
    assert trace.promises["in_order"] == agree(trace)


@pytest.mark.parametrize("again", [(), (Resend("m1", at=2000),)])
def test_sometimes_the_phones_do_not_agree(again):
    says = [Say("one"), Say("two", at=50), Say("three", at=3000)]
    trace = Scenario("ordered", say=says, resend=again, client=ShowsAtOnce).run(Delay("m1/msg:N", by=4000), *[
        Drop(f"m1/msg:R#{number}") for number in (2, 3)
    ])  # fmt: skip
    assert trace.promises["in_order"] == agree(trace)
    assert trace.promises["in_order"] == bool(again)
