"""Reasons that name the cause: one run for each kind, its sentence, and a look into its events that it is so."""

import pytest
from claims import CLAIMS, Claims
from real_bugs import BUGS

from imteach import Client, Crash, Delay, Drop, InputError, Offline, Resend, Say, Scenario, Server
from imteach.learner.mistakes import LearnerError
from imteach.protocol import (
    PROMISES,
    CancelTimer,
    Delete,
    Discard,
    Kept,
    Show,
    StartTimer,
    Store,
    Transmit,
)
from imteach.tell import why_broken

FRIENDS = {"groups": {"friends": ["alice", "bob", "carol"]}}
TO_FRIENDS = [Say("hello", to="friends"), Say("two", to="friends", at=30)]
TWO = [Say("one"), Say("two", at=10)]
AGAIN = [Resend("m1", at=2000)]
ALL_MSG_R = [Drop(f"m1/msg:R#{number}") for number in (1, 2, 3)]
AWAY = Offline("bob", at=0, lasting=1000)
SENT_FOR_EVER = ", yet alice's screen says ✓ sent and nobody will ever know."
SENDING_FOR_EVER = ", yet alice's screen says ◷ sending and nobody will ever know."
NEVER = "bob never saw “hello” (m1), because "
DELIVERED = (
    "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 100 ms, yet bob never saw “hello” (m1), because "
)
NOT_ONLINE = "bob was not online when m1/msg:R#1 reached the server, and "
KEEPS = NEVER + "the server keeps it for bob, who "
IN_VAIN = "bob never saw “hello” (m1), because the server keeps it for bob, who pulled it in vain: "
FAILED = "alice's screen says ! failed, yet bob was shown “hello” (m1) at 100 ms: "


def bug(name):
    made, _ = BUGS[name]
    return {"client" if issubclass(made, Client) else "server": made}


class DoesNotSendAgain(Client):
    """The button “send again” does nothing."""

    def on_resend(self, msgid, message):
        return []


class OnlySaysThatItSends(Client):
    """The button “send again” changes the screen, and that is all."""

    def on_resend(self, msgid, message):
        return [self.report(msgid, "sending")]


class StoresEachTime(Server):
    """What is kept already is stored again, beside the first copy; what is acknowledged is deleted copy by copy."""

    def on_offlineack_r(self, packet):
        mine = self.store.get(packet.src, {})
        keys = [next(key for key in mine if key.split()[0] == msgid) for msgid in packet.msgids]
        return [Delete(packet.src, mine.pop(key).msgid) for key in keys]

    def keep_for_absent(self, packet):
        kept = Kept(packet.msgid, packet.message)
        mine = self.store.setdefault(packet.message.to, {})
        mine[f"{packet.msgid} {len(mine)}"] = kept
        fabricated = packet.follow_up("ack:N", to=packet.src, fabricated=True)
        return [Store(packet.message.to, kept), Transmit(fabricated)]


class ShowsWhatIsPulled(Client):
    """What comes with a pull is shown without asking dedup."""

    def let_through(self, arrived):
        done = list(arrived)
        return [Show(kept.msgid, kept.message) for kept in done], done


class AcksOneCopy(ShowsWhatIsPulled):
    """Of a page it takes the first message only."""

    def take(self, arrived):
        return super().take(list(arrived)[:1])


class ShowsThenMarks(Client):
    """It is shown, and written in a step of its own."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return super().on_msg_n(packet)
        show, *ack = super().on_msg_n(packet)
        return [Show(show.msgid, show.message), show.write, *ack]


class StopsAtTheOthersAck(Client):
    """msg:A of one message stops the timers of all."""

    def on_msg_a(self, packet):
        return [*super().on_msg_a(packet), *map(CancelTimer, self.queue)]


class AnswersNoPull(Server):
    """Whoever asks for what is kept waits in vain."""

    def on_offline_r(self, packet):
        return []


class PullsAtItsFirstLogin(Client):
    """It pulls once in its life."""

    pulled_once = False

    def on_login(self):
        effects = [] if self.pulled_once else super().on_login()
        self.pulled_once = True
        return effects


class FailsAtItsTimer(Client):
    def on_timer(self, msgid):
        return self.retires


class FailsAtMsgN(Client):
    def on_msg_n(self, packet):
        return self.show_or_dicard(packet)


class FailsAtSaying(Client):
    def on_say(self, message):
        return self.sned(message)


class FailsAtAPull(Server):
    def on_offline_r(self, packet):
        return self.sotre[packet.src]


class StartsNoTimer(Client):
    def on_say(self, message):
        return super().on_say(message)[:2]


class ConfirmsNoGroup(Server):
    """What is stored for a group is not confirmed."""

    def confirm(self, packet, kept):
        return Discard(packet.msgid, packet.message)


# What is said, and looked up in the events of the run

CASES = {
    # A timer that was stopped, and tries that were not used
    "the timer was stopped at msg:A": (
        Scenario("dedup", **bug("DoneAtMsgA")),
        [Drop("msg:N")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:N#1 was dropped, and alice's client stopped its timer when m1/msg:A#1 arrived at 100 "
            f"ms, so only 1 of 3 tries was used{SENT_FOR_EVER}"
        ),
    ),
    "the timer was stopped, where nothing is retransmitted": (
        Scenario("acked", **bug("DoneAtMsgA")),
        [Drop("ack:R")],
        "all_delivered",
        (
            "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓ sent, because m1/ack:R#1 was dropped, "
            "and alice's client stopped its timer when m1/msg:A#1 arrived at 100 ms, so no timer runs."
        ),
    ),
    "the timer was stopped at the msg:A of another message": (
        Scenario("dedup", client=StopsAtTheOthersAck, say=[Say("hello"), Say("two", at=10)]),
        [Drop("m1/msg:R")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1 was dropped, and alice's client stopped its timer when m2/msg:A#1 arrived at 110 "
            f"ms, so only 1 of 3 tries was used{SENDING_FOR_EVER}"
        ),
    ),
    "the timer was taken for another message": (
        Scenario("dedup", say=TWO, **bug("OneTimerForAll")),
        [Drop("m1/msg:R")],
        "no_silent_loss",
        (
            "bob never saw “one” (m1), because m1/msg:R#1 was dropped, and alice's client stopped its timer when "
            f"alice said “two” (m2) at 10 ms, so only 1 of 3 tries was used{SENDING_FOR_EVER}"
        ),
    ),
    "the timer was not started again": (
        Scenario("dedup", **bug("RetransmitsOnce")),
        [Drop("msg:R"), Drop("msg:N")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1 and m1/msg:N#1 were dropped, and alice's client started no timer after m1/msg:R#2, "
            f"so only 2 of 3 tries were used{SENT_FOR_EVER}"
        ),
    ),
    "the timer ran out and nothing was sent": (
        Scenario("dedup", say=[Say("hello"), Say("two", at=10)], **bug("OneMessageAtATime")),
        [Drop("m1/msg:R")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1 was dropped, and alice's client sent nothing when its timer ran out at 300 ms, so "
            f"only 1 of 3 tries was used{SENDING_FOR_EVER}"
        ),
    ),
    "nothing was ever sent, and no timer runs": (
        Scenario("dedup", say=TWO, retries=0, **bug("StopsAndWaits")),
        [Drop("m1/msg:R")],
        "no_silent_loss",
        (
            "bob never saw “two” (m2), because alice's client never sent a msg:R for it, and no timer of alice's "
            f"runs{SENDING_FOR_EVER}"
        ),
    ),
    "no timer on the lowest rung": (
        Scenario("basic", client=StartsNoTimer),
        [Drop("msg:R")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1 was dropped, and alice's client started no timer after m1/msg:R#1, so no timer runs"
            f"{SENDING_FOR_EVER}"
        ),
    ),
    "no timer on the lowest rung, though it was shown": (
        Scenario("basic", client=StartsNoTimer),
        [Drop("msg:A")],
        "all_delivered",
        (
            "bob was shown “hello” (m1) at 100 ms, but alice's screen says ◷ sending, because m1/msg:A#1 was dropped, "
            "and alice's client started no timer after m1/msg:R#1, so no timer runs."
        ),
    ),
    # How many tries were used, and for what
    "a try too few": (
        Scenario("dedup", **bug("OneTryTooFew")),
        [Drop("ack:N"), Drop("ack:N#2")],
        "no_false_failure",
        (f"{FAILED}m1/ack:N#1 and m1/ack:N#2 were dropped, so alice's client gave up at 600 ms, after 2 of 3 tries."),
    ),
    "a try that another message used": (
        Scenario("dedup", say=[Say("hello"), Say("two", at=10)], **bug("CountsTriesTogether")),
        [Drop("m1/ack:R"), Drop("m1/ack:R#2"), Drop("m2/msg:R")],
        "no_false_failure",
        (
            f"{FAILED}m1/ack:R#1 and m1/ack:R#2 were dropped, so alice's client gave up at 600 ms, after 2 of 3 "
            "tries (1 was used before, for m2/msg:R#2)."
        ),
    ),
    "tries that were used before the person sent it again": (
        Scenario("dedup", resend=AGAIN, **bug("CountsTriesTogether")),
        [*ALL_MSG_R, Drop("ack:R")],
        "no_false_failure",
        (
            "alice's screen says ! failed, yet bob was shown “hello” (m1) at 2100 ms: m1/msg:R#1, m1/msg:R#2, "
            "m1/msg:R#3 and m1/ack:R#1 were dropped, so alice's client gave up at 2300 ms, after 1 of 3 tries "
            "since alice sent it again at 2000 ms (2 were used before, for m1/msg:R#2 and m1/msg:R#3)."
        ),
    ),
    "the tries of a resend": (
        Scenario("dedup", resend=AGAIN, retries=0),
        [Drop("msg:R"), Drop("ack:R")],
        "no_false_failure",
        (
            "alice's screen says ! failed, yet bob was shown “hello” (m1) at 2100 ms: m1/msg:R#1 and m1/ack:R#1 "
            "were dropped, so alice's client gave up at 2300 ms, after 1 of 1 try since alice sent it again at "
            "2000 ms."
        ),
    ),
    "the tries of a restart": (
        Scenario("durable", retries=1),
        [Crash("alice", at=20, down=100), *(Drop(f"ack:N#{n}") for n in (2, 3))],
        "no_false_failure",
        (
            f"{FAILED}m1/ack:N#1 was lost (alice's old connection is gone) and m1/ack:N#2 and m1/ack:N#3 were "
            "dropped, so alice's client gave up at 720 ms, after 2 of 2 tries since its restart at 120 ms."
        ),
    ),
    "a resend without a timer": (
        Scenario("dedup", resend=AGAIN, **bug("ResendWithoutTries")),
        [*ALL_MSG_R, Drop("msg:R#4")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1, m1/msg:R#2, m1/msg:R#3 and m1/msg:R#4 were dropped, and alice's client started no "
            "timer after m1/msg:R#4, so only 1 of 3 tries was used since alice sent it again at 2000 "
            f"ms{SENDING_FOR_EVER}"
        ),
    ),
    # A resend that did nothing
    "a resend that did nothing": (
        Scenario("dedup", resend=AGAIN, client=DoesNotSendAgain),
        ALL_MSG_R,
        "all_delivered",
        (
            f"{NEVER}m1/msg:R#1, m1/msg:R#2 and m1/msg:R#3 were dropped, and alice's client did nothing when alice "
            "sent it again at 2000 ms; alice's screen says ! failed."
        ),
    ),
    "a resend that did nothing, though it was shown": (
        Scenario("dedup", resend=AGAIN, retries=0, client=DoesNotSendAgain),
        [Drop("ack:N")],
        "no_false_failure",
        (
            f"{FAILED}m1/ack:N#1 was dropped, so alice's client gave up at 300 ms, and alice's client did nothing "
            "when alice sent it again at 2000 ms."
        ),
    ),
    "a resend that only changed the screen": (
        Scenario("dedup", resend=AGAIN, client=OnlySaysThatItSends),
        ALL_MSG_R,
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:R#1, m1/msg:R#2 and m1/msg:R#3 were dropped, and alice's client sent nothing when alice "
            f"sent it again at 2000 ms, so no timer runs{SENDING_FOR_EVER}"
        ),
    ),
    # A crash between two effects
    "the server crashed between ack:N and its store": (
        Scenario("offline", **bug("PromisesBeforeItKeeps")),
        [AWAY, Crash("server", after="send m1/ack:N")],
        "no_false_delivery",
        (f"{DELIVERED}{NOT_ONLINE}the server crashed at 50 ms, after it sent m1/ack:N#1 and before it stored it."),
    ),
    "the server crashed between ack:N and the group's store": (
        Scenario("group", say=TO_FRIENDS, **FRIENDS, **bug("PromisesToAGroupTooEarly")),
        [Crash("server", after="send m1/ack:N")],
        "no_false_delivery",
        (f"{DELIVERED}the server crashed at 50 ms, after it sent m1/ack:N#1 and before it stored it."),
    ),
    "alice crashed between her queue and msg:R": (
        Scenario("durable", **bug("ForgetsItsQueue")),
        [Crash("alice", after="write m1")],
        "no_silent_loss",
        (
            f"{NEVER}alice's client crashed after it wrote queue/m1 and before it sent a msg:R for it, yet alice's "
            "client crashed at 0 ms and forgot it, though it had written queue/m1, so alice's screen shows nothing "
            "and nobody will ever know."
        ),
    ),
    "alice crashed, and nothing of it is on her disk": (
        Scenario("dedup"),
        [Crash("alice", at=20), Drop("msg:R")],
        "all_delivered",
        (
            f"{NEVER}m1/msg:R#1 was dropped; alice's client crashed at 20 ms and forgot it, so alice's screen shows "
            "nothing."
        ),
    ),
    "bob crashed between the showing and the mark": (
        Scenario("durable", client=ShowsThenMarks),
        [Crash("bob", after="show m1")],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: bob's client crashed before it sent an "
            "ack:R for m1/msg:N#1, so alice, still waiting, sent msg:R again at 300 ms, and bob's client crashed "
            "at 100 ms, after it showed it and before it wrote dedup/m1."
        ),
    ),
    "bob crashed between ack:R and the mark": (
        Scenario("durable", **bug("WritesLater")),
        [Crash("bob", after="send m1/ack:R"), Drop("ack:R")],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: m1/ack:R#1 was dropped, so alice, still "
            "waiting, sent msg:R again at 300 ms, and bob's client crashed at 100 ms, after it sent m1/ack:R#1 and "
            "before it wrote dedup/m1."
        ),
    ),
    "bob crashed between the mark and the showing": (
        Scenario("durable", **bug("WritesFirst")),
        [Crash("bob", after="write m1")],
        "no_false_delivery",
        (
            "alice's screen says ✓✓ delivered since m1/ack:N#1 arrived at 500 ms, yet bob never saw “hello” (m1), "
            "because bob's client crashed after it wrote dedup/m1 and before it showed m1/msg:N#1 and bob's client "
            "discarded m1/msg:N#2."
        ),
    ),
    "bob had marked it and did not read his disk": (
        Scenario("durable", **bug("ReadsNothing")),
        [Crash("bob", after="show m1")],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 100 ms and at 400 ms: bob's client crashed before it sent an "
            "ack:R for m1/msg:N#1, so alice, still waiting, sent msg:R again at 300 ms, and bob's client had "
            "forgotten it in the crash at 100 ms, though it had written dedup/m1."
        ),
    ),
    "alice had forgotten what she had given up": (
        Scenario("acked"),
        [Crash("alice", at=350), Delay("ack:N", by=400)],
        "all_delivered",
        (
            "bob was shown “hello” (m1) at 100 ms, but alice's screen says ✓? unconfirmed, because alice's client, "
            "which had forgotten it in the crash at 350 ms, took no notice of m1/ack:N#1."
        ),
    ),
    "alice was deaf after she had given up": (
        Scenario("dedup", rto=80, retries=0, **bug("DeafAfterFailure")),
        [],
        "no_false_failure",
        (
            f"{FAILED}alice's client gave up at 80 ms, before m1/ack:N#1 could arrive at 200 ms, and alice's client "
            "took no notice of m1/ack:N#1, so no later ack:N corrected it."
        ),
    ),
    "what bob held back went in a crash": (
        Scenario("ordered", say=TWO, **bug("AcksWhatItHolds")),
        [Drop("m1/msg:N"), Crash("bob", at=120)],
        "no_false_delivery",
        (
            "alice's screen says ✓✓ delivered since m2/ack:N#1 arrived at 210 ms, yet bob never saw “two” (m2), "
            "because bob's client held back m2/msg:N#1, because a message before it was missing, and lost it in "
            "the crash at 120 ms."
        ),
    ),
    # What the server kept, and what became of it
    "deleted by an offlineack:R that does not name it": (
        Scenario("offline", say=[Say(f"no. {n}", at=100) for n in range(1, 22)], **bug("DeletesAll")),
        [Offline("bob", at=0, lasting=2500)],
        "no_false_delivery",
        (
            "alice's screen says ✓✓ delivered since m21/ack:N#1 arrived at 200 ms, yet bob never saw “no. 21” "
            "(m21), because bob was not online when m21/msg:R#1 reached the server, and bob/offlineack:R#1 deleted "
            "what the server kept at 2650 ms, though it does not name it."
        ),
    ),
    "deleted by another's offlineack:R": (
        Scenario("offline", say=[Say("hi"), Say("hello", to="carol", at=10)], **bug("OneStoreForAll")),
        [AWAY, Offline("carol", at=0, lasting=1500)],
        "no_false_delivery",
        (
            "alice's screen says ✓✓ delivered since m2/ack:N#1 arrived at 110 ms, yet carol never saw “hello” "
            "(m2), because carol was not online when m2/msg:R#1 reached the server, and bob/offlineack:R#1 deleted "
            "what the server kept at 1150 ms, though it came from bob."
        ),
    ),
    "deleted as it was sent": (
        Scenario("offline", **bug("DeletedWhenSent")),
        [AWAY, Drop("bob/offline:A")],
        "no_false_delivery",
        (
            f"{DELIVERED}{NOT_ONLINE}bob/offline:R#1 deleted what the server kept at 1050 ms, and bob/offline:A#1 "
            "was dropped."
        ),
    ),
    "deleted for the whole group": (
        Scenario("group", say=TO_FRIENDS[:1], **FRIENDS, **bug("CutsTheLog")),
        [Drop("m1/msg:N>bob")],
        "no_false_delivery",
        (f"{DELIVERED}m1/msg:N>bob#1 was dropped, and carol/ack:R#1 deleted what the server kept at 150 ms."),
    ),
    "never stored": (
        Scenario("offline", **bug("KeepsNothing")),
        [AWAY],
        "no_false_delivery",
        (f"{DELIVERED}{NOT_ONLINE}the server did not store it but sent m1/ack:N#1."),
    ),
    "stored, and no ack:N": (
        Scenario("offline", retries=1, **bug("StoredAndSilent")),
        [AWAY, Drop("ack:N")],
        "no_false_failure",
        (
            "alice's screen says ! failed, yet bob was shown “hello” (m1) at 1100 ms: m1/ack:N#1 was dropped and "
            "the server sent no ack:N for m1/msg:R#2, so alice's client gave up at 600 ms."
        ),
    ),
    "stored, and a crash before ack:N": (
        Scenario("offline", retries=0),
        [AWAY, Crash("server", after="store m1")],
        "no_false_failure",
        (
            "alice's screen says ! failed, yet bob was shown “hello” (m1) at 1100 ms: the server crashed before it "
            "sent an ack:N for m1/msg:R#1, so alice's client gave up at 300 ms."
        ),
    ),
    "stored for a group, and no ack:N": (
        Scenario("group", say=TO_FRIENDS[:1], retries=0, server=ConfirmsNoGroup, **FRIENDS),
        [],
        "no_false_failure",
        (f"{FAILED}the server sent no ack:N for m1/msg:R#1, so alice's client gave up at 300 ms."),
    ),
    "the ack:N went to another": (
        Scenario("dedup", retries=1, **bug("AcksBackToFront")),
        [],
        "no_false_failure",
        (
            f"{FAILED}the server sent m1/ack:N#1 and m1/ack:N#2 to bob instead of alice, so alice's client gave up "
            "at 600 ms."
        ),
    ),
    # Pulled or not
    "not pulled": (
        Scenario("offline", **bug("NeverPulls")),
        [AWAY],
        "all_delivered",
        (f"{KEEPS}has not pulled it; alice's screen says ✓✓ delivered."),
    ),
    "pulled before it was kept, and not since": (
        Scenario("offline", say=[Say(at=1050)], client=PullsAtItsFirstLogin),
        [Offline("bob", at=0, lasting=400), Offline("bob", at=1000, lasting=600)],
        "all_delivered",
        f"{KEEPS}has not pulled it; alice's screen says ✓✓ delivered.",
    ),
    "pulled, and lost from the server's memory": (
        Scenario("offline", **bug("ReadsNoStore")),
        [AWAY, Crash("server", after="send m1/ack:N")],
        "all_delivered",
        (
            f"{NEVER}the server has it on its disk for bob, who pulled it in vain: bob/offline:A#1 came back empty "
            "after the server's restart at 150 ms; alice's screen says ✓✓ delivered."
        ),
    ),
    "a later pull came back empty": (
        Scenario("offline", **bug("RemembersThePage")),
        [AWAY, Drop("bob/offline:A")],
        "all_delivered",
        (
            f"{IN_VAIN}bob/offline:A#1 was dropped and bob/offline:A#2 came back empty; alice's screen says ✓✓ "
            "delivered."
        ),
    ),
    "a pull brought it and it was not shown": (
        Scenario("offline", say=[Say("one", at=50), Say("hello", at=60)], **bug("AcksOneOfAPage")),
        [AWAY],
        "all_delivered",
        (
            "bob never saw “hello” (m2), because the server keeps it for bob, who pulled it in vain: bob's client "
            "did not show it when bob/offline:A#1 brought it; alice's screen says ✓✓ delivered."
        ),
    ),
    "a pull brought it too late": (
        Scenario("ordered", say=[Say("one", at=100), Say("three", at=1060)], **bug("BaseOfTheSender")),
        [AWAY, Drop("bob/offline:R")],
        "all_delivered",
        (
            "bob never saw “one” (m1), because the server keeps it for bob, who pulled it in vain: bob/offline:R#1 "
            "was dropped and bob's client discarded it as too late when bob/offline:A#1 brought it; alice's screen "
            "says ✓✓ delivered."
        ),
    ),
    "a pull brought others, and was said to be all": (
        Scenario("offline", say=[Say(f"no. {n}", at=100) for n in range(1, 22)], **bug("OnlyTheFirstPage")),
        [Offline("bob", at=0, lasting=2500)],
        "all_delivered",
        (
            "bob never saw “no. 21” (m21), because the server keeps it for bob, who pulled it in vain: "
            "bob/offline:A#1 brought 20 other messages and said that there are no more; alice's screen says ✓✓ "
            "delivered."
        ),
    ),
    "a pull brought others, and nobody asked for more": (
        Scenario("offline", say=[Say(f"no. {n}", at=100) for n in range(1, 22)], **bug("AcksNoPage")),
        [Offline("bob", at=0, lasting=2500)],
        "all_delivered",
        (
            "bob never saw “no. 21” (m21), because the server keeps it for bob, who pulled it in vain: "
            "bob/offline:A#1 brought 20 other messages and said that there are more, and bob's client did not pull "
            "again; alice's screen says ✓✓ delivered."
        ),
    ),
    "a pull that was not answered": (
        Scenario("offline", retries=0, server=AnswersNoPull),
        [AWAY],
        "all_delivered",
        (f"{IN_VAIN}the server sent no offline:A for bob/offline:R#1; alice's screen says ✓✓ delivered."),
    ),
    "a group's pull came back empty": (
        Scenario("group", say=TO_FRIENDS[:1], **FRIENDS, **bug("NotifiesOne")),
        [Drop("m1/msg:N>bob")],
        "all_delivered",
        (
            f"{NEVER}m1/msg:N>bob#1 was dropped, and bob pulled it in vain: bob/offline:A#1 came back empty; "
            "alice's screen says ✓✓ delivered."
        ),
    ),
    "a group in which nobody pulled": (
        Scenario("group", say=TO_FRIENDS[:1], **FRIENDS, **bug("HeartbeatWithoutPull")),
        [Drop("m1/msg:N>bob")],
        "all_delivered",
        (f"{NEVER}m1/msg:N>bob#1 was dropped, and bob has not pulled it; alice's screen says ✓✓ delivered."),
    ),
    # A copy stored twice
    "one answer brought two copies": (
        Scenario("offline", server=StoresEachTime, client=ShowsWhatIsPulled),
        [AWAY, Drop("ack:N")],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 1100 ms and at 1100 ms: the server had stored it twice, at 50 ms "
            "and at 350 ms, and bob/offline:A#1 brought it twice, and bob's client did not discard it."
        ),
    ),
    "two copies, and one was deleted": (
        Scenario("offline", server=StoresEachTime, client=AcksOneCopy),
        [AWAY, Drop("ack:N"), Offline("bob", at=1500, lasting=500)],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 1100 ms and at 2100 ms: the server had stored it twice, at 50 ms "
            "and at 350 ms, so it came again with bob/offline:A#2, and bob's client did not discard it."
        ),
    ),
    "stored after it was shown": (
        Scenario("offline", client=ShowsWhatIsPulled),
        [Offline("bob", at=120, lasting=1000), Drop("ack:N")],
        "no_duplicates",
        (
            "bob was shown “hello” (m1) twice, at 100 ms and at 1220 ms: the server stored it at 350 ms, when "
            "m1/msg:R#2 arrived, so it came again with bob/offline:A#1, and bob's client did not discard it."
        ),
    ),
}


STOPPED = {
    "at a timer": (
        Scenario("dedup", client=FailsAtItsTimer),
        [Drop("msg:N")],
        "no_silent_loss",
        (
            f"{NEVER}m1/msg:N#1 was dropped, and alice's client stopped over a mistake in its code at 300 ms, "
            f"so only 1 of 3 tries was used{SENT_FOR_EVER}"
        ),
    ),
    "at msg:N": (
        Scenario("dedup", client=FailsAtMsgN, retries=1),
        [],
        "all_delivered",
        (
            f"{NEVER}bob's client stopped over a mistake in its code when m1/msg:N#1 arrived and m1/msg:N#2 was lost "
            "(bob is down); alice's screen says ! failed."
        ),
    ),
    "at saying": (
        Scenario("dedup", client=FailsAtSaying),
        [],
        "all_delivered",
        (
            f"{NEVER}alice's client stopped over a mistake in its code before it sent a msg:R for it; "
            "alice's screen says nothing."
        ),
    ),
    "at a pull": (
        Scenario("offline", server=FailsAtAPull, retries=1),
        [AWAY],
        "all_delivered",
        (
            f"{IN_VAIN}the server stopped over a mistake in its code when bob/offline:R#1 arrived and bob/offline:R#2 "
            "was lost (the server is down); alice's screen says ✓✓ delivered."
        ),
    ),
}
"""Where a learner's code stopped over a mistake."""


@pytest.mark.parametrize("what", STOPPED)
def test_a_mistake_in_the_code_is_the_reason_of_what_follows(what):
    scenario, faults, promise, sentence = STOPPED[what]
    with pytest.raises(LearnerError) as stopped:
        scenario.run(*faults)
    trace = stopped.value.trace
    assert f"{why_broken(trace, promise)}" == sentence
    assert Claims().false_claims(trace, promise, sentence, "m1") == []


def first_broken(trace, promise):
    return next(said.msgid for said in trace.messages if not PROMISES[promise](said))


@pytest.mark.parametrize("what", CASES)
def test_the_sentence_names_the_cause_and_the_events_bear_it_out(what):
    scenario, faults, promise, sentence = CASES[what]
    trace = scenario.run(*faults)
    assert f"{why_broken(trace, promise)}" == sentence
    assert trace.unused == ()
    assert Claims().false_claims(trace, promise, sentence, first_broken(trace, promise)) == []


def test_every_kind_of_clause_is_looked_up_in_one_of_these_runs():
    claims = Claims()
    for scenario, faults, promise, sentence in CASES.values():
        trace = scenario.run(*faults)
        claims.false_claims(trace, promise, sentence, first_broken(trace, promise))
    for scenario, faults, promise, sentence in STOPPED.values():
        with pytest.raises(LearnerError) as stopped:
            scenario.run(*faults)
        claims.false_claims(stopped.value.trace, promise, sentence, "m1")
    assert {is_so.__name__ for is_so in CLAIMS.values()} == set(claims.met)


# A run that does not end


class AsksAgainAtOnce(Client):
    """It pulls as soon as it has an answer."""

    def on_offline_a(self, packet):
        return [*super().on_offline_a(packet), *self.pull("")]


class BeatsWithoutEnd(Client):
    """It is a client with a timer of its own."""

    def on_login(self):
        return [*super().on_login(), StartTimer("look")]

    def on_timer(self, name):
        return [StartTimer(name), *self.pull("")[:1]] if name == "look" else super().on_timer(name)


@pytest.mark.parametrize(
    ("scenario", "faults", "over_and_over"),
    [
        (
            Scenario("dedup", **bug("NeverGivesUp")), [Offline("bob")],
            "again and again alice's timer for m1 runs out and alice sends m1/msg:R",
        ),
        (
            Scenario("offline", client=AsksAgainAtOnce), [AWAY],
            "again and again bob sends bob/offline:R and the server sends bob/offline:A",
        ),
        (
            Scenario("offline", client=BeatsWithoutEnd), [AWAY],
            "again and again bob's timer for look runs out and bob sends bob/offline:R",
        ),
    ],
)  # fmt: skip
def test_the_last_words_of_a_run_that_does_not_end_say_what_goes_round(scenario, faults, over_and_over):
    with pytest.raises(InputError) as stopped:
        scenario.run(*faults)
    assert f"it does not end; {over_and_over}; explore(…, faults=0) shows where" in str(stopped.value)
