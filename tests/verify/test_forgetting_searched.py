"""Searches in scenarios in which something is forgotten: what they find is true, and a limit that is enough passes."""

import pytest

from imteach import Client, Offline, Say, Scenario, check, explore, machine_graph, stats
from imteach.protocol import Show

TWO = (Say("one"), Say("two", at=60))
AWAY = (Offline("bob", at=0, lasting=1000),)


def holding(found):
    return {promise: verdict.holds for promise, verdict in found.promises.items()}


@pytest.mark.parametrize(("limit", "holds"), [(0, False), (1, False), (2, True), (None, True)])
def test_without_a_clock_a_table_is_enough_if_all_that_is_said_fits_into_it(limit, holds):
    """Any msg:N may come as late as it likes: after all the others."""
    found = check(Scenario("dedup", say=TWO, retries=1, dedup_limit=limit), faults=1)
    assert found.finished
    assert found.promises["no_duplicates"].holds == holds
    if not holds:
        assert found.promises["no_duplicates"].trace.happened("forget")


@pytest.mark.parametrize(
    ("scenario", "kinds"),
    [
        (Scenario("dedup", dedup_for=700), ["drop"]),
        (Scenario("dedup", dedup_limit=0, retries=1), ["drop", "crash"]),
        (Scenario("offline", retries=0, store_for=700), ["drop", "away"]),
        (Scenario("durable", retries=0, dedup_for=700), ["crash", "late"]),
        (Scenario("ordered", say=TWO, retries=0, dedup_limit=1), ["duplicate"]),
    ],
)
def test_a_search_that_leaves_orders_out_finds_what_the_whole_one_does(scenario, kinds):
    reduced, whole = (check(scenario, 1, kinds, reduce=reduce) for reduce in (True, False))
    assert reduced.finished
    assert whole.finished
    assert holding(reduced) == holding(whole)
    assert reduced.sometimes == whole.sometimes
    for promise, verdict in reduced.promises.items():
        if not verdict.holds and verdict.steps:
            assert len(verdict.steps) == len(whole.promises[promise].steps)
            assert not verdict.trace.promises.get(promise, False)


def test_without_a_clock_what_is_forgotten_after_a_while_may_be_forgotten_at_any_moment():
    found = check(Scenario("dedup", dedup_for=10**9), faults=0)
    assert "bob's timer forget:m1 runs out" in found.promises["no_duplicates"].steps
    assert check(Scenario("dedup"), faults=0).promises["no_duplicates"].holds
    kept = check(Scenario("offline", store_for=10**9, retries=0), faults=0, given=AWAY)
    assert "server's timer forget:m1 runs out" in kept.promises["no_false_delivery"].steps


def test_with_a_clock_it_takes_the_time_that_it_takes():
    """The third msg:N comes at 700 ms, and the message was shown at 100 ms."""
    short, enough = (explore(Scenario("dedup", dedup_for=ms), faults=2) for ms in (599, 600))
    assert not short.promises["no_duplicates"].holds
    assert enough.promises["no_duplicates"].holds


def test_the_machine_of_a_client_shows_what_it_forgets_and_when():
    text = machine_graph(Scenario("durable", dedup_for=400, retries=0), "bob").to_text()
    assert "timer forget:m1 runs out" in text
    assert "forget m1 and erase dedup m1" in text


def test_nothing_is_left_behind_by_forgetting():
    for found in (
        check(Scenario("durable", say=TWO, retries=0, dedup_limit=1), faults=0),
        explore(Scenario("offline", store_for=300), faults=1, given=AWAY),
    ):
        assert found.promises["nothing_left_behind"].holds


def test_statistics_run_every_message_until_all_is_forgotten_and_know_no_closed_form():
    found = stats(Scenario("dedup", dedup_for=400), loss=0.3, messages=300)
    assert found.why_no_form == "msgids are forgotten"
    assert found.duplicates > 0
    assert stats(Scenario("dedup", dedup_for=10_000), loss=0.3, messages=300).duplicates == 0


def test_a_learners_class_is_given_the_numbers_too():
    class Loud(Client):
        def on_msg_n(self, packet):
            return [effect for effect in super().on_msg_n(packet) if isinstance(effect, Show) or True]

    found = explore(Scenario("dedup", say=TWO, dedup_limit=1, client=Loud), faults=1)
    assert not found.promises["no_duplicates"].holds
