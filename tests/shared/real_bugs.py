"""Classes with bugs that people really write, each with the rung at which it goes wrong.

They are written in many styles, as learners write: with and without `super()`, with state of their own, from a blank
page. `BUGS` holds them by their class names.
"""

from collections import deque

from imteach import Client, Server
from imteach.protocol import (
    SERVER,
    CancelTimer,
    Delete,
    Discard,
    Hold,
    Kept,
    Packet,
    Report,
    Show,
    StartTimer,
    Store,
    Transmit,
    Waiting,
    Write,
)

BUGS: dict[str, tuple[type, str]] = {}


def at(rung):
    """Put the class into `BUGS`, with the rung at which it goes wrong."""

    def put(bug):
        assert bug.__name__ not in BUGS
        BUGS[bug.__name__] = (bug, rung)
        return bug

    return put


# The sender


@at("dedup")
class NewMsgidEachTime(Client):
    """A retransmission gets a new msgid."""

    def on_timer(self, msgid):
        entry = self.queue[msgid]
        if entry.tries > self.retries:
            return super().on_timer(msgid)
        del self.queue[msgid]
        again = self.new_msgid()
        self.queue[again] = Waiting(entry.message, entry.tries + 1)
        self.status[again] = self.status[msgid]
        return [Transmit(self.msg_r(again, entry.message)), StartTimer(again, entry.tries + 1)]


@at("dedup")
class DoneAtMsgA(Client):
    """msg:A is taken for the end: the entry leaves the queue."""

    def on_msg_a(self, packet):
        effects = super().on_msg_a(packet)
        self.queue.pop(packet.msgid, None)
        return [*effects, CancelTimer(packet.msgid)]


@at("dedup")
class DeliveredAtMsgA(Client):
    """The person sees ✓✓ as soon as the server has the message."""

    def on_msg_a(self, packet):
        if self.status.get(packet.msgid) != "sending":
            return []
        return [self.report(packet.msgid, "delivered")]


@at("dedup")
class BackToSent(Client):
    """A late msg:A turns `delivered` back into `sent`."""

    def on_msg_a(self, packet):
        return [self.report(packet.msgid, "sent")]


@at("dedup")
class RetransmitsOnce(Client):
    """The timer is not started again after the first retransmission."""

    def on_timer(self, msgid):
        return [effect for effect in super().on_timer(msgid) if not isinstance(effect, StartTimer)]


@at("dedup")
class OneTryTooFew(Client):
    """< where <= should stand."""

    def on_timer(self, msgid):
        entry = self.queue[msgid]
        if entry.tries < self.retries:
            self.queue[msgid] = entry._replace(tries=entry.tries + 1)
            return [Transmit(self.msg_r(msgid, entry.message)), StartTimer(msgid, entry.tries + 1)]
        del self.queue[msgid]
        return [self.report(msgid, "failed")]


@at("dedup")
class CountsTriesTogether(Client):
    """One counter for all messages."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.tries = 0

    def on_timer(self, msgid):
        self.tries += 1
        if self.tries > self.retries:
            del self.queue[msgid]
            return [self.report(msgid, "failed")]
        return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid, self.tries + 1)]


@at("dedup")
class OneMessageAtATime(Client):
    """There is one place for a message that waits, and a second one takes it."""

    def on_say(self, message):
        self.queue.clear()
        return super().on_say(message)

    def on_timer(self, msgid):
        return super().on_timer(msgid) if msgid in self.queue else []


@at("dedup")
class TimerGoesOn(Client):
    """ack:N is noted, but the timer is left running; when it runs out nobody looks at the status."""

    def on_ack_n(self, packet):
        return [self.report(packet.msgid, "delivered")]


@at("dedup")
class DeafAfterFailure(Client):
    """What was given up is forgotten, so an ack:N that comes late is ignored."""

    def on_ack_n(self, packet):
        return super().on_ack_n(packet) if packet.msgid in self.queue else []


@at("dedup")
class ResendIsNew(Client):
    """To send again is to say it anew, under another msgid."""

    def on_resend(self, msgid, message):
        return self.on_say(message)


@at("dedup")
class ResendWithoutTries(Client):
    """To send again transmits once, and waits for nothing."""

    def on_resend(self, msgid, message):
        return [self.report(msgid, "sending"), Transmit(self.msg_r(msgid, message))]


@at("dedup")
class AckOfTheOldest(Client):
    """An ack:N is taken to be for the oldest message that waits."""

    def on_ack_n(self, packet):
        oldest = next(iter(self.queue), None)
        if oldest is None:
            return []
        del self.queue[oldest]
        return [CancelTimer(oldest), self.report(oldest, "delivered")]


@at("dedup")
class SameTextSameMsgid(Client):
    """The msgid is made of the text."""

    def on_say(self, message):
        self.new_msgid()
        return self.send(message.text, message)


@at("dedup")
class NeverGivesUp(Client):
    """It transmits until it is heard, however long nobody is there."""

    def on_timer(self, msgid):
        return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid)]


@at("dedup")
class StopsAndWaits(Client):
    """One message at a time, the others later; after a failure nobody takes the next one."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.later = []

    def on_say(self, message):
        msgid = self.new_msgid()
        if self.queue:
            self.later.append((msgid, message))
            return [self.report(msgid, "sending")]
        return self.send(msgid, message)

    def on_ack_n(self, packet):
        effects = super().on_ack_n(packet)
        return [*effects, *self.send(*self.later.pop(0))] if self.later and not self.queue else effects


@at("dedup")
class EightMayWait(Client):
    """Who says more while eight messages wait is not heard."""

    def on_say(self, message):
        return [] if len(self.queue) >= 8 else super().on_say(message)


@at("dedup")
class ForgetsItsQueueAtLogout(Client):
    """Who goes has nothing to wait for; a timer that still runs finds nothing."""

    def on_logout(self):
        self.queue.clear()
        return super().on_logout()

    def on_timer(self, msgid):
        return super().on_timer(msgid) if msgid in self.queue else []


@at("dedup")
class OneTimerForAll(Client):
    """There is one timer, and it looks after the newest message only."""

    newest = ""

    def on_say(self, message):
        self.newest = self.new_msgid()
        self.queue[self.newest] = Waiting(message, 1)
        sent = Transmit(self.msg_r(self.newest, message))
        return [self.report(self.newest, "sending"), sent, StartTimer("retry")]

    def on_timer(self, name):
        return self.again(self.newest) if self.newest in self.queue else []

    def again(self, msgid):
        entry = self.queue[msgid]
        if entry.tries > self.retries:
            del self.queue[msgid]
            return [self.report(msgid, "failed")]
        self.queue[msgid] = entry._replace(tries=entry.tries + 1)
        return [Transmit(self.msg_r(msgid, entry.message)), StartTimer("retry")]


# The receiver


@at("dedup")
class SilentDuplicate(Client):
    """A duplicate is not acknowledged."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return [Discard(packet.msgid, packet.message)]
        return super().on_msg_n(packet)


@at("dedup")
class ShownBeforeAsked(Client):
    """It is shown before dedup is asked."""

    def on_msg_n(self, packet):
        self.dedup[packet.msgid] = None
        return [Show(packet.msgid, packet.message), *self.acknowledge(packet)]


@at("dedup")
class DedupByText(Client):
    """Two messages with one text are taken for one."""

    def on_msg_n(self, packet):
        known = packet.message.text in self.dedup
        self.dedup[packet.message.text] = None
        shown = (Discard if known else Show)(packet.msgid, packet.message)
        return [shown, *self.acknowledge(packet)]


@at("dedup")
class RemembersTheLast(Client):
    """Only the last msgid is remembered."""

    last = None

    def on_msg_n(self, packet):
        if packet.msgid == self.last:
            return [Discard(packet.msgid, packet.message), *self.acknowledge(packet)]
        self.last = packet.msgid
        return [Show(packet.msgid, packet.message), *self.acknowledge(packet)]


@at("dedup")
class RemembersThree(Client):
    """The last three msgids are remembered."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.recent = deque(maxlen=3)

    def on_msg_n(self, packet):
        known = packet.msgid in self.recent
        if not known:
            self.recent.append(packet.msgid)
        return [(Discard if known else Show)(packet.msgid, packet.message), *self.acknowledge(packet)]


@at("dedup")
class OneForEachSender(Client):
    """Dedup is asked about the sender."""

    def on_msg_n(self, packet):
        known = packet.message.sender in self.dedup
        self.dedup[packet.message.sender] = None
        return [(Discard if known else Show)(packet.msgid, packet.message), *self.acknowledge(packet)]


@at("dedup")
class HighestNumber(Client):
    """A msgid that is not higher than all before is taken for a duplicate."""

    highest = 0

    def on_msg_n(self, packet):
        number = int(packet.msgid[1:])
        known = number <= self.highest
        self.highest = max(number, self.highest)
        return [(Discard if known else Show)(packet.msgid, packet.message), *self.acknowledge(packet)]


@at("dedup")
class AcksOnlyTheFirst(Client):
    """ack:R is transmitted once in the life of a message, when it is shown, and never for its duplicates."""

    def acknowledge(self, arrived):
        if arrived.msgid in self.status:
            return []
        self.status[arrived.msgid] = "shown"
        return super().acknowledge(arrived)


@at("dedup")
class AcksBackToFront(Client):
    """The ack:R carries a message of its own, to the one who sent it."""

    def acknowledge(self, arrived):
        own = arrived.message._replace(sender=self.name, to=arrived.message.sender)
        return [Transmit(Packet("ack:R", arrived.msgid, self.name, SERVER, own))]


@at("dedup")
class NoAck(Client):
    """Nobody said that it must acknowledge."""

    def acknowledge(self, arrived):
        return []


@at("dedup")
class RemembersTen(Client):
    """The last ten msgids are remembered."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.recent = deque(maxlen=10)

    def show_or_discard(self, arrived):
        if arrived.msgid in self.recent:
            return Discard(arrived.msgid, arrived.message)
        self.recent.append(arrived.msgid)
        return Show(arrived.msgid, arrived.message)


@at("dedup")
class ForgetsAtLogout(Client):
    """A logout empties the dedup table."""

    def on_logout(self):
        self.dedup.clear()
        return super().on_logout()


@at("dedup")
class MarkedAtAckA(Client):
    """A msgid goes into the dedup table when the server has the ack:R."""

    def on_msg_n(self, packet):
        if packet.msgid in self.dedup:
            return self.acknowledge(packet)
        return [Show(packet.msgid, packet.message), *self.acknowledge(packet)]

    def on_ack_a(self, packet):
        self.dedup[packet.msgid] = None
        return []


# The server


@at("dedup")
class AnswersOnce(Server):
    """A msg:R that was seen before is answered, but nobody is notified again."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = set()

    def on_msg_r(self, packet):
        effects = super().on_msg_r(packet)
        again = packet.msgid in self.seen
        self.seen.add(packet.msgid)
        return effects[:1] if again else effects


@at("dedup")
class TellsOnce(Server):
    """The sender is told once in the life of a message."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.told = set()

    def on_ack_r(self, packet):
        answer, ack = super().on_ack_r(packet)
        if packet.msgid in self.told:
            return [answer]
        self.told.add(packet.msgid)
        return [answer, ack]


@at("dedup")
class PromisesTooEarly(Server):
    """ack:N goes out with msg:A: it will arrive, surely."""

    def on_msg_r(self, packet):
        return [*super().on_msg_r(packet), Transmit(packet.follow_up("ack:N", to=packet.src))]


@at("dedup")
class NoNotify(Server):
    """It answers, and forgets to pass on."""

    def on_msg_r(self, packet):
        return [Transmit(packet.follow_up("msg:A", to=packet.src))]


@at("dedup")
class ForgetsTheAnswer(Server):
    """ack:A is answered, ack:N is not sent."""

    def on_ack_r(self, packet):
        return super().on_ack_r(packet)[:1]


@at("dedup")
class AnswersWhoSpokeLast(Server):
    """ack:N goes to whoever sent the last msg:R."""

    speaker = "alice"

    def on_msg_r(self, packet):
        self.speaker = packet.src
        return super().on_msg_r(packet)

    def on_ack_r(self, packet):
        answer, ack = super().on_ack_r(packet)
        return [answer, Transmit(ack.packet._replace(dst=self.speaker))]


@at("dedup")
class LosesItsRoutes(Server):
    """It remembers who sent each message, until it crashes."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.routes = {}

    def on_msg_r(self, packet):
        self.routes[packet.msgid] = packet.src
        return super().on_msg_r(packet)

    def on_ack_r(self, packet):
        back = packet.follow_up("ack:N", to=self.routes[packet.msgid])
        return [Transmit(packet.follow_up("ack:A", to=packet.src)), Transmit(back)]


@at("dedup")
class OneAtATimeForEach(Server):
    """No second msg:N to a person before the ack:R of the first: a lost one blocks all that follow."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.busy = {}

    def on_msg_r(self, packet):
        if packet.message.to in self.busy:
            return [Transmit(packet.follow_up("msg:A", to=packet.src))]
        self.busy[packet.message.to] = packet.msgid
        return super().on_msg_r(packet)

    def on_ack_r(self, packet):
        self.busy.pop(packet.src, None)
        return super().on_ack_r(packet)


@at("dedup")
class GoneForGood(Server):
    """A logout is noted, a login is not."""

    def presence(self, person, online):
        return [] if online else super().presence(person, online)


# Offline


@at("offline")
class PromisesBeforeItKeeps(Server):
    """ack:N is transmitted, and then the message is stored."""

    def keep_for_absent(self, packet):
        return super().keep_for_absent(packet)[::-1]


@at("offline")
class ReadsNoStore(Server):
    """After a crash it begins with an empty store."""

    def restart(self, disk):
        self.online.clear()
        return []


@at("offline")
class OneStoreForAll(Server):
    """What is kept for all lies in one box, and whoever asks first gets it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.box = {}

    def keep_for_absent(self, packet):
        told = Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))
        if packet.msgid in self.box:
            return [told]
        self.box[packet.msgid] = kept = Kept(packet.msgid, packet.message)
        return [Store(packet.message.to, kept), told]

    def on_offline_r(self, packet):
        return [Transmit(Packet("offline:A", "", SERVER, packet.src, kept=tuple(self.box.values())))]

    def on_offlineack_r(self, packet):
        gone = [self.box.pop(msgid) for msgid in packet.msgids if msgid in self.box]
        return [Delete(kept.message.to, kept.msgid) for kept in gone]


@at("offline")
class KeptByText(Server):
    """What was stored before is known by its text."""

    def keep_for_absent(self, packet):
        mine = self.store.get(packet.message.to, {}).values()
        if any(kept.message.text == packet.message.text for kept in mine):
            return [Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))]
        return super().keep_for_absent(packet)


@at("offline")
class RemembersThePage(Server):
    """It goes on after the page that it sent last, as if that one had come."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.sent = {}

    def on_offline_r(self, packet):
        mine = list(self.store.get(packet.src, {}).values())
        begin = self.sent.get(packet.src, 0)
        page = mine[begin : begin + 20]
        self.sent[packet.src] = begin + len(page) if page else 0
        more = len(mine) > begin + 20
        return [Transmit(Packet("offline:A", "", SERVER, packet.src, kept=tuple(page), more=more))]


@at("offline")
class DeletedWhenSent(Server):
    """What is kept is deleted as it is sent with offline:A."""

    def on_offline_r(self, packet):
        (answer,) = super().on_offline_r(packet)
        mine = self.store.pop(packet.src, {})
        return [answer, *(Delete(packet.src, msgid) for msgid in mine)]


@at("offline")
class KeepsNothing(Server):
    """ack:N is fabricated for what is not kept."""

    def keep_for_absent(self, packet):
        return [Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))]


@at("offline")
class DeletesAll(Server):
    """One offlineack:R deletes all that is kept for its sender."""

    def on_offlineack_r(self, packet):
        mine = self.store.pop(packet.src, {})
        return [Delete(packet.src, msgid) for msgid in mine]


@at("offline")
class OnlyTheFirstPage(Server):
    """It never says that there are more."""

    def on_offline_r(self, packet):
        (answer,) = super().on_offline_r(packet)
        return [Transmit(answer.packet._replace(more=False))]


@at("offline")
class StoredAndSilent(Server):
    """What was stored before gets no ack:N again."""

    def keep_for_absent(self, packet):
        if packet.msgid in self.store.get(packet.message.to, {}):
            return []
        return super().keep_for_absent(packet)


@at("offline")
class StoresAgain(Server):
    """What comes for an absent person is stored, whether or not its msgid is in the store."""

    def keep_for_absent(self, packet):
        kept = Kept(packet.msgid, packet.message)
        self.keep(packet.message.to, kept)
        return [Store(packet.message.to, kept), Transmit(packet.follow_up("ack:N", to=packet.src, fabricated=True))]


@at("offline")
class NeverPulls(Client):
    """A login is no reason to ask."""

    def on_login(self):
        self.online = True
        return []


@at("offline")
class PullsOnce(Client):
    """offline:R is transmitted once, without a timer."""

    def pull(self, group, tries=1):
        return super().pull(group, tries)[:1]


@at("offline")
class PulledIsNew(Client):
    """What comes with a pull is shown without asking dedup."""

    def let_through(self, arrived):
        done = list(arrived)
        return [Show(kept.msgid, kept.message) for kept in done], done


@at("offline")
class AcksOneOfAPage(Client):
    """Only the first message of a page is shown and acknowledged."""

    def take(self, arrived):
        return super().take(list(arrived)[:1])


@at("offline")
class AcksNoPage(Client):
    """A page is shown and not acknowledged; the server's word that there is more is never heard."""

    def take(self, arrived):
        return self.let_through(arrived)[0]


# Durable


@at("durable")
class WritesLater(Client):
    """It is shown, acknowledged, and written in the end."""

    def on_msg_n(self, packet):
        known = packet.msgid in self.dedup
        self.dedup[packet.msgid] = None
        shown = Discard(packet.msgid, packet.message) if known else Show(packet.msgid, packet.message)
        return [shown, *self.acknowledge(packet), Write("dedup", packet.msgid)]


@at("durable")
class WritesFirst(Client):
    """It is written, and shown in another step."""

    def show_or_discard(self, arrived):
        effect = super().show_or_discard(arrived)
        self.first = effect.write if isinstance(effect, Show) else None
        return effect._replace(write=None) if self.first else effect

    def on_msg_n(self, packet):
        effects = super().on_msg_n(packet)
        return [self.first, *effects] if self.first else effects


@at("durable")
class ForgetsItsQueue(Client):
    """After a crash it reads what it has shown, and not what waits."""

    def restart(self, disk):
        self.dedup.update(dict.fromkeys(disk.read("dedup")))
        return []


@at("durable")
class ReadsNothing(Client):
    """After a crash it begins anew."""

    def restart(self, disk):
        return []


@at("durable")
class OneRowForTheQueue(Client):
    """Each message that waits is written over the one before."""

    def report(self, msgid, status, write=None):
        queued = write is not None and write.table == "queue"
        return super().report(msgid, status, write._replace(key="waiting") if queued else write)


@at("durable")
class WritesTheLastShown(Client):
    """On the disk is the last msgid that was shown, and no other."""

    def show_or_discard(self, arrived):
        effect = super().show_or_discard(arrived)
        return effect._replace(write=Write("shown", "last", arrived.msgid)) if isinstance(effect, Show) else effect

    def restart(self, disk):
        again = super().restart(disk)
        self.dedup.update(dict.fromkeys(disk.read("shown").values()))
        return again


# Ordered


@at("ordered")
class ShowsWhatComes(Client):
    """Numbers are ignored."""

    def in_turn(self, kept):
        return [kept]


@at("ordered")
class WaitsForEver(Client):
    """The base is ignored: what is missing is waited for, though its sender has given up."""

    def in_turn(self, kept):
        return super().in_turn(kept._replace(base=0))


@at("ordered")
class AcksWhatItHolds(Client):
    """What is held back is acknowledged."""

    def hold_or_give_up(self, kept):
        effect = super().hold_or_give_up(kept)
        self.held_now = kept if isinstance(effect, Hold) else None
        return effect

    def on_msg_n(self, packet):
        self.held_now = None
        effects = super().on_msg_n(packet)
        return [*effects, *self.acknowledge(self.held_now)] if self.held_now else effects


@at("ordered")
class NumbersForAll(Client):
    """One row of numbers for all receivers."""

    def send(self, msgid, message):
        number = self.last["all"] = self.last.get("all", 0) + 1
        queued, *sent = self.request(msgid, message, number)
        return [queued, Write("last", "all", number), *sent]


@at("ordered")
class HeldInTheOrderTheyCame(Client):
    """When the gap is closed, what was held back comes out as it came in, and further gaps are not looked for."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.next = {}
        self.early = {}

    def in_turn(self, kept):
        sender = kept.message.sender
        turn = max(self.next.get(sender, 1), kept.base)
        early = self.early.setdefault(sender, [])
        self.next[sender] = turn
        if kept.number < turn:
            return [kept] if kept.msgid in self.dedup else []
        if kept.number > turn:
            early.append(kept)
            return []
        ready = [kept, *early]
        early.clear()
        self.next[sender] = max(one.number for one in ready) + 1
        return ready

    def hold_or_give_up(self, kept):
        if kept.number >= self.next[kept.message.sender]:
            return Hold(kept.msgid, kept.message)
        return Discard(kept.msgid, kept.message, "too late")


@at("ordered")
class ResendHasItsOldNumber(Client):
    """A message that is sent again keeps its number, though its turn is over."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.given = {}

    def request(self, msgid, message, number=0):
        self.given[msgid] = number
        return super().request(msgid, message, number)

    def on_resend(self, msgid, message):
        return self.request(msgid, message, self.given[msgid])


@at("ordered")
class LastIsNotWritten(Client):
    """After a crash the numbers begin at 1 again."""

    def send(self, msgid, message):
        return [effect for effect in super().send(msgid, message) if not isinstance(effect, Write)]


@at("ordered")
class BaseOfTheSender(Server):
    """The base is passed on as it came, whatever is kept."""

    def base(self, to, sent):
        return sent.base


# Groups


@at("group")
class CursorOverAGap(Client):
    """The cursor is the highest number that came."""

    def on_msg_n(self, packet):
        if not packet.group:
            return super().on_msg_n(packet)
        kept = Kept(packet.msgid, packet.message, packet.number)
        self.groups[packet.group].turn = max(packet.number + 1, self.groups[packet.group].turn)
        return [self.show_or_discard(kept), *self.send_cursor(packet.group)]


@at("group")
class HeartbeatWithoutPull(Client):
    """The heartbeat goes on and looks for nothing."""

    def on_heartbeat(self, group):
        return [self.heartbeat(group)]


@at("group")
class NotifiesOne(Server):
    """Only the first other member is notified, and the log is not asked for."""

    def on_offline_r(self, packet):
        (answer,) = super().on_offline_r(packet)
        return [Transmit(answer.packet._replace(kept=()))] if packet.group else [answer]


@at("group")
class OneNumberForAll(Server):
    """Every message in a group has the number 1."""

    def take_for_group(self, packet):
        effects = super().take_for_group(packet)
        return [
            Transmit(effect.packet._replace(number=1)) if isinstance(effect, Transmit) else effect for effect in effects
        ]


@at("group")
class StoresTwice(Server):
    """A msg:R that comes again is stored again."""

    def take_for_group(self, packet):
        group = packet.message.to
        log = self.store.setdefault(group, {})
        kept = Kept(packet.msgid, packet.message, len(log) + 1, sent_as=packet.number)
        log[f"{packet.msgid} {len(log)}"] = kept
        others = [member for member in self.groups[group] if member in self.online and member != packet.src]
        notify = [packet.follow_up("msg:N", to=member, number=kept.number, group=group) for member in others]
        return [Store(group, kept), self.confirm(packet, kept), *map(Transmit, notify)]


@at("group")
class CutsTheLog(Server):
    """What one member has acknowledged is deleted for all."""

    def move_cursor(self, packet):
        effects = super().move_cursor(packet)
        log = self.store.get(packet.group, {})
        gone = [msgid for msgid, kept in log.items() if kept.number <= packet.cursor]
        for msgid in gone:
            del log[msgid]
        return [*effects, *(Delete(packet.group, msgid) for msgid in gone)]


@at("group")
class OneRowOfNumbers(Server):
    """The messages of all groups are numbered in one row."""

    total = 0

    def take_for_group(self, packet):
        effects = super().take_for_group(packet)
        if not isinstance(effects[0], Store):
            return effects
        self.total += 1
        kept = effects[0].kept._replace(number=self.total)
        self.keep(packet.message.to, kept)
        told = [Transmit(effect.packet._replace(number=self.total)) for effect in effects[1:]]
        return [Store(packet.message.to, kept), *told]


@at("group")
class PromisesToAGroupTooEarly(Server):
    """ack:N is transmitted, and then the message is stored for the group."""

    def take_for_group(self, packet):
        first, second, *others = [*super().take_for_group(packet), None]
        return [effect for effect in (second, first, *others) if effect]


# From a blank page


@at("dedup")
class BlankPage(Client):
    """Everything by hand; on the last try the timer says `failed` though msg:A had come, and dedup is a list."""

    def on_say(self, message):
        msgid = self.new_msgid()
        self.queue[msgid] = Waiting(message, 1)
        self.status[msgid] = "sending"
        return [
            Report(msgid, "sending"),
            Transmit(Packet("msg:R", msgid, self.name, SERVER, message)),
            StartTimer(msgid),
        ]

    def on_msg_a(self, packet):
        self.status[packet.msgid] = "sent"
        return [Report(packet.msgid, "sent")]

    def on_ack_n(self, packet):
        self.queue.pop(packet.msgid, None)
        self.status[packet.msgid] = "delivered"
        return [Report(packet.msgid, "delivered")]

    def on_timer(self, msgid):
        if msgid not in self.queue:
            return []
        entry = self.queue.pop(msgid)
        return [Transmit(Packet("msg:R", msgid, self.name, SERVER, entry.message))]
