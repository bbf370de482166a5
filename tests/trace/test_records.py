"""Records of a run that are made when somebody looks: in all but that, a tuple."""

import copy
import pickle

import pytest

from imteach import Drop, Loss, Scenario, Trace
from imteach.sim.recorder import Recorder
from imteach.trace.records import Records


@pytest.fixture
def records():
    return Records(3, lambda: ("one", "two", "three"))


def test_they_are_made_once_and_only_when_looked_at():
    made = []
    records = Records(2, lambda: made.append("made") or (1, 2))
    assert len(records) == 2
    assert made == []
    assert (records[0], records[-1], list(records)) == (1, 2, [1, 2])
    assert made == ["made"]


def test_a_run_makes_no_record_until_somebody_looks(monkeypatch):
    def refuse(*_):
        raise AssertionError("a record was made")

    for name in ("events", "packets"):
        monkeypatch.setattr(Recorder, name, refuse)
    trace = Scenario("dedup").run(Loss(0.2, seed=1), Drop("m1/ack:N#1"))
    assert len(trace.packets) > 5
    assert len(trace.events) > len(trace.packets)
    with pytest.raises(AssertionError):
        trace.events[0]


def test_they_are_used_as_a_tuple_is(records):
    assert records == ("one", "two", "three")
    assert records == ("one", "two", "three")
    assert records != ["one", "two", "three"]
    assert records == Records(3, lambda: ("one", "two", "three"))
    assert (records[1:], records[::-1]) == (("two", "three"), ("three", "two", "one"))
    assert (records + ("four",), ("zero",) + records)[1][0] == "zero"  # noqa: RUF005  the sum itself is meant
    assert ("two" in records, records.index("two"), records.count("no")) == (True, 1, 0)
    assert (hash(records), repr(records)) == (hash(("one", "two", "three")), "('one', 'two', 'three')")


def test_a_copy_and_what_another_process_gets_are_plain_tuples(records):
    for twin in (pickle.loads(pickle.dumps(records)), copy.deepcopy(records)):
        assert type(twin) is tuple
        assert twin == records


def test_a_trace_equals_itself_read_again_and_sent_elsewhere():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    assert Trace.from_json(trace.to_json()) == trace == pickle.loads(pickle.dumps(trace))
    assert trace != Scenario("retransmit").run()
