"""A run at each of its moments: what each side holds, which promises it keeps so far, what the phones show.

Each thing is a history: since when it is so, and what stands there from then on. A page gets them once a run and
switches between moments by itself. At `t` means: just after everything that happens at `t`, as in `Trace.state_at`.
"""

from imteach.tell.moments.holds import holds
from imteach.tell.moments.instants import instants, jumps
from imteach.tell.moments.phones import phone_histories
from imteach.tell.moments.told import told
from imteach.tell.moments.verdicts import verdicts

__all__ = ["holds", "instants", "jumps", "phone_histories", "told", "verdicts"]
