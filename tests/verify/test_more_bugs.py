"""Bugs that only one kind of scenario shows, each with the trial that is there for it; and styles that are no bugs."""

import pytest

from imteach import Client, Server, examine
from imteach.protocol import Kept, Show, StartTimer, Transmit


class OneTryTooMany(Client):
    def on_timer(self, msgid):
        entry = self.queue.get(msgid)
        if entry is None:
            return []
        if entry.tries <= self.retries + 1:
            self.queue[msgid] = entry._replace(tries=entry.tries + 1)
            return [Transmit(self.msg_r(msgid, entry.message)), StartTimer(msgid, entry.tries + 1)]
        return [self.report(msgid, "failed", self.out_of_queue(msgid))]


class TriesShared(Client):
    """One counter of tries for all messages."""

    def on_timer(self, msgid):
        if msgid not in self.queue:
            return []
        self.tries = getattr(self, "tries", 0) + 1
        if self.tries > self.retries:
            return [self.report(msgid, "failed", self.out_of_queue(msgid))]
        return [Transmit(self.msg_r(msgid, self.queue[msgid].message)), StartTimer(msgid, self.tries + 1)]


class ReadsOneRow(Server):
    """After a crash it reads one row for each person."""

    def restart(self, disk):
        effects = super().restart(disk)
        self.store = {to: dict(list(kept.items())[-1:]) for to, kept in self.store.items()}
        return effects


class WritesNoPulled(Client):
    """What comes with a pull is shown and not written."""

    def show_or_discard(self, arrived):
        effect = super().show_or_discard(arrived)
        return effect._replace(write=None) if isinstance(effect, Show) and isinstance(arrived, Kept) else effect


class PullsNotAfterRestart(Client):
    """The first login after a restart is no reason to pull."""

    def restart(self, disk):
        self.fresh = True
        return super().restart(disk)

    def on_login(self):
        fresh, self.fresh = getattr(self, "fresh", False), False
        effects = super().on_login()
        return [] if fresh else effects


class ResendIsNotWritten(Client):
    def on_resend(self, msgid, message):
        queued, *others = super().on_resend(msgid, message)
        return [queued._replace(write=None), *others]


class BeatsWhileOnline(Client):
    """A heartbeat that comes while its member is logged out is the last one."""

    def on_heartbeat(self, group):
        return super().on_heartbeat(group) if self.online else []


class BeatsUntilACrash(Client):
    """After a crash there is no heartbeat any more."""

    def restart(self, disk):
        return [effect for effect in super().restart(disk) if getattr(effect, "wait", "") != "heartbeat"]


FOUND_BY = [
    (OneTryTooMany, "dedup", "nobody is there", "few_packets"),
    (TriesShared, "dedup", "both lost at first", "all_delivered"),
    (ReadsOneRow, "offline", "the server crashes, and two are kept", "all_delivered"),
    (WritesNoPulled, "durable", "a crash after an absence", "no_duplicates"),
    (PullsNotAfterRestart, "durable", "a crash while away", "all_delivered"),
    (ResendIsNotWritten, "durable", "sent again, and a crash", "all_delivered"),
    (BeatsWhileOnline, "group", "a group after an absence", "all_delivered"),
    (BeatsUntilACrash, "group", "a group after a crash", "all_delivered"),
]


@pytest.mark.parametrize(
    ("made", "rung", "trial", "promise"), FOUND_BY, ids=lambda value: getattr(value, "__name__", "")
)
def test_its_trial_finds_it(made, rung, trial, promise):
    report = examine(made, rung, only=trial)
    assert (report.promise, report.passed) == (promise, False)
    assert report.reason
    assert examine(Client, rung, only=trial).passed


class OwnPresence(Server):
    """Who is online stands in a set of its own, and the usual table is not kept."""

    def __init__(self, rung, people, *others):
        super().__init__(rung, people, *others)
        self.here = set(people)

    def presence(self, person, online):
        (self.here.add if online else self.here.discard)(person)
        return []

    def restart(self, disk):
        self.here = set()
        return []

    def on_msg_r(self, packet):
        to, answer = packet.message.to, Transmit(packet.follow_up("msg:A", to=packet.src))
        return [answer, Transmit(self.msg_n(packet, to))] if to in self.here else [answer]


class Statistics(Client):
    """It counts what comes, by kind, and keeps the last ten."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.counts = {}
        self.latest = []

    def receive(self, packet):
        self.counts[packet.kind] = self.counts.get(packet.kind, 0) + 1
        self.latest = [*self.latest[-9:], packet.kind]
        return super().receive(packet)


@pytest.mark.parametrize(("made", "rung"), [(OwnPresence, "dedup"), (Statistics, "dedup"), (Statistics, "group")])
def test_a_style_of_ones_own_is_no_bug(made, rung):
    report = examine(made, rung)
    assert report.passed, report.reason
