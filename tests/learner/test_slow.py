"""A method that takes long is told in a warning with its line; a search asks it once for each step, and is right."""

import time
import warnings

import pytest

from imteach import Client, Scenario, Server, check, examine, explore
from imteach.learner.slow import LONG, RULE, SlowWarning
from imteach.verify.search import machine

SECONDS = 0.3


class Sleeps(Client):
    def on_msg_n(self, packet):
        time.sleep(SECONDS)
        return super().on_msg_n(packet)


class SleepsInAHelper(Client):
    def show_or_discard(self, packet):
        time.sleep(SECONDS)
        return super().show_or_discard(packet)


class SleepsAtFirst(Client):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        time.sleep(SECONDS)


class Computes(Server):
    def on_ack_r(self, packet):
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until:
            sum(range(100_000))
        return super().on_ack_r(packet)


def warned(run, **classes):
    with pytest.warns(SlowWarning) as caught:
        found = run(Scenario("dedup", **classes))
    return found, [str(warning.message) for warning in caught]


@pytest.mark.parametrize(
    ("made", "method", "line"),
    [
        (Sleeps, "on_msg_n", "def on_msg_n(self, packet):"),
        (SleepsInAHelper, "show_or_discard", "def show_or_discard(self, packet):"),
        (SleepsAtFirst, "__init__", "def __init__(self, *args, **kwargs):"),
        (Computes, "on_ack_r", "def on_ack_r(self, packet):"),
    ],
)
def test_a_run_tells_which_method_is_slow_and_goes_on(made, method, line):
    trace, told = warned(Scenario.run, **{"server" if issubclass(made, Server) else "client": made})
    assert trace.events == Scenario("dedup").run().events
    (sentence,) = told
    assert sentence.startswith(f"one call of {made.__name__}.{method} took 0.")
    assert sentence.partition("; ")[2].startswith(f"{RULE} (line ")
    assert sentence.endswith(f" of test_slow.py: {line})")


def test_the_warning_points_at_the_method():
    with pytest.warns(SlowWarning) as caught:
        Scenario("dedup", client=Sleeps).run()
    assert caught[0].filename == __file__
    assert caught[0].lineno == Sleeps.on_msg_n.__code__.co_firstlineno


def test_a_run_that_is_slow_more_than_once_says_so_once():
    from imteach import Drop

    with pytest.warns(SlowWarning) as caught:
        Scenario("dedup", client=Sleeps).run(Drop("ack:R"))
    assert len(caught) == 1


def test_it_is_no_error_even_where_warnings_are():
    """As in these tests, where each warning is an error: what a run does may not depend on how fast the machine is."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert Scenario("dedup", client=Sleeps).run().events == Scenario("dedup").run().events


def asked(made, search):
    """Return how often `on_msg_n` of this class is called in a search."""
    calls = []

    class Counted(made):
        def on_msg_n(self, packet):
            calls.append(packet)
            return super().on_msg_n(packet)

    search(Scenario("dedup", client=Counted, retries=1))
    return len(calls)


@pytest.mark.filterwarnings("ignore::imteach.learner.slow.SlowWarning")
@pytest.mark.parametrize("search", [lambda scenario: check(scenario, 1), explore])
def test_a_search_asks_a_slow_step_once_and_finds_the_same(search, monkeypatch):
    monkeypatch.setattr(__name__ + ".SECONDS", 0.06)
    slow = asked(Sleeps, search)
    fast = asked(Client, search)
    monkeypatch.setattr(machine, "TIMES", 1)
    assert slow <= asked(Client, search) < fast
    found, ours = (search(Scenario("dedup", client=client, retries=1)) for client in (Sleeps, Client))
    assert {name: verdict.holds for name, verdict in found.promises.items()} == {
        name: verdict.holds for name, verdict in ours.promises.items()
    }


def test_a_step_that_takes_a_while_is_asked_twice_at_most(monkeypatch):
    monkeypatch.setattr(__name__ + ".SECONDS", machine.SLOW / 2)
    several = asked(Sleeps, check)
    monkeypatch.setattr(machine, "TIMES", 1)
    assert several <= 2 * asked(Sleeps, check) + 1


@pytest.mark.parametrize("search", [lambda scenario: check(scenario, 0), lambda scenario: explore(scenario, 0)])
def test_a_search_tells_it_too(search):
    _, told = warned(search, client=Sleeps)
    assert all(sentence.startswith("one call of Sleeps.on_msg_n took 0.") for sentence in told)


def test_an_examination_refuses_it_with_the_method_and_the_line():
    class Mine(Client):
        def on_msg_n(self, packet):
            time.sleep(0.5)
            return super().on_msg_n(packet)

    report = examine(Mine)
    assert "Mine is too slow to be examined: one run of the trial “one message” took 0." in report.reason
    assert "and there are hundreds; one call of Mine.on_msg_n took 0." in report.reason
    assert RULE in report.reason
    assert report.mistake.line.text == "def on_msg_n(self, packet):"
    assert report.tried[-1].verdict == "✕ cannot go on"


# Right neighbours


class Works(Client):
    """It works for a while, and not for long."""

    def on_msg_n(self, packet):
        time.sleep(LONG / 10)
        sum(range(100_000))
        return super().on_msg_n(packet)


class IsBusyTogether(Client):
    """All calls together take long, and none of them does."""

    def on_msg_n(self, packet):
        time.sleep(LONG / 5)
        return super().on_msg_n(packet)

    on_ack_n = on_msg_a = lambda self, packet: time.sleep(LONG / 5) or super().on_ack_n(packet)


@pytest.mark.parametrize("client", [Works, IsBusyTogether])
def test_what_takes_a_moment_is_not_told(client):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Scenario("dedup", client=client).run()
    assert caught == []


def test_what_ours_takes_is_not_told_of_the_learners(monkeypatch):
    """Ours may be slow on a busy machine: the learner's class has no method that was called in that."""

    class Mine(Client):
        def on_ack_a(self, packet):
            return super().on_ack_a(packet)

    real = Client.on_msg_n
    monkeypatch.setattr(Client, "on_msg_n", lambda self, packet: time.sleep(SECONDS) or real(self, packet))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Scenario("dedup", client=Mine).run()
    assert caught == []
