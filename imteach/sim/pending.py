"""What is still pending in a run: it is over when nothing is in flight and no timer runs, but for heartbeats."""

from collections.abc import Hashable

from imteach.scenario.scenario import HEARTBEAT, Scenario

NEWS = {"say", "resend", "show", "hold", "store", "login", "logout", "crash", "restart"}
"""The kinds of event after which the members of a group may still have something to find."""


class Pending:
    """What is still to come in a run of `scenario`, counted.

    A run with groups is over when nothing but heartbeats is pending and a round of them brought no news. Pulls that
    bring nothing do not keep it going either, once each had all its tries.

    >>> pending = Pending(Scenario("basic"))
    >>> pending.count("rto", 1)
    >>> pending.others
    1
    """

    def __init__(self, scenario: Scenario) -> None:
        self.others = 0  # appointments and timers still to come, but for those that `waits` counts
        self.waits = {HEARTBEAT: 0, "pull": 0}  # heartbeats; pulls that bring nothing: their timers and packets
        there_and_back = 2 * max(map(scenario.latency_of, scenario.people))
        self._patience = scenario.heartbeat + scenario.longest_pull + there_and_back
        self._quiet: set[tuple[str, str]] = set()  # the heartbeats that came since there was news
        self._news: float = 0  # when that was

    def fork(self) -> "Pending":
        """Return a count that goes on from here by itself."""
        twin = object.__new__(Pending)
        twin.__dict__.update(self.__dict__)
        twin.waits, twin._quiet = self.waits.copy(), self._quiet.copy()
        return twin

    def count(self, wait: str, change: int) -> None:
        """Count something that is still to come (1), or that came (-1), by what it waits for."""
        if wait in self.waits:
            self.waits[wait] += change
        else:
            self.others += change

    def heartbeat(self, node: str, name: str) -> None:
        """A heartbeat came."""
        self._quiet.add((node, name))

    def news(self, t: float) -> None:
        """Something new happened: from now on each heartbeat must come again."""
        self._quiet.clear()
        self._news = t

    def key(self, t: float) -> Hashable:
        """All that decides when the run is over, as seen at `t`, in addition to what is still to come."""
        return frozenset(self._quiet), round(t - self._news, 3) if any(self.waits.values()) else 0

    def is_over(self, t: float) -> bool:
        """Whether the run is over, now that at `t` nothing but a heartbeat comes next."""
        if self.others or len(self._quiet) != self.waits[HEARTBEAT]:
            return False
        return not self.waits["pull"] or t - self._news > self._patience
