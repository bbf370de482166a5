"""Why a promise is broken, in one sentence that is true of this very run."""

import re

import pytest
from hypothesis import given
from worlds import runs  # the random runs of the simulator's tests

from imteach import LADDER, Client, Drop, InputError, Offline, Say, Scenario, Server, Trace
from imteach.plain import plain
from imteach.protocol import (
    KINDS,
    PROMISES,
    SEARCHED,
    CancelTimer,
    Discard,
    Report,
    Show,
    StartTimer,
    Transmit,
    Waiting,
)
from imteach.tell import PROMISE_TITLES, in_short, why_broken


def why(trace):
    """The sentence for each broken promise."""
    return {name: why_broken(trace, name) for name, holds in trace.promises.items() if not holds}


def drops(*names):
    return [Drop(name) for name in names]


FALSE_FAILURE = "alice's screen says ! failed, yet bob was shown “hello” (m1) at 100 ms: "
SHOWN_BUT_FAILED = "bob was shown “hello” (m1) at 100 ms, but alice's screen says ! failed: "


# What one loss does


@pytest.mark.parametrize(
    ("rung", "lost", "sentences"),
    [
        (
            "basic",
            None,
            {
                "all_delivered": "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓ sent: "
                "this rung has no ack:R, ack:A and ack:N, so alice can never know."
            },
        ),
        (
            "basic",
            "msg:R",
            {
                "all_delivered": "bob never saw “hello” (m1), because m1/msg:R#1 was dropped; "
                "alice's screen says ! failed."
            },
        ),
        (
            "basic",
            "msg:A",
            {
                "no_false_failure": FALSE_FAILURE + "m1/msg:A#1 was dropped, so alice's client gave up at 300 ms.",
                "all_delivered": SHOWN_BUT_FAILED + "m1/msg:A#1 was dropped, so alice's client gave up at 300 ms.",
            },
        ),
        (
            "basic",
            "msg:N",
            {
                "no_silent_loss": "bob never saw “hello” (m1), because m1/msg:N#1 was dropped, "
                "yet alice's screen says ✓ sent and nobody will ever know.",
                "all_delivered": "bob never saw “hello” (m1), because m1/msg:N#1 was dropped; "
                "alice's screen says ✓ sent.",
            },
        ),
        ("acked", None, {}),
        (
            "acked",
            "msg:N",
            {
                "all_delivered": "bob never saw “hello” (m1), because m1/msg:N#1 was dropped; "
                "alice's screen says ✓? unconfirmed."
            },
        ),
        (
            "acked",
            "ack:R",
            {
                "all_delivered": "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓? unconfirmed, "
                "because m1/ack:R#1 was dropped."
            },
        ),
        (
            "retransmit",
            "ack:N",
            {
                "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: m1/ack:N#1 was dropped, "
                "so alice, still waiting, sent msg:R again at 300 ms."
            },
        ),
        (
            "retransmit",
            "ack:R",
            {
                "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: m1/ack:R#1 was dropped, "
                "so alice, still waiting, sent msg:R again at 300 ms."
            },
        ),
        ("dedup", "ack:N", {}),
    ],
)
def test_one_loss(rung, lost, sentences):
    assert why(Scenario(rung).run(*drops(*[lost] if lost else []))) == sentences


# Several losses


def test_when_every_ack_n_is_lost_each_is_named():
    trace = Scenario("dedup").run(*drops("ack:N", "ack:N#2", "ack:N#3"))
    reason = "m1/ack:N#1, m1/ack:N#2 and m1/ack:N#3 were dropped, so alice's client gave up at 900 ms."
    assert why(trace) == {"no_false_failure": FALSE_FAILURE + reason, "all_delivered": SHOWN_BUT_FAILED + reason}


def test_when_very_many_are_lost_the_first_are_named_and_the_rest_counted():
    trace = Scenario("retransmit", retries=9).run(*drops(*(f"ack:N#{n}" for n in range(1, 11))))
    assert why(trace)["no_false_failure"] == FALSE_FAILURE + (
        "m1/ack:N#1, m1/ack:N#2, m1/ack:N#3, m1/ack:N#4 and 6 more were dropped, so alice's client gave up at 3000 ms."
    )
    assert why(trace)["no_duplicates"].startswith(
        "bob was shown “hello” (m1) 10 times, at 100 ms, at 400 ms, at 700 ms, at 1000 ms and 6 more: m1/ack:N#1 was"
    )


def test_one_more_than_a_few_is_named_too():
    trace = Scenario("retransmit", retries=4).run(*drops(*(f"ack:N#{n}" for n in range(1, 6))))
    assert why(trace)["no_false_failure"].endswith(
        "m1/ack:N#4 and m1/ack:N#5 were dropped, so alice's client gave up at 1500 ms."
    )
    assert "at 1000 ms and at 1300 ms: m1/ack:N#1 was dropped" in why(trace)["no_duplicates"]


def test_losses_at_different_places_are_told_in_the_order_of_the_transmissions():
    trace = Scenario("retransmit").run(*drops("ack:N", "msg:R#2", "ack:N#2"))
    assert why(trace)["no_duplicates"] == (
        "bob was shown “hello” (m1) twice, at 100 ms and at 700 ms: m1/ack:N#1 and m1/msg:R#2 were dropped, "
        "so alice, still waiting, sent msg:R again at 600 ms."
    )


def test_on_acked_a_false_failure_takes_two_losses_and_both_are_named():
    trace = Scenario("acked").run(*drops("msg:A", "ack:R"))
    assert why(trace)["no_false_failure"] == FALSE_FAILURE + (
        "m1/ack:R#1 and m1/msg:A#1 were dropped, so alice's client gave up at 300 ms."
    )


# A timer that is too short: nothing was lost, and nothing is said to be


def test_a_duplicate_made_by_a_short_timer():
    trace = Scenario("retransmit", rto=60, retries=1).run()
    assert why(trace) == {
        "no_duplicates": "bob was shown “hello” (m1) twice, at 100 ms and at 160 ms: alice's timer ran out at 60 ms, "
        "before m1/ack:N#1 could arrive at 200 ms, so alice sent msg:R again."
    }


def test_a_loss_is_not_blamed_for_what_a_short_timer_did():
    trace = Scenario("retransmit", rto=60, retries=1).run(*drops("ack:N"))
    assert why(trace)["no_duplicates"].endswith(
        "alice's timer ran out at 60 ms, before any ack:N could arrive, so alice sent msg:R again."
    )


def test_a_loss_is_blamed_where_the_timer_was_just_long_enough():
    trace = Scenario("retransmit", rto=200, retries=1).run(*drops("ack:N"))
    assert "m1/ack:N#1 was dropped, so alice, still waiting, sent msg:R again at 200 ms" in why(trace)["no_duplicates"]


def test_a_false_failure_made_by_a_short_timer():
    trace = Scenario("basic", rto=60).run()
    assert why(trace)["no_false_failure"] == FALSE_FAILURE + (
        "alice's client gave up at 60 ms, before m1/msg:A#1 could arrive at 100 ms."
    )


def test_a_false_failure_made_by_a_loss_and_a_short_timer():
    trace = Scenario("acked", rto=60).run(*drops("ack:N"))
    assert why(trace)["no_false_failure"] == FALSE_FAILURE + (
        "alice's client gave up at 60 ms, before m1/msg:A#1 could arrive at 100 ms, and m1/ack:N#1 was dropped, "
        "so no later ack:N corrected it."
    )


@pytest.mark.parametrize(
    ("scenario", "lost", "reason"),
    [
        (
            Scenario("retransmit", rto=80, retries=0),
            ["ack:R"],
            (
                "alice's client gave up at 80 ms, before any ack:N could arrive, and m1/ack:R#1 was dropped, "
                "so no later ack:N corrected it."
            ),
        ),
        (
            Scenario("retransmit", rto=80, retries=1),
            ["ack:R", "msg:N#2"],
            (
                "alice's client gave up at 160 ms, before any ack:N could arrive, and m1/ack:R#1 and m1/msg:N#2 "
                "were dropped, so no later ack:N corrected it."
            ),
        ),
        (
            Scenario("retransmit", rto=80, retries=2),
            ["ack:N", "ack:N#2", "ack:R#3"],
            (
                "m1/ack:N#1 was dropped, so alice's client gave up at 240 ms, and m1/ack:N#2 and m1/ack:R#3 "
                "were dropped, so no later ack:N corrected it."
            ),
        ),
        (Scenario("basic", rto=80), ["msg:A"], "alice's client gave up at 80 ms, before any answer could arrive."),
        (Scenario("basic", rto=100), ["msg:A"], "m1/msg:A#1 was dropped, so alice's client gave up at 100 ms."),
        (
            Scenario("acked", rto=80),
            ["msg:A", "ack:N"],
            (
                "alice's client gave up at 80 ms, before any answer could arrive, and m1/ack:N#1 was dropped, "
                "so no later ack:N corrected it."
            ),
        ),
        (
            Scenario("acked", rto=150),
            ["msg:A", "ack:N"],
            (
                "m1/msg:A#1 was dropped, so alice's client gave up at 150 ms, and m1/ack:N#1 was dropped, "
                "so no later ack:N corrected it."
            ),
        ),
        (
            Scenario("acked", rto=200),
            ["msg:A", "ack:N"],
            "m1/ack:N#1 and m1/msg:A#1 were dropped, so alice's client gave up at 200 ms.",
        ),
    ],
)
def test_only_what_could_have_come_in_time_is_a_reason_to_give_up(scenario, lost, reason):
    assert why(scenario.run(*drops(*lost)))["no_false_failure"] == FALSE_FAILURE + reason


def test_a_late_msg_a_is_an_answer_but_no_ack_n():
    slow = Scenario("retransmit", latency={"bob": 100}, rto=200, retries=0)
    assert why(slow.run(*drops("ack:N")))["no_false_failure"].endswith(
        "alice's client gave up at 200 ms, before any ack:N could arrive, and m1/ack:N#1 was dropped, "
        "so no later ack:N corrected it."
    )


def test_what_an_answer_could_have_come_by_is_reckoned_with_broken_numbers_too():
    trace = Scenario("basic", latency=0.1, rto=0.6, say=[Say(at=0.1)]).run(*drops("msg:A"))
    assert "m1/msg:A#1 was dropped, so alice's client gave up at 0.7 ms" in why(trace)["no_false_failure"]


# Several messages, and what people write


def test_the_first_message_is_explained_and_the_others_counted():
    says = [Say("one"), Say("two", "bob", "alice"), Say("three"), Say("four")]
    two = Scenario("basic", say=says).run(*drops("m2/msg:N", "m3/msg:N"))
    assert why(two)["no_silent_loss"] == (
        "alice never saw “two” (m2), because m2/msg:N#1 was dropped, yet bob's screen says ✓ sent "
        "and nobody will ever know (and 1 more message)."
    )
    three = Scenario("basic", say=says).run(*drops("m2/msg:N", "m3/msg:N", "m4/msg:N"))
    assert why(three)["no_silent_loss"].endswith(" (and 2 more messages).")


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("x" * 40, "“" + "x" * 40 + "”"),
        ("x" * 41, "“" + "x" * 39 + "…”"),
        ("two\nlines\tand   a tab", "“two lines and a tab”"),
        ("", "“”"),
        ("<b>&amp;", "“<b>&amp;”"),
        ("{names} %s", "“{names} %s”"),
        ("right\u202eleft\x00", "“right left”"),
    ],
)
def test_words_are_quoted_as_plain_text_on_one_line_and_cut_where_long(text, quoted):
    trace = Scenario("basic", say=[Say(text)]).run(*drops("msg:N"))
    assert f"bob never saw {quoted} (m1), because" in why_broken(trace, "no_silent_loss")
    assert f"bob is never shown {quoted}." in in_short(trace)


# A learner's own class: what it did is told, not what it should have done


class DiscardsInSilence(Client):
    def on_msg_n(self, packet):
        effect = self.show_or_discard(packet)
        return [effect] if isinstance(effect, Discard) else [effect, *self.acknowledge(packet)]


class AcksWithoutShowing(Client):
    def on_msg_n(self, packet):
        return self.acknowledge(packet)


class DiscardsAll(Client):
    def on_msg_n(self, packet):
        return [Discard(packet.msgid, packet.message), *self.acknowledge(packet)]


class BelievesMsgA(Client):
    def on_msg_a(self, packet):
        return self.on_ack_n(packet)


class IgnoresAckN(Client):
    def on_ack_n(self, packet):
        return []


class OnlyReports(Client):
    def on_ack_n(self, packet):
        return [self.report(packet.msgid, "delivered")]


class OnlyStopsItsTimer(Client):
    def on_ack_n(self, packet):
        return [CancelTimer(packet.msgid)]


class ReportsFailed(Client):
    def on_ack_n(self, packet):
        return [self.report(packet.msgid, "failed")]


class ReportsAndWaitsOn(Client):
    def on_ack_n(self, packet):
        return [self.report(packet.msgid, "sent"), StartTimer(packet.msgid)]


class AlwaysReportsSent(Client):
    def on_msg_a(self, packet):
        return [self.report(packet.msgid, "sent")]


class AlwaysFails(Client):
    def on_timer(self, msgid):
        return [self.report(msgid, "failed")]


class FailsAnyway(AlwaysReportsSent, AlwaysFails):
    pass


class NewMsgids(Client):
    def on_timer(self, msgid):
        message, tries = self.queue.pop(msgid)
        fresh = self.new_msgid()
        self.queue[fresh] = Waiting(message, tries + 1)
        return [Transmit(self.msg_r(fresh, message)), StartTimer(fresh)]


class Mute(Client):
    def on_say(self, message):
        return []


class NeverDiscards(Client):
    def show_or_discard(self, packet):
        self.dedup.clear()
        return super().show_or_discard(packet)


class ShowsTwice(Client):
    def on_msg_n(self, packet):
        show, *rest = super().on_msg_n(packet)
        return [show, show, *rest]


class SendsTwice(Client):
    def on_say(self, message):
        report, send, timer = super().on_say(message)
        return [report, send, send, timer]


class ResendsAtMsgA(Client):
    def on_msg_a(self, packet):
        sent = super().on_msg_a(packet)
        return [*sent, Transmit(self.msg_r(packet.msgid, packet.message))] if sent else []


class FailsAtOnce(Client):
    def on_msg_a(self, packet):
        self.queue.clear()
        return [CancelTimer(packet.msgid), Report(packet.msgid, "failed")]


class FailsEarly(Client):
    def on_msg_a(self, packet):
        return [Report(packet.msgid, "failed")]  # and again at the timeout


class LateAck(Client):
    """It acknowledges only when a timer of its own runs out, 300 ms after it was shown the message."""

    def on_msg_n(self, packet):
        self.acks = [*getattr(self, "acks", ()), self.acknowledge(packet)]
        return [self.show_or_discard(packet), StartTimer(f"ack-{len(self.acks)}")]

    def on_timer(self, name):
        return self.acks.pop(0) if name.startswith("ack") else super().on_timer(name)


class NotifiesTwice(Server):
    def on_msg_r(self, packet):
        answer, notify = super().on_msg_r(packet)
        return [answer, notify, notify]


class KeepsMessages(Server):
    def on_msg_r(self, packet):
        return super().on_msg_r(packet)[:1]


class KeepsAcks(Server):
    def on_ack_r(self, packet):
        return super().on_ack_r(packet)[:1]


class AnswersNothing(Server):
    def on_msg_r(self, packet):
        return super().on_msg_r(packet)[1:]


@pytest.mark.parametrize(
    ("rung", "classes", "lost", "promise", "sentence"),
    [
        (
            "dedup",
            {"client": DiscardsInSilence},
            ["ack:N"],
            "no_false_failure",
            FALSE_FAILURE + "m1/ack:N#1 was dropped and bob's client sent no ack:R for m1/msg:N#2 and m1/msg:N#3, "
            "so alice's client gave up at 900 ms.",
        ),
        (
            "dedup",
            {"client": AcksWithoutShowing},
            [],
            "no_false_delivery",
            (
                "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 200 ms, yet bob never saw “hello” (m1), "
                "because bob's client got but did not show m1/msg:N#1."
            ),
        ),
        (
            "dedup",
            {"client": DiscardsAll},
            [],
            "all_delivered",
            "bob never saw “hello” (m1), because bob's client discarded m1/msg:N#1; alice's screen says ✓✓ delivered.",
        ),
        (
            "acked",
            {"client": BelievesMsgA},
            ["msg:N"],
            "no_false_delivery",
            (
                "alice's screen says ✓✓ delivered since m1/msg:A#1 arrived at 100 ms, yet bob never saw “hello” (m1), "
                "because m1/msg:N#1 was dropped."
            ),
        ),
        (
            "acked",
            {"client": BelievesMsgA},
            ["msg:N"],
            "no_silent_loss",
            (
                "bob never saw “hello” (m1), because m1/msg:N#1 was dropped, "
                "yet alice's screen says ✓✓ delivered and nobody will ever know."
            ),
        ),
        (
            "retransmit",
            {"client": IgnoresAckN},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) 3 times, at 100 ms, at 400 ms and at 700 ms: "
                "alice's client took no notice of m1/ack:N#1, so alice, still waiting, sent msg:R again at 300 ms."
            ),
        ),
        (
            "dedup",
            {"client": IgnoresAckN},
            [],
            "no_false_failure",
            FALSE_FAILURE + "alice's client took no notice of m1/ack:N#1, m1/ack:N#2 and m1/ack:N#3, "
            "so alice's client gave up at 900 ms.",
        ),
        (
            "retransmit",
            {"client": OnlyReports},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) 3 times, at 100 ms, at 400 ms and at 700 ms: "
                "alice's client reported delivered when m1/ack:N#1 arrived but kept its timer, "
                "so alice, still waiting, sent msg:R again at 300 ms."
            ),
        ),
        (
            "dedup",
            {"client": OnlyReports},
            [],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported delivered when m1/ack:N#1, m1/ack:N#2 and m1/ack:N#3 arrived "
            "but kept its timer, so alice's client gave up at 900 ms.",
        ),
        (
            "acked",
            {"client": OnlyReports},
            [],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported delivered when m1/ack:N#1 arrived but kept its timer, "
            "so alice's client gave up at 300 ms.",
        ),
        (
            "retransmit",
            {"client": ReportsFailed},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) 3 times, at 100 ms, at 400 ms and at 700 ms: "
                "alice's client reported failed when m1/ack:N#1 arrived but kept its timer, "
                "so alice, still waiting, sent msg:R again at 300 ms."
            ),
        ),
        (
            "dedup",
            {"client": ReportsFailed},
            [],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported failed when m1/ack:N#1 arrived at 200 ms.",
        ),
        (
            "dedup",
            {"client": OnlyStopsItsTimer},
            [],
            "all_delivered",
            (
                "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓ sent, "
                "because alice's client stopped its timer when m1/ack:N#1 arrived but reported nothing."
            ),
        ),
        (
            "acked",
            {"client": ReportsAndWaitsOn},
            [],
            "all_delivered",
            (
                "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓? unconfirmed, "
                "because alice's client reported sent and started its timer again when m1/ack:N#1 arrived."
            ),
        ),
        (
            "basic",
            {"client": FailsAnyway},
            [],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported sent when m1/msg:A#1 arrived but kept its timer, "
            "so alice's client gave up at 300 ms.",
        ),
        (
            "acked",
            {"client": AlwaysFails},
            ["ack:N"],
            "no_false_failure",
            FALSE_FAILURE + "m1/ack:N#1 was dropped, so alice's client gave up at 300 ms.",
        ),
        (
            "dedup",
            {"client": NewMsgids},
            ["ack:N"],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms as m2: m1/ack:N#1 was dropped, "
                "so alice, still waiting, sent msg:R again at 300 ms, "
                "and bob's client cannot recognise m2 as the same message."
            ),
        ),
        (
            "dedup",
            {"client": Mute},
            [],
            "no_silent_loss",
            (
                "bob never saw “hello” (m1), because alice's client never sent a msg:R for it, "
                "yet alice's screen says nothing and nobody will ever know."
            ),
        ),
        (
            "dedup",
            {"client": NeverDiscards},
            ["ack:N"],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: m1/ack:N#1 was dropped, "
                "so alice, still waiting, sent msg:R again at 300 ms, and bob's client did not discard it."
            ),
        ),
        (
            "acked",
            {"client": ShowsTwice},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 100 ms: "
                "bob's client showed it again without being sent it again."
            ),
        ),
        (
            "acked",
            {"client": SendsTwice},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 100 ms: "
                "alice's client sent msg:R again at 0 ms of its own accord."
            ),
        ),
        (
            "acked",
            {"client": ResendsAtMsgA},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 200 ms: "
                "alice's client sent msg:R again at 100 ms, when m1/msg:A#1 arrived."
            ),
        ),
        (
            "acked",
            {"client": FailsAtOnce},
            ["ack:N"],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported failed when m1/msg:A#1 arrived at 100 ms, "
            "and m1/ack:N#1 was dropped, so no later ack:N corrected it.",
        ),
        (
            "acked",
            {"client": FailsEarly},
            ["ack:N"],
            "no_false_failure",
            FALSE_FAILURE + "alice's client reported failed when m1/msg:A#1 arrived at 100 ms, "
            "and m1/ack:N#1 was dropped, so no later ack:N corrected it.",
        ),
        (
            "retransmit",
            {"client": LateAck},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: alice's timer ran out at 300 ms, "
                "before m1/ack:N#1 could arrive at 500 ms, so alice sent msg:R again."
            ),
        ),
        (
            "acked",
            {"server": NotifiesTwice},
            [],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 100 ms and at 100 ms: "
                "both m1/msg:N#1 and m1/msg:N#2 arrived, and no retransmission lies between them."
            ),
        ),
        (
            "retransmit",
            {"server": NotifiesTwice},
            ["msg:R"],
            "no_duplicates",
            (
                "bob was shown “hello” (m1) twice, at 400 ms and at 400 ms: "
                "both m1/msg:N#1 and m1/msg:N#2 arrived, and no retransmission lies between them."
            ),
        ),
        (
            "dedup",
            {"server": KeepsMessages},
            ["msg:R#2"],
            "all_delivered",
            (
                "bob never saw “hello” (m1), because the server sent no msg:N for m1/msg:R#1 and m1/msg:R#3, "
                "and m1/msg:R#2 was dropped; alice's screen says ! failed."
            ),
        ),
        (
            "acked",
            {"server": KeepsAcks},
            [],
            "all_delivered",
            (
                "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓? unconfirmed, "
                "because the server sent no ack:N for m1/ack:R#1."
            ),
        ),
        (
            "basic",
            {"server": AnswersNothing},
            [],
            "no_false_failure",
            FALSE_FAILURE + "the server sent no msg:A for m1/msg:R#1, so alice's client gave up at 300 ms.",
        ),
    ],
)
def test_a_learners_class_is_told_as_it_is(rung, classes, lost, promise, sentence):
    assert why_broken(Scenario(rung, **classes).run(*drops(*lost)), promise) == sentence


def test_a_late_ack_n_that_is_not_heeded_is_told_too():
    trace = Scenario("dedup", rto=80, retries=0, client=IgnoresAckN).run()
    assert why_broken(trace, "no_false_failure") == FALSE_FAILURE + (
        "alice's client gave up at 80 ms, before m1/ack:N#1 could arrive at 200 ms, "
        "and alice's client took no notice of m1/ack:N#1, so no later ack:N corrected it."
    )


def test_a_client_that_gives_up_before_ack_n_though_the_server_answered():
    trace = Scenario("acked", rto=150, client=AlwaysFails).run(*drops("ack:N"))
    assert why_broken(trace, "no_false_failure") == FALSE_FAILURE + (
        "alice's client gave up at 150 ms, before any ack:N could arrive, and m1/ack:N#1 was dropped, "
        "so no later ack:N corrected it."
    )


def test_a_client_that_takes_delivered_back():
    trace = Scenario("dedup", latency={"bob": 0}, rto=60, client=AlwaysReportsSent).run(*drops("ack:N#2"))
    assert why_broken(trace, "all_delivered") == (
        "bob was shown “hello” (m1) at 50 ms, but alice's screen says ✓ sent, because alice's client reported "
        "delivered at 100 ms, and later reported sent when m1/msg:A#2 arrived at 160 ms."
    )


def test_a_client_that_sends_again_at_ack_n():
    class SendsAgainOnce(Client):
        again = False

        def on_ack_n(self, packet):
            again, self.again = not self.again, True
            return [Transmit(self.msg_r(packet.msgid, packet.message))] if again else []

    trace = Scenario("acked", client=SendsAgainOnce).run()
    assert why_broken(trace, "all_delivered").endswith(
        "because alice's client sent msg:R again when m1/ack:N#1 arrived but reported nothing "
        "and alice's client took no notice of m1/ack:N#2."
    )
    trace = Scenario("dedup", client=SendsAgainOnce, retries=0).run()
    assert why_broken(trace, "no_false_failure") == FALSE_FAILURE + (
        "alice's client sent msg:R again when m1/ack:N#1 arrived but reported nothing, "
        "so alice's client gave up at 300 ms, and alice's client took no notice of m1/ack:N#2, "
        "so no later ack:N corrected it."
    )


# Every run


FRIENDS = {"friends": ["alice", "bob", "carol"]}


def test_in_a_group_a_sentence_is_about_a_member_at_whom_the_promise_is_broken():
    says = [Say("hello", "alice", "friends")]
    one_has_it = Scenario("group", groups=FRIENDS, say=says, retries=0).run(Drop("ack:N"), Offline("bob"))
    assert one_has_it.messages[0].shown == {"bob": 0, "carol": 1}
    assert why_broken(one_has_it, "no_false_failure").startswith(
        "alice's screen says ! failed, yet carol was shown “hello” (m1) at 100 ms: m1/ack:N#1 was dropped"
    )


class ForCarolTwice(Client):
    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
        return [*(effect for effect in effects if isinstance(effect, Show) and self.name == "carol"), *effects]


def test_in_a_group_what_one_was_shown_twice_is_not_told_of_who_was_never_shown_it():
    says = [Say("hello", "alice", "friends")]
    trace = Scenario("group", groups=FRIENDS, say=says, client=ForCarolTwice).run(Offline("bob"))
    assert trace.messages[0].shown == {"bob": 0, "carol": 2}
    assert why_broken(trace, "no_duplicates").startswith("carol was shown “hello” (m1) twice")


@given(runs())
def test_a_broken_promise_has_one_sentence_and_a_kept_one_has_none(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    for promise, holds in trace.promises.items():
        sentence = why_broken(trace, promise)
        assert (sentence == "") == holds
        if not holds:
            assert sentence.endswith(".")
            assert sentence == plain(sentence)
            assert len(sentence) < 600


@given(runs())
def test_every_packet_and_every_moment_in_a_sentence_is_one_of_the_run(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    moments = {str(event.t) for event in trace.events}
    for sentence in why(trace).values():
        spoken = re.sub("“.*?”", "", sentence)  # what a person said may hold anything
        named = re.findall(r"m\d+/[^\s,;:.)]+:\w#\d+", spoken)
        assert set(named) <= set(trace.packet)
        assert set(re.findall(r"at ([\d.]+) ms", spoken)) <= moments
        for names in re.findall(r"((?:m\d+/\S+:\w#\d+(?:, | and )?|\d+ more)+) (?:was|were) dropped", spoken):
            assert {trace.packet[name].fate for name in re.findall(r"m\d+/\w+:\w#\d+", names)} <= {"dropped"}


@given(runs(rungs=["retransmit"], kinds=(Drop,), resends=False))
def test_what_is_blamed_for_a_duplicate_is_to_blame(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    sentence = re.sub("“.*?”", "", why_broken(trace, "no_duplicates"))
    blamed = re.search(r": (.*) (?:was|were) dropped, so .* sent msg:R again at ([\d.]+) ms", sentence)
    early = re.search(r"timer ran out at ([\d.]+) ms", sentence)
    used = {fault.packet for fault in trace.faults} - {fault.packet for fault in trace.unused}
    if blamed and set(re.findall(r"m\d+/\w+:\w#\d+", blamed[1])) == used:
        assert retransmissions(scenario.run(), blamed[2]) < retransmissions(trace, blamed[2])
    if early:
        assert retransmissions(scenario.run(), early[1]) > 0


@given(runs(kinds=(Drop,), resends=False))
def test_what_is_blamed_for_giving_up_could_have_come_in_time(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    sentence = re.sub("“.*?”", "", why_broken(trace, "no_false_failure"))
    if blamed := re.search(r": (.*) (?:was|were) dropped, so \S+ client gave up at ([\d.]+) ms", sentence):
        gone = {event.packet: event.t for event in trace.events if event.kind == "drop"}
        for name in re.findall(r"m\d+/\w+:\w#\d+", blamed[1]):
            assert gone[name] <= trace.packet[name].due <= float(blamed[2])
    assert ("before any" in sentence) <= ("gave up" in sentence)


def retransmissions(trace, moment):
    return sum(event.kind == "retransmit" and str(event.t) == moment for event in trace.events)


@given(runs())
def test_a_trace_from_a_file_is_explained_in_the_same_words(case):
    scenario, faults = case
    trace = scenario.run(*faults)
    read = Trace.from_json(trace.to_json())
    assert why(read) == why(trace)
    assert in_short(read) == in_short(trace)


def test_a_name_that_is_no_promise():
    with pytest.raises(InputError, match="no promise 'no_fun'; the promises are no_duplicates, no_false_delivery"):
        why_broken(Scenario("dedup").run(), "no_fun")


# Titles


def test_every_promise_has_a_short_title_of_its_own():
    assert list(PROMISE_TITLES) == [*PROMISES, *SEARCHED]
    assert len(set(PROMISE_TITLES.values())) == len(PROMISE_TITLES)
    assert all(0 < len(title) <= 42 for title in PROMISE_TITLES.values())


# In short


@pytest.mark.parametrize(
    ("trace", "told"),
    [
        (
            Scenario("retransmit").run(Drop("ack:N")),
            (
                "m1/ack:N#1 is dropped. bob is shown “hello” twice. alice sees ✓✓ delivered. "
                "1 of 5 promises is broken: “Nothing is shown twice” (no_duplicates)."
            ),
        ),
        (
            Scenario("dedup").run(),
            "Nothing is dropped. bob is shown “hello” once. alice sees ✓✓ delivered. All 5 promises are kept.",
        ),
        (
            Scenario("basic").run(Drop("msg:N"), Drop("ack:N")),
            (
                "m1/msg:N#1 is dropped. m1/ack:N#1 was to be dropped but never sent. bob is never shown “hello”. "
                "alice sees ✓ sent. 2 of 5 promises are broken: “No loss goes unnoticed” (no_silent_loss), "
                "“Everything arrives, and the sender knows” (all_delivered)."
            ),
        ),
        (
            Scenario("retransmit").run(*drops("ack:N", "ack:N#2", "ack:N#3")),
            (
                "m1/ack:N#1, m1/ack:N#2 and m1/ack:N#3 are dropped. bob is shown “hello” 3 times. alice sees ! failed. "
                "3 of 5 promises are broken: “Nothing is shown twice” (no_duplicates), "
                "“No false failure” (no_false_failure), "
                "“Everything arrives, and the sender knows” (all_delivered)."
            ),
        ),
        (
            Scenario("acked", say=[Say("1"), Say("2"), Say("3", "bob", "alice")]).run(
                Drop("m1/msg:N"), Drop("m2/ack:N"), Drop("m9/ack:N"), Drop("m8/ack:N")
            ),
            (
                "m1/msg:N#1 and m2/ack:N#1 are dropped. m9/ack:N#1 and m8/ack:N#1 were to be dropped but never sent. "
                "3 messages are said. Shown to the receiver: 1 never, 2 once. "
                "Their senders see: 2 ✓? unconfirmed, 1 ✓✓ delivered. "
                "1 of 5 promises is broken: “Everything arrives, and the sender knows” (all_delivered)."
            ),
        ),
        (Scenario("dedup", say=[]).run(), "Nothing is dropped. Nothing is said. All 5 promises are kept."),
        (
            Scenario("dedup", client=Mute).run(),
            (
                "Nothing is dropped. bob is never shown “hello”. alice sees nothing. 2 of 5 promises are broken: "
                "“No loss goes unnoticed” (no_silent_loss), “Everything arrives, and the sender knows” (all_delivered)."
            ),
        ),
    ],
)
def test_what_came_of_a_run_in_short(trace, told):
    assert in_short(trace) == told


@given(runs())
def test_in_short_is_pleasant_english_on_one_line(case):
    scenario, faults = case
    told = in_short(scenario.run(*faults))
    assert told == plain(told)
    assert "1 times" not in told
    assert len(told) < 400 + 120 * len(faults)  # each fault has its sentence


@pytest.mark.parametrize("rung", LADDER)
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_dropped_is_named_in_short(rung, kind):
    trace = Scenario(rung).run(Drop(kind))
    assert in_short(trace).startswith(f"m1/{kind}#1 is dropped." if not trace.unused else "Nothing is dropped.")
