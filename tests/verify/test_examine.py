"""`examine`: real bugs are found without a hint, and right classes pass."""

import json
import time
from collections import OrderedDict, defaultdict
from dataclasses import dataclass

import pytest
from kept import kept
from nightly import NIGHTLY, by_night
from real_bugs import BUGS

from imteach import LADDER, Client, InputError, Server, examine
from imteach.planted import PLANTED
from imteach.protocol import (
    SERVER,
    Delete,
    Discard,
    Kept,
    Message,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Waiting,
)
from imteach.verify import TRIALS, Trial
from imteach.verify.exams import examiner

SHOWN_BY = {
    "NewMsgidEachTime": ("one message", "no_duplicates"),
    "DoneAtMsgA": ("one message", "no_silent_loss"),
    "DeliveredAtMsgA": ("one message", "no_false_failure"),
    "BackToSent": ("late packets", "all_delivered"),
    "RetransmitsOnce": ("nobody is there", "no_silent_loss"),
    "OneTryTooFew": ("two losses", "no_false_failure"),
    "CountsTriesTogether": ("sent again after a failure", "no_false_failure"),
    "OneMessageAtATime": ("the same words twice", "no_silent_loss"),
    "TimerGoesOn": ("one message", "no_false_failure"),
    "DeafAfterFailure": ("a slow link", "no_false_failure"),
    "ResendIsNew": ("sent again though it was shown", "no_duplicates"),
    "ResendWithoutTries": ("sent again after a failure", "no_silent_loss"),
    "AckOfTheOldest": ("a slow link", "no_false_failure"),
    "SameTextSameMsgid": ("the same words twice", "no_false_delivery"),
    "NeverGivesUp": ("nobody is there", "it_ends"),
    "StopsAndWaits": ("two messages in any order", "no_silent_loss"),
    "EightMayWait": ("twenty messages", "no_silent_loss"),
    "ForgetsItsQueueAtLogout": ("bob comes back at once", "no_silent_loss"),
    "OneTimerForAll": ("the same words twice", "no_silent_loss"),
    "SilentDuplicate": ("one message", "no_false_failure"),
    "ShownBeforeAsked": ("one message", "no_duplicates"),
    "DedupByText": ("the same words twice", "no_false_delivery"),
    "RemembersTheLast": ("the same words twice", "no_duplicates"),
    "RemembersThree": ("four messages", "no_duplicates"),
    "OneForEachSender": ("the same words twice", "no_false_delivery"),
    "HighestNumber": ("the same words twice", "no_false_delivery"),
    "AcksOnlyTheFirst": ("one message", "no_false_failure"),
    "AcksBackToFront": ("one message", "no_false_failure"),
    "NoAck": ("one message", "no_false_failure"),
    "RemembersTen": ("twenty messages", "no_duplicates"),
    "ForgetsAtLogout": ("bob comes back at once", "no_duplicates"),
    "MarkedAtAckA": ("one message", "no_duplicates"),
    "AnswersOnce": ("one message", "no_false_failure"),
    "TellsOnce": ("one message", "no_false_failure"),
    "PromisesTooEarly": ("one message", "no_false_delivery"),
    "NoNotify": ("one message", "all_delivered"),
    "ForgetsTheAnswer": ("one message", "no_false_failure"),
    "AnswersWhoSpokeLast": ("all talk at once", "no_false_failure"),
    "LosesItsRoutes": ("the server forgets at once", None),
    "OneAtATimeForEach": ("one message", "no_false_failure"),
    "GoneForGood": ("the server starts anew", "no_false_failure"),
    "PromisesBeforeItKeeps": ("the server crashes while bob is away", "no_false_delivery"),
    "ReadsNoStore": ("the server crashes while bob is away", "all_delivered"),
    "OneStoreForAll": ("two are away", "no_false_delivery"),
    "KeptByText": ("the same words to bob, who is away", "no_false_delivery"),
    "RemembersThePage": ("bob is away", "all_delivered"),
    "DeletedWhenSent": ("bob is away", "no_false_delivery"),
    "KeepsNothing": ("nobody is there", "no_false_delivery"),
    "DeletesAll": ("more than a page is kept", "no_false_delivery"),
    "OnlyTheFirstPage": ("more than a page is kept", "all_delivered"),
    "StoredAndSilent": ("bob is away", "no_false_failure"),
    "StoresAgain": ("bob is away", "stored_once"),
    "NeverPulls": ("bob is away", "all_delivered"),
    "PullsOnce": ("bob is away", "all_delivered"),
    "PulledIsNew": ("bob is away twice", "no_duplicates"),
    "AcksOneOfAPage": ("bob is away twice", "all_delivered"),
    "AcksNoPage": ("more than a page is kept", "all_delivered"),
    "WritesLater": ("a crash", "no_duplicates"),
    "WritesFirst": ("a crash", "no_false_delivery"),
    "ForgetsItsQueue": ("a crash", "no_silent_loss"),
    "ReadsNothing": ("a crash", "no_duplicates"),
    "OneRowForTheQueue": ("a crash with two messages", "all_delivered"),
    "WritesTheLastShown": ("a crash with two messages", "no_duplicates"),
    "ShowsWhatComes": ("the same words twice", "in_order"),
    "WaitsForEver": ("sent again after a failure", "all_delivered"),
    "AcksWhatItHolds": ("two messages in any order", "no_false_delivery"),
    "NumbersForAll": ("in order after a crash", "all_delivered"),
    "HeldInTheOrderTheyCame": ("in order, the first comes last", "in_order"),
    "ResendHasItsOldNumber": ("in order, one sent again", "all_delivered"),
    "LastIsNotWritten": ("in order after a crash", "all_delivered"),
    "BaseOfTheSender": ("in order after an absence", "all_delivered"),
    "CursorOverAGap": ("two speak in a group", "no_false_delivery"),
    "HeartbeatWithoutPull": ("a group", "all_delivered"),
    "NotifiesOne": ("a group", "all_delivered"),
    "OneNumberForAll": ("two speak in a group", "no_false_delivery"),
    "StoresTwice": ("a group", "stored_once"),
    "CutsTheLog": ("a group", "no_false_delivery"),
    "OneRowOfNumbers": ("two groups", "it_ends"),
    "PromisesToAGroupTooEarly": ("a crash in a group", "no_false_delivery"),
    "BlankPage": ("nobody is there", "no_silent_loss"),
}
"""By class the trial that is the first to show its bug, and the promise that it breaks there; None: it cannot go on."""


def test_every_bug_is_here():
    assert list(SHOWN_BY) == list(BUGS)
    assert len(BUGS) > 50


@pytest.mark.parametrize("bug", BUGS)
def test_a_real_bug_is_found(bug):
    """In the gate by the trial that shows it, by night by all of them: no smaller one does."""
    made, rung = BUGS[bug]
    trial, promise = SHOWN_BY[bug]
    report = examine(made, rung, only=None if NIGHTLY else [trial])
    assert (report.tried[-1].name, report.promise) == (trial, promise)
    assert not report.passed
    if promise is None:
        assert report.reason == f"{report.mistake.said}."
        return
    assert not kept(report.counterexample)[promise]
    assert report.scenario == TRIALS[trial].scenario(rung, **{"client" if issubclass(made, Client) else "server": made})
    named = "Client" if issubclass(made, Client) else "Server"
    assert report.reason.endswith(f". imteach's own {named} keeps this promise against as many faults.")


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found(name):
    bug = PLANTED[name]
    report = examine(bug.bug, bug.rung)
    assert report.promise == bug.promise
    assert len(report.faults) == len(bug.broken_by)


class Right(Client):
    """The rung `dedup` from a blank page."""

    def on_say(self, message):
        msgid = self.new_msgid()
        self.queue[msgid] = Waiting(message, 1)
        self.status[msgid] = "sending"
        return [Report(msgid, "sending"), Transmit(self.ask(msgid)), StartTimer(msgid)]

    def ask(self, msgid):
        return Packet("msg:R", msgid, self.name, SERVER, self.queue[msgid].message)

    def on_timer(self, msgid):
        entry = self.queue[msgid]
        if entry.tries > self.retries:
            del self.queue[msgid]
            self.status[msgid] = "failed"
            return [Report(msgid, "failed")]
        self.queue[msgid] = entry._replace(tries=entry.tries + 1)
        return [Transmit(self.ask(msgid)), StartTimer(msgid, entry.tries + 1)]

    def on_msg_n(self, packet):
        shown = (Discard if packet.msgid in self.dedup else Show)(packet.msgid, packet.message)
        self.dedup[packet.msgid] = None
        return [shown, Transmit(Packet("ack:R", packet.msgid, self.name, SERVER, packet.message))]


class RightServer(Server):
    """It answers and passes on, and keeps nothing."""

    def on_msg_r(self, packet):
        answer = Transmit(packet.follow_up("msg:A", to=packet.src))
        to = packet.message.to
        return [answer, Transmit(packet.follow_up("msg:N", to=to))] if to in self.online else [answer]


@dataclass
class Entry:
    message: Message
    left: int


class OwnQueue(Client):
    """Its queue holds objects that change in place; timers start first, and those in vain are not cancelled."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.waiting = OrderedDict()

    def send(self, msgid, message):
        self.waiting[msgid] = Entry(message, self.retries)
        return [self.report(msgid, "sending"), *self.go(msgid)]

    def go(self, msgid):
        return [StartTimer(msgid), Transmit(self.msg_r(msgid, self.waiting[msgid].message))]

    def on_ack_n(self, packet):
        self.waiting.pop(packet.msgid, None)
        known = self.status.get(packet.msgid, "delivered") == "delivered"
        return [] if known else [self.report(packet.msgid, "delivered")]

    def on_timer(self, msgid):
        entry = self.waiting.get(msgid)
        if entry is None:
            return []
        if entry.left == 0:
            del self.waiting[msgid]
            return [self.report(msgid, "failed")]
        entry.left -= 1
        return self.go(msgid)


class AcksTwice(Client):
    """It acknowledges before it shows, and twice; msg:A starts the timer afresh."""

    def on_msg_n(self, packet):
        ack = self.acknowledge(packet)
        return [*ack, self.show_or_discard(packet), *ack]

    def on_msg_a(self, packet):
        again = [StartTimer(packet.msgid)] if packet.msgid in self.queue else []
        return [*super().on_msg_a(packet), *again]


class KeepsALog(Client):
    """It remembers every packet, so no two of its states are equal."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.log = []

    def receive(self, packet):
        self.log.append((packet.kind, packet.msgid))
        return super().receive(packet)


class Boxes(Server):
    """What it keeps lies in lists of its own."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.boxes = defaultdict(list)

    def restart(self, disk):
        for key, row in disk.read("store").items():
            self.boxes[key.partition("/")[0]].append(Kept.from_row(row))
        self.online.clear()
        return []

    def keep_for_absent(self, packet):
        to, told = packet.message.to, Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))
        if any(kept.msgid == packet.msgid for kept in self.boxes[to]):
            return [told]
        self.boxes[to].append(Kept(packet.msgid, packet.message))
        return [Store(to, self.boxes[to][-1]), told]

    def on_offline_r(self, packet):
        box = self.boxes[packet.src]
        return [Transmit(Packet("offline:A", "", SERVER, packet.src, kept=tuple(box[:20]), more=len(box) > 20))]

    def on_offlineack_r(self, packet):
        gone = [kept for kept in self.boxes[packet.src] if kept.msgid in packet.msgids]
        self.boxes[packet.src] = [kept for kept in self.boxes[packet.src] if kept not in gone]
        return [Delete(packet.src, kept.msgid) for kept in gone]


RIGHT = [(Right, "dedup"), (RightServer, "dedup"), (OwnQueue, "dedup"), (AcksTwice, "dedup"), (Boxes, "offline")]


@pytest.mark.parametrize(("made", "rung"), by_night([*RIGHT, (KeepsALog, "dedup")], in_the_gate=RIGHT))
def test_a_right_class_passes(made, rung):
    report = examine(made, rung)
    assert report.passed
    assert [row.name for row in report.tried] == [name for name, trial in TRIALS.items() if trial.suits(rung)]
    assert {row.verdict for row in report.tried} == {"✓ kept"}
    assert (report.promise, report.scenario, report.faults, report.counterexample, report.python) == (None,) * 5
    assert report.reason == ""
    assert report.not_tried == ("Not tried: other scenarios, other rungs, more faults than each trial has.",)
    assert str(report).startswith(f"{made.__name__} at {rung}: ✓ it keeps what imteach's own class keeps\n")


@pytest.mark.parametrize("rung", by_night(list(LADDER), in_the_gate=["basic", "group"]))
def test_our_own_classes_pass(rung):
    assert examine(Client, rung).passed


def test_a_promise_counts_only_where_ours_keeps_it():
    """At `basic` ours loses a message without a word, so nobody else is blamed for that."""

    class Mine(Client):
        pass

    report = examine(Mine, "basic")
    assert report.passed
    found = TRIALS["one message"].search(TRIALS["one message"].scenario("basic", client=Mine))
    assert not found.promises["no_silent_loss"].holds


def test_the_python_of_the_counterexample_shows_it_again():
    made, rung = BUGS["SilentDuplicate"]
    report = examine(made, rung)
    names = {"SilentDuplicate": made}
    exec(report.python.replace("\n\nScenario", "\n\ntrace = Scenario"), names)
    assert names["trace"].to_json() == report.counterexample.to_json()


def test_the_answer_comes_first_then_the_diagram_then_what_was_tried():
    text = examine(BUGS["DedupByText"][0]).to_text()
    answer, drawn, tried = (
        text.index(part) for part in ("✕ it breaks “No false ✓✓” (no_false_delivery)", "m1 msg:R", "What was tried")
    )
    assert answer < drawn < tried
    assert "In the trial “the same words twice” it takes no fault at all." in text
    assert "Not begun: both directions, three people, all talk at once, both lost at first, four messages," in text


def test_in_a_notebook_it_is_a_table_with_the_diagram_and_what_a_learner_wrote_stays_text():
    class Mine(Client):
        def on_msg_n(self, packet):
            raise ValueError("<b>no</b>")

    html = examine(Mine)._repr_mimebundle_()["text/html"]
    assert html.count("<img") == html.count("<table") == 1
    assert "&lt;b&gt;no&lt;/b&gt;" in html
    assert "<b>no" not in html


def test_a_class_that_cannot_go_on_is_a_mistake_with_its_line():
    class Mine(Client):
        def on_msg_n(self, packet):
            return self.qeueu

    report = examine(Mine)
    assert not report.passed
    assert report.mistake.line.text == "return self.qeueu"
    assert report.reason.startswith("Mine.on_msg_n raised AttributeError")
    assert report.counterexample is report.mistake.trace
    assert [row.verdict for row in report.tried] == ["✕ cannot go on"]
    assert report.not_tried[0].startswith("Not begun: nobody is there, ")


def test_a_run_that_goes_on_for_ever_is_an_answer():
    made, rung = BUGS["NeverGivesUp"]
    report = examine(made, rung, only="nobody is there")
    assert report.caption == "NeverGivesUp at dedup: ✕ it breaks “Every run comes to an end” (it_ends)"
    assert report.reason.replace("\n    ", " ").startswith(
        "From 100 ms on it goes round for ever: again and again alice's timer for m1 runs out, alice sends msg:R and "
        "the server sends msg:A."
    )
    assert (report.counterexample.loop, report.tried[-1].verdict) == (100, "✕ broken")
    assert json.loads(report.to_json())["reason"] == report.reason
    assert "<img" in report._repr_mimebundle_()["text/html"]


def test_a_class_that_sleeps_is_too_slow_to_be_examined():
    class Sleeps(Client):
        def on_msg_n(self, packet):
            time.sleep(0.5)
            return super().on_msg_n(packet)

    report = examine(Sleeps)
    assert "Sleeps is too slow to be examined: one run of the trial “one message” took 0." in report.reason
    assert not report.passed
    assert report.tried[-1].seconds < 5


def test_an_interrupt_between_two_searches_keeps_what_was_found(monkeypatch):
    """In a plain run, too, and where ours is searched for comparison: half of that is not remembered."""

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(examiner, "_refuse_if_slow", interrupted)
    report = examine(Right)
    assert (report.interrupted, report.tried, report.left[0]) == (True, (), "one message")


def test_half_of_what_ours_does_is_not_remembered(monkeypatch):
    real = examiner.Trial.search

    def search(self, scenario):
        found = real(self, scenario)
        ours = scenario.client is Client
        return type(found)(**{**vars(found), "unfinished": "it was interrupted"}) if ours else found

    examiner._ours.cache_clear()
    monkeypatch.setattr(examiner.Trial, "search", search)
    assert examine(BUGS["SilentDuplicate"][0]).interrupted
    monkeypatch.undo()
    assert examine(BUGS["SilentDuplicate"][0]).promise == "no_false_failure"


def test_json_has_all_of_it():
    report = examine(BUGS["DoneAtMsgA"][0])
    told = json.loads(report.to_json())
    assert told["class"] == "DoneAtMsgA"
    assert told["passed"] is False
    assert told["promise"] == "no_silent_loss"
    assert told["faults"] == ["drop m1/msg:N#1"]
    assert told["reason"] == report.reason
    assert told["tried"] == [{"name": "one message", "looked_at": "7 plans", "verdict": "✕ broken"}]


def test_an_interrupt_keeps_what_was_found(monkeypatch):
    searched = []

    def search(self, scenario):
        searched.extend([self.name] if scenario.client is Right else [])
        found = real(self, scenario)
        return found if len(searched) < 3 else type(found)(**{**vars(found), "unfinished": "it was interrupted"})

    real = examiner.Trial.search
    monkeypatch.setattr(examiner.Trial, "search", search)
    report = examine(Right)
    assert report.interrupted
    assert not report.passed
    assert [row.verdict for row in report.tried] == ["✓ kept", "✓ kept", "? not finished"]
    assert report.not_tried[0] == "The trial “two losses” did not come to its end."
    assert report.caption == "Right at dedup: not finished"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((3,), "made: expected a class made from Client or Server, got 3"),
        ((int,), "made: expected a class made from Client or Server, got <class 'int'>"),
        ((Client, ["dedup"]), "rung: no rung ['dedup']; the rungs are basic, acked,"),
        ((Client, "dedupe"), "rung: no rung 'dedupe'; the rungs are basic, acked,"),
        ((Client, "dedup", "one"), "no trial 'one'; there are one message, nobody is there,"),
        ((Client, "dedup", ["a crash"]), "only: “a crash” is for durable and above, not for dedup"),
    ],
)
def test_what_is_no_class_rung_or_trial_is_refused(arguments, said):
    with pytest.raises(InputError) as error:
        examine(*arguments)
    assert str(error.value).startswith(said)


def test_each_trial_says_what_it_exposes_and_can_be_run_by_its_name():
    assert len({trial.exposes for trial in TRIALS.values()}) == len(TRIALS)
    for name, trial in TRIALS.items():
        assert trial.name == name
        assert trial.scenario("group" if trial.since == "group" else trial.since).run(*trial.given).events


def test_who_pulls_the_next_page_and_does_not_say_what_it_holds_gets_the_same_one_again():
    class Forgets(Client):
        def pull(self, group, tries=1):
            effects = super().pull(group, tries)
            return [Transmit(effects[0].packet._replace(msgids=())), *effects[1:]]

    report = examine(Forgets, "ordered", only="in order, more than a page is kept")
    assert (report.promise, report.faults) == ("it_ends", ())
    assert examine(Client, "ordered", only="in order, more than a page is kept").passed


def test_a_class_that_adds_what_a_higher_rung_adds_is_measured_by_ours_on_that_rung():
    class Remembers(Client):
        def on_msg_n(self, packet):
            effect = self.show_or_discard(packet)
            self.dedup[packet.msgid] = None
            return [effect, *self.acknowledge(packet)]

    assert examine(Client, "retransmit", only="one message").passed
    report = examine(Client, "retransmit", only="one message", like="dedup")
    assert report.promise == "no_duplicates"
    assert report.reason.endswith("imteach's own Client keeps this promise at dedup against as many faults.")
    assert examine(Remembers, "retransmit", only="one message", like="dedup").passed
    with pytest.raises(InputError, match=r"^like: expected dedup or a rung above it, got 'basic'$"):
        examine(Client, "dedup", like="basic")
    with pytest.raises(InputError, match=r"^like: no rung 'tcp'"):
        examine(Client, "dedup", like="tcp")


def test_a_trial_of_ones_own_is_made():
    own = Trial("five retries", "a number of tries that stands in the code", {"retries": 5}, faults=0)
    report = examine(Client, only=[own, "one message"])
    assert [row.name for row in report.tried] == ["five retries", "one message"]
