"""Where nothing is left to come: the ends of runs, and the heartbeats of groups, which never end by themselves.

A heartbeat comes when nothing else is under way. What it brings may change something; so a run with groups is over
where each heartbeat, if no fault strikes, leads back to the very state in which it came.
"""

from collections.abc import Callable

from imteach.verify.search.codes import Codes, Deltas
from imteach.verify.search.loop import EnoughError, way_in


class QuietStates:
    """Tells of quiet states whether they are ends, and what may happen in those that are not.

    `at_end` is called with each end that is met. What one heartbeat brings may go on without end, too: it is given up
    after `most` states.
    """

    def __init__(
        self, codes: Codes, ways: Callable[[int], list[Deltas]], at_end: Callable[[int], None], most: int
    ) -> None:
        self.codes = codes
        self.ways = ways
        self.at_end = at_end
        self.most = most
        self.moving: dict[int, None] = {}  # the quiet states that are no ends

    def __call__(self, state: int) -> Deltas:
        """Return the heartbeats that may come in a state in which nothing else may happen."""
        beats = self.codes.heartbeats(state)
        if all(self.leads_back(state, state + beat) for beat in beats):
            self.at_end(state)
        else:
            self.moving[state] = None
        return beats

    def leads_back(self, quiet: int, begun: int) -> bool:
        """Whether all that has `begun` with a heartbeat in a quiet state ends there again. Raises `EnoughError`."""
        met, waiting = {begun}, [begun]
        while waiting:
            state = waiting.pop()
            further = [state + delta for deltas in self.ways(state) for delta in deltas]
            if not further and state != quiet:
                return False
            waiting += [after for after in further if after not in met]
            met.update(further)
            if len(met) > self.most:
                raise EnoughError
        return True

    def after_beat(self, begun: int) -> dict[int, list[int]]:
        """Return the quiet states in which all can end that has `begun` with a heartbeat, each with the way there.

        The ways are those without faults, and begin with the state `begun`. Raises `EnoughError`.
        """
        came: dict[int, int | None] = {begun: None}
        waiting, quiet = [begun], []
        for state in waiting:
            further = [state + delta for deltas in self.ways(state) for delta in deltas]
            if not further:
                quiet.append(state)
            for after in further:
                if after not in came:
                    came[after] = state
                    waiting.append(after)
            if len(came) > self.most:
                raise EnoughError
        return {state: way_in(came, state) for state in quiet}
