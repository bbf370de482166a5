"""A run that is kept beside the one that goes on."""

from imteach.lab.steps.history import AlreadyError, Steps
from imteach.trace import Trace
from imteach.trace.compare import Compare


class Keeping(Steps):
    """To keep a run is no step: undo, redo and reset leave it where it is."""

    _kept: Trace | None = None

    @property
    def kept(self) -> Trace | None:
        """The run that is kept, with its scenario and its faults; None if there is none."""
        return self._kept

    @property
    def compare(self) -> Compare | None:
        """The run that is kept beside the run as it is now; None if none is kept.

        >>> from imteach.lab.session import Session
        >>> session = Session("retransmit")
        >>> session.keep()
        >>> session.drop("ack:N")
        >>> print(session.compare.outcome[0])
        bob is shown “hello” once in the first run, twice in the second.
        """
        return None if self._kept is None else Compare(self._kept, self.trace)

    def keep(self) -> None:
        """Keep the run as it is now, in the place of one that was kept before."""
        self._kept = self.trace

    def put_away(self) -> None:
        """Keep no run any more. Raises `InputError` if none is kept.

        >>> from imteach.lab.session import Session
        >>> Session("dedup").put_away()
        Traceback (most recent call last):
        imteach.lab.steps.history.AlreadyError: nothing to put away: no run is kept
        """
        if self._kept is None:
            raise AlreadyError("nothing to put away: no run is kept")
        self._kept = None
