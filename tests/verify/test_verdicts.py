"""The verdicts of both searches, for each rung and number of faults, are those that are written down."""

import os
from pathlib import Path

import pytest
from nightly import NIGHTLY
from verdicts import REASONS, SETTINGS, as_far_as_searched, disagreements, searched, whole

from imteach.protocol import LADDER

TABLE = Path(__file__).with_name("verdicts.md")


@pytest.fixture(scope="module")
def found():
    return {rung: searched(setting) for rung, setting in SETTINGS.items()}


def test_the_table_says_what_the_searches_find(found):
    text = whole(found)
    if os.environ.get("IMTEACH_WRITE_GOLDEN"):
        assert NIGHTLY, "the whole table is written by night: IMTEACH_NIGHTLY=1"
        TABLE.write_text(text, encoding="utf-8")
    assert as_far_as_searched(TABLE.read_text(encoding="utf-8")) == text


def test_it_has_every_rung():
    assert list(SETTINGS) == list(LADDER)
    assert all(setting.scenario.rung == rung for rung, setting in SETTINGS.items())


def test_where_the_two_disagree_the_reason_is_written_beside(found):
    assert set(REASONS) == {(rung, promise) for rung in found for promise in disagreements(found[rung])}


def test_what_breaks_with_a_clock_breaks_without_one(found):
    for timed, free in (pair for pairs in found.values() for pair in pairs):
        for promise, verdict in timed.promises.items():
            if verdict.example and free.finished:
                assert free.promises[promise].example


def test_dedup_under_drops_keeps_its_promises_as_long_as_there_are_retries(found):
    for faults, pair in enumerate(found["dedup"]):
        for search in pair:
            broken = {promise for promise, verdict in search.promises.items() if not verdict.holds}
            assert broken == ({"no_false_failure", "all_delivered"} if faults > 2 else set())
