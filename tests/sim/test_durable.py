"""The rung `durable`: what a crash takes, what it leaves, and the three wrong orders of writing."""

import pytest

from imteach import LADDER, Client, Crash, Drop, Partition, Say, Scenario
from imteach.protocol import Show, Transmit

BETWEEN = Crash("bob", after="show m1", down=50)
WRITING = [name for name, rung in LADDER.items() if rung.writes]
VOLATILE = [name for name, rung in LADDER.items() if not rung.writes]
THREE_LOST = [Drop(f"m1/msg:R#{n}") for n in (1, 2, 3)]


def broken(trace):
    return [name for name, holds in trace.promises.items() if not holds]


def statuses(trace):
    return [(e.t, e.status) for e in trace.happened("status", node="alice")]


# A crash of the receiver


@pytest.mark.parametrize("rung", ["dedup", "offline"])
def test_below_durable_a_crash_between_show_and_ack_shows_it_twice(rung):
    trace = Scenario(rung).run(BETWEEN)
    assert str(BETWEEN) == "crash bob@show:m1+50"
    assert trace.messages[0].shown == {"bob": 2}
    assert broken(trace) == ["no_duplicates"]


@pytest.mark.parametrize("rung", WRITING)
def test_from_durable_on_it_is_shown_once_and_acked_after_the_restart(rung):
    trace = Scenario(rung).run(BETWEEN)
    assert trace.messages[0].shown == {"bob": 1}
    assert [(e.t, e.packet) for e in trace.happened("discard")] == [(400, "m1/msg:N#2")]
    assert broken(trace) == []


@pytest.mark.parametrize("rung", WRITING)
def test_showing_and_marking_are_one_step_no_crash_falls_between(rung):
    for after in ("write m1", "show m1"):
        trace = Scenario(rung).run(Crash("bob", after=after, down=50))
        crash = trace.happened("crash")[0]
        assert [e.kind for e in trace.events[crash.id - 2 : crash.id + 1]] == ["write", "show", "crash"]
        assert trace.messages[0].shown == {"bob": 1}


def take_apart(effects):
    """A show that writes as two effects: the show alone, and the write."""
    (show, *rest) = effects
    return Show(show.msgid, show.message), show.write, rest


class ShowThenMark(Client):
    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
        if not isinstance(effects[0], Show):
            return effects
        show, mark, rest = take_apart(effects)
        return [show, mark, *rest]


class MarkThenShow(Client):
    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
        if not isinstance(effects[0], Show):
            return effects
        show, mark, rest = take_apart(effects)
        return [mark, show, *rest]


class AckBeforeShow(Client):
    def on_msg_n(self, packet):
        first, *rest = super().on_msg_n(packet)
        return [*rest, first]


@pytest.mark.parametrize(
    ("client", "after", "promise", "shown"),
    [
        (ShowThenMark, "show m1", "no_duplicates", 2),
        (MarkThenShow, "write m1", "no_false_delivery", 0),
        (AckBeforeShow, "send m1/ack:R#1", "no_false_delivery", 0),
    ],
)
def test_each_wrong_order_of_writing_breaks_its_promise(client, after, promise, shown):
    wrong = Scenario("durable", client=client)
    crash = Crash("bob", after=after, down=50)
    assert broken(wrong.run()) == []  # without the crash nobody notices
    trace = wrong.run(crash)
    assert promise in broken(trace)
    assert trace.messages[0].shown == {"bob": shown}
    assert broken(Scenario("durable").run(crash)) == []


def test_the_right_order_is_show_with_its_mark_and_then_the_ack():
    at_bob = [
        e.kind for e in Scenario("durable").run().events if e.node == "bob" and e.kind in ("write", "show", "send")
    ]
    assert at_bob == ["write", "show", "send"]


# A crash of the sender


@pytest.mark.parametrize("rung", WRITING)
def test_the_waiting_ack_queue_is_written_before_msg_r_and_survives_with_fresh_tries(rung):
    trace = Scenario(rung).run(Crash("alice", at=650, down=50), Partition("alice", "server", lasting=1350))
    sent = [p.sent for p in trace.packets if p.kind == "msg:R"]
    assert sent == [0, 300, 600, 700, 1000, 1300]
    assert trace.messages[0].status == "failed"
    kinds = [e.kind for e in trace.events if e.node == "alice" and e.kind in ("write", "send")]
    assert kinds.index("write") < kinds.index("send")


@pytest.mark.parametrize("rung", WRITING)
def test_an_entry_is_transmitted_again_after_the_restart(rung):
    trace = Scenario(rung).run(Drop("msg:R"), Crash("alice", at=10, down=50))
    assert [p.sent for p in trace.packets if p.kind == "msg:R"] == [0, 60]
    assert trace.state_at(60)["alice"]["queue"] == {"m1": 1}
    assert broken(trace) == []


@pytest.mark.parametrize("rung", WRITING)
def test_a_message_that_was_settled_is_not_sent_again(rung):
    done = Scenario(rung).run(Crash("alice", at=500))
    assert done.counts["msg:R"] == 1
    failed = Scenario(rung).run(*THREE_LOST, Crash("alice", at=1000))
    assert failed.counts["msg:R"] == 3
    assert failed.messages[0].status == "failed"


@pytest.mark.parametrize("rung", VOLATILE)
@pytest.mark.parametrize("at", [10, 120])
def test_below_durable_what_was_on_its_way_is_forgotten(rung, at):
    trace = Scenario(rung).run(Drop("msg:N"), Crash("alice", at=at, down=50))
    (said,) = trace.messages
    settled = rung == "basic" and at == 120  # there ✓ is the end
    assert said.status == ("sent" if settled else "forgotten")
    if not settled:
        assert statuses(trace)[-1] == (at + 50, "forgotten")
        assert not trace.promises["no_silent_loss"]


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize(
    ("faults", "acked", "above"),
    [([], "delivered", "delivered"), (THREE_LOST, "failed", "failed"), ([Drop("msg:N")], "unconfirmed", "delivered")],
)
def test_what_a_screen_has_settled_stays_on_it(rung, faults, acked, above):
    trace = Scenario(rung).run(*faults, Crash("alice", at=2000))
    if rung == "basic":
        assert trace.messages[0].status == ("failed" if faults == THREE_LOST else "sent")
    else:
        assert trace.messages[0].status == (acked if rung == "acked" else above)
    assert not trace.happened("status", status="forgotten")


def test_an_ack_n_for_what_a_crash_made_us_forget_changes_nothing():
    trace = Scenario("offline").run(Crash("alice", at=10, down=20))
    assert trace.packet["m1/ack:N#1"].fate == "arrived"
    assert trace.messages[0].status == "forgotten"
    assert trace.messages[0].shown == {"bob": 1}


def test_what_is_said_while_the_client_is_down_is_not_said_and_the_trace_says_so():
    trace = Scenario("durable", say=[Say("one"), Say("two", at=150)]).run(Crash("alice", at=120, down=100))
    assert [(e.t, e.text, e.to) for e in trace.happened("unsaid")] == [(150, "two", "bob")]
    assert [said.text for said in trace.messages] == ["one"]


# The server's own disk


@pytest.mark.parametrize("rung", [name for name, rung in LADDER.items() if rung.stores])
def test_the_store_is_on_disk_before_the_fabricated_ack_n_and_survives(rung):
    from imteach import Offline

    away = Offline("bob", lasting=1500)
    for after in ("store m1", "send m1/ack:N#1"):
        trace = Scenario(rung).run(away, Crash("server", after=after, down=400))
        assert trace.messages[0].shown == {"bob": 1}
        assert trace.messages[0].status == "delivered"
        assert len(trace.happened("store")) == 1


def test_what_a_client_transmits_is_promised_by_what_it_wrote_before():
    client = Client("alice", LADDER["durable"], 2, lambda: "m1")
    from imteach.protocol import Message

    effects = client.command("say", Message(0, "alice", "bob", "hello"))
    written = next(n for n, effect in enumerate(effects) if getattr(effect, "write", None))
    assert written < next(n for n, effect in enumerate(effects) if isinstance(effect, Transmit))
