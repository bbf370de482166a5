"""Crashes, restarts and logins: when they happen, and what the clients and the server are told of them.

Who can reach whom then, and which news the server heeds: see `Network`.
"""

from imteach.protocol import SERVER, Report
from imteach.scenario.faults import Crash, Offline
from imteach.sim.agenda import CRASH, PRESENCE
from imteach.sim.network import Command, News, Way, forgotten
from imteach.sim.rows import NONE
from imteach.sim.timers import Waits


class Presence(Waits):
    """A run in which nodes crash, people log in and out, and links are cut."""

    def crash_as_ordered(self, fault: Crash) -> None:
        """A node crashes at the time that a fault says, unless it is down already."""
        if fault.node not in self.network.down:
            self.crash(fault)

    def crash(self, fault: Crash, cause: int = NONE) -> None:
        """A node crashes, and will start again."""
        crashed = self.go_down(fault.node, str(fault), cause)
        self.expect(self.now + fault.down, CRASH, "restart", (fault.node, crashed))

    def go_down(self, node: str, why: str, cause: int) -> int:
        """A node is down from now on: what it held and its timers are gone, its disk is not. Return the event's id."""
        crashed = self.record(node, "crash", cause, more=why)
        for running in list(self.timers[node].values()):
            self.forget_timer(running)
        self.network = self.network.crash(node)
        if node != SERVER:
            news = self.network.news_of_crash(node)
            self.expect(self.now + self.scenario.presence_timeout, PRESENCE, "server_learns", (news, crashed))
        return crashed

    def restart(self, about: tuple[str, int]) -> None:
        """A node starts again with what is on its disk; clients log in."""
        node, crashed = about
        self.network = self.network.restart(node)
        self.renew(node)
        effects = self.told(node, "restart", self.disks[node])
        restarted = self.record(node, "restart", crashed)
        self.perform(node, effects, restarted)
        if node in self.network.down:  # it crashed again, after one of these effects
            return
        if node != SERVER:
            self.forget_unsettled(node)
        for person, command in self.network.after_restart(node):
            self.log(person, command, restarted)

    def forget_unsettled(self, person: str) -> None:
        """What was on its way is on the screen no more, unless the client, just restarted, still knows of it."""
        screen = {msgid: self.written.log[seen].status for msgid, seen in self.screen[person].items()}
        if screen:
            for msgid in forgotten(screen, self.held(person).queue, self.scenario.setting):
                self.screen[person][msgid] = self.written.effect(Report(msgid, "forgotten"), msgid)

    def leave(self, person: str) -> None:
        """A person logs out."""
        self.network = self.network.leave(person)
        if self.network.has_just_left(person):
            self.log(person, "logout")

    def leave_for(self, fault: Offline) -> None:
        """A person logs out for as long as a fault says."""
        self.leave(fault.person)
        if fault.lasting is not None:
            self.expect(self.now + fault.lasting, PRESENCE, "come_back", fault.person)

    def come_back(self, person: str) -> None:
        """A person logs in again."""
        self.network = self.network.come_back(person)
        if self.network.is_in(person):
            self.log(person, "login")

    def log(self, person: str, command: Command, cause: int = NONE) -> None:
        """A client logs in or out. The server learns it one latency later, by no packet, so no fault touches it."""
        effects = self.told(person, "command", command)
        logged = self.record(person, command, cause)
        when = self.now + self.scenario.latency_of(person)
        about = self.network.news_of(person, command), logged
        self.expect(when, PRESENCE, "server_learns", about)
        self.perform(person, effects, logged)

    def server_learns(self, about: tuple[News, int]) -> None:
        """The server learns that somebody logged in or out, or is gone, unless `Network.heeds` says no."""
        news, cause = about
        if not self.network.heeds(news, lambda: news.person in self.held(SERVER).online):
            return
        self.network = self.network.learn(news)
        effects = self.told(SERVER, "presence", news.person, news.online)
        learned = self.record(SERVER, "login" if news.online else "logout", cause, more=news.person)
        self.perform(SERVER, effects, learned)

    def cut(self, way: Way) -> None:
        """A link is cut, one way."""
        self.network = self.network.sever(way)

    def mend(self, way: Way) -> None:
        """A cut is mended; the link works again if it was the last one."""
        self.network = self.network.mend(way)
