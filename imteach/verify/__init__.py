"""What could happen: every fault plan, every interleaving, statistics, the fault map. Imports `sim`."""

from typing import TYPE_CHECKING

from imteach.lazily import offer

if TYPE_CHECKING:
    from imteach.protocol import PROMISE_TITLES
    from imteach.tell.ends import ENDS, End
    from imteach.tell.fault import fault_in_words
    from imteach.tell.promise import why_broken
    from imteach.tell.reasons.why import why
    from imteach.tell.summary import in_short
    from imteach.trace.causes import happens_before
    from imteach.verify.count.closed_forms import closed_forms
    from imteach.verify.count.cost import group_cost, group_cost_formula
    from imteach.verify.count.result import Measured, Stats, Sweep
    from imteach.verify.count.statistics import SWEPT, stats, sweep
    from imteach.verify.exams.examination import Examination, Tried
    from imteach.verify.exams.examiner import examine
    from imteach.verify.exams.trials import TRIALS, Trial
    from imteach.verify.graphs.machine_graph import machine_graph
    from imteach.verify.graphs.state_graph import state_graph
    from imteach.verify.losses.cell import Cell
    from imteach.verify.losses.fault_map import FaultMap, fault_map
    from imteach.verify.search.checker import Check, check
    from imteach.verify.search.finding import Finding, Verdict
    from imteach.verify.search.steps.follow import follow
    from imteach.verify.timed.explorer import Exploration, explore

__all__ = [
    "ENDS",
    "PROMISE_TITLES",
    "SWEPT",
    "TRIALS",
    "Cell",
    "Check",
    "End",
    "Examination",
    "Exploration",
    "FaultMap",
    "Finding",
    "Measured",
    "Stats",
    "Sweep",
    "Trial",
    "Tried",
    "Verdict",
    "check",
    "closed_forms",
    "examine",
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
        "count.closed_forms": ["closed_forms"],
        "count.cost": ["group_cost", "group_cost_formula"],
        "count.result": ["Measured", "Stats", "Sweep"],
        "count.statistics": ["SWEPT", "stats", "sweep"],
        "exams.examination": ["Examination", "Tried"],
        "exams.examiner": ["examine"],
        "exams.trials": ["TRIALS", "Trial"],
        "graphs.machine_graph": ["machine_graph"],
        "graphs.state_graph": ["state_graph"],
        "losses.cell": ["Cell"],
        "losses.fault_map": ["FaultMap", "fault_map"],
        "search.checker": ["Check", "check"],
        "timed.explorer": ["Exploration", "explore"],
        "search.finding": ["Finding", "Verdict"],
        "search.steps.follow": ["follow"],
        "imteach.tell": ["ENDS", "PROMISE_TITLES", "End", "fault_in_words", "in_short", "why", "why_broken"],
        "imteach.trace": ["happens_before"],
    },
)
