"""The log for ShiViz, read with the expression at its head, and the rules of vector clocks checked on what was read."""

import json
import re
import warnings

import pytest
from gallery import GALLERY

from imteach import Duplicate, Say, Scenario, Trace
from imteach.draw.sequence.shiviz import without_arrow


def read(log: str) -> list[tuple[str, dict[str, int], str]]:
    """The events of a log, as ShiViz reads a file: line 1 is the expression, line 2 what parts several runs."""
    expression, delimiter, text = log.split("\n", 2)
    assert delimiter == ""
    pattern = re.compile(f"^{expression.replace('(?<', '(?P<')}$", re.MULTILINE)
    return [(each["host"], json.loads(each["clock"]), each["event"]) for each in pattern.finditer(text)]


def quietly(trace: Trace) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trace.to_shiviz()


@pytest.mark.parametrize("name", GALLERY)
def test_the_clocks_of_every_run_are_vector_clocks(name: str) -> None:
    trace = GALLERY[name]
    log = read(quietly(trace))
    at_nodes = [event for event in trace.events if event.node != "network"]
    assert [host for host, _, _ in log] == [event.node for event in at_nodes]
    before: dict[str, dict[str, int]] = {}
    sent: dict[str, dict[str, int]] = {}
    for event, (host, clock, _) in zip(at_nodes, log, strict=True):
        last = before.get(host, {})
        assert clock[host] == last.get(host, 0) + 1
        assert all(clock[node] >= count for node, count in last.items())
        if event.kind == "send":
            sent[str(event.packet)] = clock
        if event.kind == "arrive":
            first = sent[str(event.packet).partition("~")[0]]
            assert all(clock[node] >= count for node, count in first.items())
            brings_news = first[trace.packet[str(event.packet)].src] > last.get(trace.packet[str(event.packet)].src, 0)
            assert brings_news == (event.packet not in without_arrow(trace))
        before[host] = clock


def test_packets_without_an_arrow_are_named_in_a_warning() -> None:
    with pytest.warns(UserWarning, match="^ShiViz draws no arrow for m1/msg:N#1~2: a copy, or overtaken") as told:
        Scenario("basic").run(Duplicate("msg:N")).to_shiviz()
    assert [warning.filename for warning in told] == [__file__], "where it was asked for"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Scenario("dedup").run().to_shiviz()


def test_what_is_lost_is_a_sending_that_says_so_and_what_is_typed_stays_on_its_line() -> None:
    says = [Say('a\n\u2028alice {"alice": 9}', to="constructor")]
    log = read(Scenario("basic", say=says).run().to_shiviz())
    assert log[0] == ("alice", {"alice": 1}, '0 ms: says “a  alice {"alice": 9}” to constructor')
    assert "constructor." in {host for host, _, _ in log}, "every object of JavaScript has a constructor"
    assert "30 ms" not in GALLERY["basic-msg-n-dropped"].to_shiviz()
    assert "50 ms: sends m1/msg:N#1, which is dropped\n" in GALLERY["basic-msg-n-dropped"].to_shiviz()
