"""A trace as JSON: the contract that other people's notebooks rely on."""

import json
from dataclasses import replace

from imteach import Client, Drop, Say, Scenario, Trace
from imteach.protocol import StartTimer, Transmit, Waiting

TOP = ["schema", "rung", "scenario", "faults", "unused", "packets", "events", "messages", "promises"]


def out(trace):
    return json.loads(trace.to_json())


def test_dedup_with_ack_n_dropped_is_the_example_of_the_contract():
    data = out(Scenario("dedup").run(Drop("ack:N")))
    assert list(data) == TOP
    assert data["schema"] == "imteach/trace/1"
    assert data["rung"] == "dedup"
    assert data["faults"] == ["drop m1/ack:N#1"]
    assert data["unused"] == []
    assert data["packets"][0] == {
        "name": "m1/msg:R#1",
        "kind": "msg:R",
        "msgid": "m1",
        "src": "alice",
        "dst": "server",
        "sent": 0,
        "due": 50,
        "arrived": 50,
        "fate": "arrived",
    }
    assert data["events"][0] == {
        "id": 0,
        "t": 0,
        "node": "alice",
        "kind": "say",
        "causes": [],
        "msgid": "m1",
        "text": "hello",
        "to": "bob",
    }
    assert data["messages"] == [
        {
            "msgid": "m1",
            "from": "alice",
            "to": ["bob"],
            "text": "hello",
            "status": "delivered",
            "shown": {"bob": 1},
            "stored": {"bob": 0},
        }
    ]
    assert data["promises"] == {
        "no_duplicates": True,
        "no_false_delivery": True,
        "no_silent_loss": True,
        "no_false_failure": True,
        "all_delivered": True,
    }
    assert "m1/msg:R#2" in [packet["name"] for packet in data["packets"]]


def test_retransmit_with_ack_n_dropped_shows_it_twice():
    data = out(Scenario("retransmit").run(Drop("ack:N")))
    assert data["messages"][0]["shown"] == {"bob": 2}
    assert [name for name, holds in data["promises"].items() if not holds] == ["no_duplicates"]


def test_the_whole_story_of_a_drop_on_basic():
    data = out(Scenario("basic").run(Drop("msg:N")))
    told = [(e["id"], e["t"], e["node"], e["kind"], e["causes"], e.get("packet")) for e in data["events"]]
    assert told == [
        (0, 0, "alice", "say", [], None),
        (1, 0, "alice", "status", [0], None),
        (2, 0, "alice", "send", [0], "m1/msg:R#1"),
        (3, 0, "alice", "timer_start", [0], None),
        (4, 50, "server", "arrive", [2], "m1/msg:R#1"),
        (5, 50, "server", "send", [4], "m1/msg:A#1"),
        (6, 50, "server", "send", [4], "m1/msg:N#1"),
        (7, 80, "network", "drop", [6], "m1/msg:N#1"),
        (8, 100, "alice", "arrive", [5], "m1/msg:A#1"),
        (9, 100, "alice", "timer_cancel", [8], None),
        (10, 100, "alice", "status", [8], "m1/msg:A#1"),
    ]
    assert data["packets"][2]["arrived"] is None
    assert data["packets"][2]["fate"] == "dropped"


def test_a_retransmission_is_told_step_by_step():
    events = Scenario("retransmit").run(Drop("ack:N")).events
    fired = next(event for event in events if event.kind == "timer_fire")
    again, sent, started = events[fired.id + 1 : fired.id + 4]
    assert (again.kind, again.packet, again.causes) == ("retransmit", "m1/msg:R#2", (fired.id,))
    assert (sent.kind, sent.packet, sent.causes) == ("send", "m1/msg:R#2", (again.id,))
    assert (started.kind, started.timer, started.until, started.causes) == ("timer_start", "m1", 600, (fired.id,))
    assert events[fired.causes[0]].kind == "timer_start"


def test_a_show_and_a_discard_name_the_packet_that_led_to_them():
    events = Scenario("dedup").run(Drop("ack:N")).events
    assert [(e.kind, e.t, e.node, e.packet, e.msgid) for e in events if e.kind in ("show", "discard")] == [
        ("show", 100, "bob", "m1/msg:N#1", "m1"),
        ("discard", 400, "bob", "m1/msg:N#2", "m1"),
    ]


def test_unused_faults_are_listed_in_full():
    data = out(Scenario("basic").run(Drop("ack:N"), Drop("msg:A")))
    assert data["faults"] == ["drop m1/ack:N#1", "drop m1/msg:A#1"]
    assert data["unused"] == ["drop m1/ack:N#1"]


def test_messages_have_a_row_for_each_thing_said_in_order():
    data = out(Scenario("basic", say=[Say("two", at=10), Say("one", "bob", "alice")]).run())
    assert [(row["msgid"], row["from"], row["to"], row["text"]) for row in data["messages"]] == [
        ("m1", "bob", ["alice"], "one"),
        ("m2", "alice", ["bob"], "two"),
    ]


class NewMsgidEachTime(Client):
    """A bug: it asks for a new msgid at each retransmission."""

    def on_timer(self, msgid):
        message, tries = self.queue.pop(msgid)
        fresh = self.new_msgid()
        self.queue[fresh] = Waiting(message, tries + 1)
        return [Transmit(self.msg_r(fresh, message)), StartTimer(fresh), self.report(fresh, "sending")]


def test_one_thing_said_is_one_row_whatever_msgids_its_retransmissions_get():
    trace = Scenario("dedup", client=NewMsgidEachTime).run(Drop("ack:N"))
    (said,) = trace.messages
    assert (said.msgid, said.status, said.shown) == ("m1", "delivered", {"bob": 2})
    assert not trace.promises["no_duplicates"]
    again = trace.packet["m2/msg:R#1"]
    assert (again.said, out(trace)["packets"][6]["said"]) == ("m1", "m1")
    assert [(e.kind, e.packet) for e in trace.events if e.kind == "retransmit"] == [("retransmit", "m2/msg:R#1")]
    (fired,) = (e for e in trace.events if e.kind == "timer_fire")
    assert fired.new_msgids == ("m2",)


def test_the_text_is_one_line_for_each_packet_event_and_message_and_ends_with_a_newline():
    trace = Scenario("dedup", say=[Say("a\nb ✓")]).run()
    text = trace.to_json()
    assert text.endswith("}\n")
    assert "✓" in text  # readable, not \u2713
    assert len(text.splitlines()) == len(TOP) + len(trace.packets) + len(trace.events) + len(trace.messages)


def test_times_that_are_whole_are_written_whole():
    data = out(Scenario("dedup", latency=0.5, rto=300.0).run())
    assert [packet["arrived"] for packet in data["packets"]] == [0.5, 1, 1, 1.5, 2, 2]
    assert '"arrived": 1,' in Scenario("dedup", latency=0.5).run().to_json()


def test_the_scenario_is_in_the_file_so_that_it_can_be_run_again():
    scenario = Scenario(
        "dedup",
        say=[Say("hi", "carol", "bob", 2.5)],
        people=["bob", "carol", "dave"],
        latency={"bob": 7},
        rto=90,
        retries=4,
        backoff=1.5,
    )
    read = Trace.from_json(scenario.run(Drop("msg:A")).to_json())
    assert read.scenario == scenario
    assert read.scenario.run(*read.faults) == read


def test_a_run_may_last_longer_than_any_one_wait_in_it():
    trace = Scenario("dedup", rto=10**9, retries=3).run(*(Drop(f"msg:R#{n}") for n in (1, 2, 3, 4)))
    assert trace.events[-1].t == 4 * 10**9
    read = Trace.from_json(trace.to_json())
    assert read == trace
    assert read.state_at(4 * 10**9)["alice"]["status"] == {"m1": "failed"}


def test_a_trace_says_in_one_line_what_came_of_it():
    assert repr(Scenario("retransmit").run(Drop("ack:N"))) == (
        '<Trace of "retransmit", drop m1/ack:N#1: m1 delivered, shown to bob 2 times; broken: no_duplicates>'
    )
    assert repr(Scenario("dedup").run()) == ('<Trace of "dedup": m1 delivered, shown to bob 1 time; all promises kept>')
    assert repr(Scenario("dedup", say=[]).run()) == '<Trace of "dedup": nothing said; all promises kept>'


def test_a_run_that_goes_round_for_ever_says_from_when_on_and_another_does_not():
    trace = Scenario("retransmit").run(Drop("ack:N"))
    assert (trace.loop, "loop" in trace.to_json()) == (None, False)
    round_and_round = replace(trace, loop=250)
    assert round_and_round != trace
    assert list(out(round_and_round)) == [*TOP[:5], "loop", *TOP[5:]]
    assert out(round_and_round)["loop"] == 250
    read = Trace.from_json(round_and_round.to_json())
    assert read == round_and_round
    assert read.loop == 250
