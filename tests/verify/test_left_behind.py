"""`nothing_left_behind`: what nodes still hold when all is over, and what they may hold."""

import pytest
from real_bugs import BUGS

from imteach import LADDER, Client, Crash, Offline, Resend, Say, Scenario, Server, check, examine, explore
from imteach.protocol import CancelTimer, Waiting
from imteach.tell import why_broken
from imteach.trace.leftovers import left_behind

AWAY = (Offline("bob", at=0, lasting=1000),)


def adds(made, method, what):
    """A class that does something more in one of its methods; `kept` is a table of its own."""

    def init(self, *args, **kwargs):
        made.__init__(self, *args, **kwargs)
        self.kept = {}

    def more(self, packet):
        what(self, packet)
        return getattr(made, method)(self, packet)

    return type("Mine", (made,), {"__init__": init, method: more})


def put(key, value):
    return lambda self, packet: self.kept.update({key(self, packet): value(self, packet)})


class NeverEmptied(Client):
    """ack:N is noted, and the entry stays in the queue."""

    def on_ack_n(self, packet):
        return [CancelTimer(packet.msgid), self.report(packet.msgid, "delivered")]


def nothing(self, packet):
    return None


LEFT = {
    "a queue that grows": NeverEmptied,
    "whom it answered, by msgid": adds(Server, "on_msg_r", put(lambda s, p: p.msgid, lambda s, p: p.src)),
    "who was answered": adds(Server, "on_msg_r", put(lambda s, p: p.src, nothing)),
    "the last packet": adds(Server, "on_msg_r", lambda self, packet: setattr(self, "last", packet)),
    "a log of msgids": adds(Server, "on_ack_r", lambda self, packet: setattr(self, "log", [packet.msgid])),
    "a message": adds(Server, "on_ack_r", lambda self, packet: setattr(self, "log", (packet.message,))),
    "its text": adds(Server, "on_msg_r", lambda self, packet: setattr(self, "text", packet.message.text)),
}

KEPT = {
    "a folder of what was sent": adds(Client, "on_ack_n", put(lambda s, p: p.msgid, lambda s, p: p.message)),
    "an archive of entries": adds(Client, "on_msg_a", put(lambda s, p: p.msgid, lambda s, p: Waiting(p.message, 1))),
    "a history of what was shown": adds(Client, "on_msg_n", put(lambda s, p: p.msgid, lambda s, p: p.message)),
    "a dedup table of one's own": adds(Client, "on_msg_n", put(lambda s, p: p.msgid, nothing)),
    "numbers": adds(Client, "on_msg_a", put(lambda s, p: p.msgid, lambda s, p: 1)),
    "how many it answered": adds(Server, "on_msg_r", put(lambda s, p: p.src, lambda s, p: 1)),
    "a count": adds(Server, "on_msg_r", lambda self, packet: setattr(self, "count", 1)),
    "who is online": adds(Server, "on_msg_r", lambda self, packet: setattr(self, "here", list(self.online))),
    "who is not": adds(Server, "on_msg_r", lambda self, packet: setattr(self, "gone", [])),
}


def of(made, rung="dedup", **settings):
    return Scenario(rung, **{"client" if issubclass(made, Client) else "server": made}, **settings)


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_behind_is_found_by_both_searches(name):
    for search in (explore, check):
        verdict = search(of(LEFT[name], retries=1), 0).promises["nothing_left_behind"]
        assert not verdict.holds
        assert left_behind(verdict.trace)
        assert why_broken(verdict.trace, "nothing_left_behind")


@pytest.mark.parametrize("name", KEPT)
def test_what_may_be_held_is_not_left_behind(name):
    for search in (explore, check):
        assert search(of(KEPT[name], retries=1), 1).promises["nothing_left_behind"].holds


@pytest.mark.parametrize("rung", LADDER)
def test_ours_leave_nothing_behind(rung):
    given = AWAY if LADDER[rung].stores else ()
    kinds = ["drop", "crash"]
    assert explore(Scenario(rung), 2, kinds, given).promises["nothing_left_behind"].holds
    assert check(Scenario(rung, retries=0), 1, kinds, given).promises["nothing_left_behind"].holds


def test_what_is_in_the_store_is_not_left_behind_and_what_was_deleted_is():
    class Boxes(Server):
        """It holds what it keeps in a box of its own, and deletes it only there."""

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.box = {}

        def keep(self, to, kept):
            self.box[kept.msgid] = kept
            super().keep(to, kept)

    gone = explore(of(Boxes, "offline"), 0, given=[Offline("bob")])
    assert gone.promises["nothing_left_behind"].holds
    back = explore(of(Boxes, "offline"), 0, given=AWAY)
    assert back.promises["nothing_left_behind"].example is not None


def test_what_fails_and_what_is_sent_again_leaves_the_queue():
    for scenario, given in [
        (Scenario("dedup"), [Offline("bob")]),
        (Scenario("dedup", resend=[Resend("m1", at=2000)]), [Offline("bob", at=0, lasting=1800)]),
        (Scenario("durable", say=[Say("one"), Say("two", at=20)]), [Crash("alice", at=60, down=50)]),
    ]:
        assert explore(scenario, 1, given=given).promises["nothing_left_behind"].holds


def test_the_reason_names_the_attribute_and_the_message():
    trace = of(LEFT["a queue that grows"]).run()
    assert why_broken(trace, "nothing_left_behind").replace("\n    ", " ") == (
        "alice's screen says ✓✓ delivered, yet alice's client still holds “hello” (m1) in self.queue."
    )
    trace = of(LEFT["whom it answered, by msgid"], say=[Say("hello"), Say("hi", at=20)]).run()
    assert why_broken(trace, "nothing_left_behind").replace("\n    ", " ") == (
        "The server still holds “hello” (m1) in self.kept, and keeps it for nobody (and 1 more thing)."
    )
    assert why_broken(Scenario("dedup").run(), "nothing_left_behind") == ""


def test_in_an_examination_a_bug_that_does_harm_comes_first():
    report = examine(LEFT["a queue that grows"])
    assert (report.promise, report.faults, report.broken.trial) == ("nothing_left_behind", (), "one message")
    assert [row.verdict for row in report.tried].count("✕ left behind") > 1  # and yet it went on to the last trial
    assert report.left == ()
    made, rung = BUGS["AnswersOnce"]  # it remembers whom it answered, and so it loses messages
    assert examine(made, rung).promise != "nothing_left_behind"
