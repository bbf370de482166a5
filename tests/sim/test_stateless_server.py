"""The stateless server: restarted at every position of a run, it loses nothing that the sender's tries don't repair."""

import pytest

from imteach import LADDER, Crash, Offline, Say, Scenario

SAYS = [Say("hello"), Say("hi", "bob", "alice", at=20), Say("and?", at=130)]
SCENARIO = Scenario("dedup", say=SAYS)
PLAIN = SCENARIO.run()
RESTARTED = [name for name, rung in LADDER.items() if rung.dedups]


def positions(trace):
    """A crash of the server at each moment at which something happens, and after each effect of the server."""
    for t in sorted({event.t for event in trace.events}):
        yield {"at": t}
    for event in trace.events:
        if event.node == "server" and event.kind in ("send", "store", "write"):
            yield {"after": f"{event.kind} {event.packet if event.kind == 'send' else event.msgid}"}


POSITIONS = list(positions(PLAIN))


def test_every_position_is_tried():
    assert len([p for p in POSITIONS if "after" in p]) == 4 * len(SAYS)  # msg:A, msg:N, ack:A, ack:N for each message
    assert len([p for p in POSITIONS if "at" in p]) == len({event.t for event in PLAIN.events})


@pytest.mark.parametrize("rung", RESTARTED)
@pytest.mark.parametrize("down", [1, 50, 300, 400])
def test_down_for_less_than_the_tries_last_nothing_is_lost(rung, down):
    """The last transmission leaves at 600 ms and must find the server, and the receiver known to it."""
    for position in POSITIONS:
        trace = Scenario(rung, say=SAYS).run(Crash("server", **position, down=down))
        assert trace.happened("crash"), position
        assert all(trace.promises.values()), position
        assert LADDER[rung].stores or not trace.happened("store")  # below offline by retransmission alone


def test_without_retransmission_the_same_restarts_lose_messages():
    lost = [
        p
        for p in POSITIONS
        if not all(Scenario("acked", say=SAYS).run(Crash("server", **p, down=50)).promises.values())
    ]
    assert len(lost) > len(POSITIONS) / 2


def test_the_server_knows_of_no_message_before_or_after():
    for position in POSITIONS:
        trace = SCENARIO.run(Crash("server", **position, down=50))
        (restart,) = trace.happened("restart")
        assert trace.state_at(restart.t)["server"]["timers"] == {}
        assert "store" not in trace.state_at(restart.t)["server"]


def test_down_for_longer_than_the_tries_last_the_sender_says_failed_truthfully():
    for rung in RESTARTED:
        trace = Scenario(rung).run(Crash("server", at=10, down=1000))
        (said,) = trace.messages
        assert (said.status, said.shown) == ("failed", {"bob": 0})
        assert [name for name, holds in trace.promises.items() if not holds] == ["all_delivered"]


def test_down_for_longer_after_the_message_came_through_the_failure_is_false_as_for_every_protocol():
    broken = set()
    for position in POSITIONS:
        trace = SCENARIO.run(Crash("server", **position, down=1500))
        broken |= {name for name, holds in trace.promises.items() if not holds}
        assert all(said.status in ("delivered", "failed") for said in trace.messages)
    assert broken == {"no_false_failure", "all_delivered"}  # the two generals; never a silent loss, never a duplicate


def test_what_it_keeps_for_the_absent_outlives_a_restart_at_every_position():
    scenario, away = Scenario("offline", say=SAYS), Offline("bob", at=5, lasting=1500)
    for position in positions(scenario.run(away)):
        trace = scenario.run(away, Crash("server", **position, down=100))
        assert trace.promises["no_false_delivery"], position
        assert trace.promises["no_silent_loss"], position
        assert trace.promises["no_duplicates"], position
