"""When a run with groups is over: only their heartbeats are still to come, and a round of those brought nothing new."""

from collections.abc import Hashable, Mapping
from math import inf

from imteach.scenario.scenario import HEARTBEAT, Scenario

PULL = "pull"
"""What the timer of a pull is for: see `imteach.protocol.WAITS`."""

NEWS = {"say", "resend", "show", "hold", "store", "login", "logout", "crash", "restart"}
"""The kinds of event after which the members of a group may still have something to find."""


class Quiet:
    """How long nothing new has happened in a run of `scenario`, and which heartbeats came meanwhile.

    >>> quiet = Quiet(Scenario("group", groups={"friends": ["alice", "bob"]}))
    >>> quiet.news(100)
    >>> quiet.heartbeat("alice", "heartbeat:friends")
    >>> quiet.is_over(2000, {"heartbeat": 2}), quiet.is_over(2000, {"heartbeat": 1})
    (False, True)
    """

    def __init__(self, scenario: Scenario) -> None:
        there_and_back = max(map(scenario.round_trip, scenario.people))
        self._patience = scenario.heartbeat + scenario.longest_pull + there_and_back
        self._came: set[tuple[str, str]] = set()  # the heartbeats that came since there was news
        self._since: float = 0

    def fork(self) -> "Quiet":
        """Return a copy: what happens to one does not change the other."""
        twin = object.__new__(Quiet)
        twin.__dict__.update(self.__dict__)
        twin._came = self._came.copy()
        return twin

    def news(self, t: float) -> None:
        """Something new happened at `t` simulated ms: from now on each heartbeat must come again."""
        self._came.clear()
        self._since = t

    def heartbeat(self, node: str, name: str) -> None:
        """The heartbeat timer `name` of this node ran out."""
        self._came.add((node, name))

    def key(self, t: float, waits: bool) -> Hashable:
        """All that decides when the run is over, seen at `t`; `waits`: whether heartbeats or pulls are to come.

        Once the patience is over, more time makes no difference: a run that pulls for ever comes back to where it was.
        """
        since = t - self._since
        return frozenset(self._came), (inf if since > self._patience else round(since, 3)) if waits else 0

    def is_over(self, t: float, waits: Mapping[str, int]) -> bool:
        """Whether the run is over at `t`, if so many heartbeats and pulls in vain are to come, and nothing else.

        Pulls in vain do not keep it going, once each had all its tries.
        """
        if len(self._came) != waits[HEARTBEAT]:
            return False
        return not waits.get(PULL) or t - self._since > self._patience
