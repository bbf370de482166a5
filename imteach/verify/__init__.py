"""What could happen, and why it did: sentences about a run. Imports `sim` and `protocol`."""

from typing import TYPE_CHECKING

from imteach.lazily import offer

if TYPE_CHECKING:
    from imteach.verify.causes import happens_before, why
    from imteach.verify.checker import Check, check
    from imteach.verify.closed_forms import closed_forms
    from imteach.verify.cost import group_cost, group_cost_formula
    from imteach.verify.ends import ENDS, End
    from imteach.verify.explain import why_broken
    from imteach.verify.explorer import Exploration, explore
    from imteach.verify.fault_map import Cell, FaultMap, fault_map
    from imteach.verify.finding import Finding, Verdict
    from imteach.verify.follow import follow
    from imteach.verify.machine_graph import machine_graph
    from imteach.verify.short import PROMISE_TITLES, fault_in_words, in_short
    from imteach.verify.state_graph import state_graph
    from imteach.verify.statistics import Measured, Stats, Sweep, stats, sweep

__all__ = [
    "ENDS",
    "PROMISE_TITLES",
    "Cell",
    "Check",
    "End",
    "Exploration",
    "FaultMap",
    "Finding",
    "Measured",
    "Stats",
    "Sweep",
    "Verdict",
    "check",
    "closed_forms",
    "explore",
    "fault_in_words",
    "fault_map",
    "follow",
    "group_cost",
    "group_cost_formula",
    "happens_before",
    "in_short",
    "machine_graph",
    "state_graph",
    "stats",
    "sweep",
    "why",
    "why_broken",
]

offer(
    __name__,
    {
        "causes": ["happens_before", "why"],
        "checker": ["Check", "check"],
        "closed_forms": ["closed_forms"],
        "cost": ["group_cost", "group_cost_formula"],
        "ends": ["ENDS", "End"],
        "explain": ["why_broken"],
        "explorer": ["Exploration", "explore"],
        "fault_map": ["Cell", "FaultMap", "fault_map"],
        "finding": ["Finding", "Verdict"],
        "follow": ["follow"],
        "machine_graph": ["machine_graph"],
        "short": ["PROMISE_TITLES", "fault_in_words", "in_short"],
        "state_graph": ["state_graph"],
        "statistics": ["Measured", "Stats", "Sweep", "stats", "sweep"],
    },
)
