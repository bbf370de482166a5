"""imteach: why a message can be lost without anyone noticing, and how six packets mend it.

>>> from imteach import Drop, Scenario
>>> Scenario("dedup").run(Drop("ack:N")).promises["no_duplicates"]
True
"""

from typing import TYPE_CHECKING

from imteach.lazily import LAB, offer
from imteach.views import register

if TYPE_CHECKING:
    from imteach.course.cheat_sheet import cheat_sheet
    from imteach.course.exercises import exercises
    from imteach.course.predictions.predict import Predict
    from imteach.course.progress.mine import my_progress
    from imteach.course.quiz import quiz
    from imteach.errors import InputError
    from imteach.lab import FaultMapLab, Lab
    from imteach.learner import LearnerError
    from imteach.protocol import LADDER, Client, Server
    from imteach.scenario import (
        Again,
        Beat,
        Crash,
        Delay,
        Drop,
        Duplicate,
        Late,
        Loss,
        Offline,
        Partition,
        Resend,
        Say,
        Scenario,
        read_scenario,
    )
    from imteach.trace import Trace
    from imteach.trace.compare import Compare
    from imteach.verify import check, examine, explore, fault_map, follow, machine_graph, state_graph, stats, sweep

# Which function answers each question that a trace, a scenario, a graph or a result cannot answer itself: see
# `imteach.views`.
register(
    {
        "Scenario.run": "imteach.sim.simulator:simulate",
        "Trace.in_a_line": "imteach.tell.summary:in_a_line",
        "Trace.seen_by": "imteach.tell.event:seen_by",
        "Trace.why": "imteach.tell.reasons.why:why",
        "Trace.why_not": "imteach.tell.reasons.why_not:why_not",
        "Trace.to_svg": "imteach.draw.sequence.svg.picture:to_svg",
        "Trace.to_text": "imteach.draw.sequence.text:to_text",
        "Trace.to_mermaid": "imteach.draw.sequence.mermaid:to_mermaid",
        "Trace.to_plantuml": "imteach.draw.sequence.plantuml:to_plantuml",
        "Trace.to_png": "imteach.draw.sequence.png:to_png",
        "Trace.to_shiviz": "imteach.draw.sequence.shiviz:to_shiviz",
        "Trace.mimebundle": "imteach.draw.sequence.notebook:mimebundle",
        "Compare.in_a_line": "imteach.tell.difference:compare_in_a_line",
        "Compare.sentence": "imteach.tell.difference:difference_in_words",
        "Compare.outcome": "imteach.tell.difference:what_came_of_each",
        "Compare.to_svg": "imteach.draw.compare.svg:compare_to_svg",
        "Compare.to_text": "imteach.draw.compare.text:compare_to_text",
        "Compare.mimebundle": "imteach.draw.compare.notebook:compare_mimebundle",
        "ExerciseReport.live": "imteach.course.exercise_view:live",
        "Graph.to_dot": "imteach.draw.graph.dot:graph_to_dot",
        "Graph.to_svg": "imteach.draw.graph.svg:graph_to_svg",
        "Graph.to_text": "imteach.draw.graph.svg:graph_to_text",
        "Graph.mimebundle": "imteach.draw.graph.notebook:graph_mimebundle",
        "Stats.plot": "imteach.verify.count.loss_plot:loss_plot",
        "Stats.to_json": "imteach.verify.count.stats_file:to_json",
        "Stats.to_text": "imteach.verify.count.stats_tables:to_text",
        "Stats.to_markdown": "imteach.verify.count.stats_tables:to_markdown",
        "Stats.mimebundle": "imteach.verify.count.stats_tables:mimebundle",
    }
)

__version__ = "0.1.0"

__all__ = [
    "LADDER",
    "Again",
    "Beat",
    "Client",
    "Compare",
    "Crash",
    "Delay",
    "Drop",
    "Duplicate",
    "FaultMapLab",
    "InputError",
    "Lab",
    "Late",
    "LearnerError",
    "Loss",
    "Offline",
    "Partition",
    "Predict",
    "Resend",
    "Say",
    "Scenario",
    "Server",
    "Trace",
    "cheat_sheet",
    "check",
    "examine",
    "exercises",
    "explore",
    "fault_map",
    "follow",
    "machine_graph",
    "my_progress",
    "quiz",
    "read_scenario",
    "state_graph",
    "stats",
    "sweep",
]

# `import imteach` loads none of them: each name brings what it needs when it is first used.
offer(
    __name__,
    {
        "course.cheat_sheet": ["cheat_sheet"],
        "course.exercises": ["exercises"],
        "course.predictions.predict": ["Predict"],
        "course.progress.mine": ["my_progress"],
        "course.quiz": ["quiz"],
        "errors": ["InputError"],
        "lab": ["FaultMapLab", "Lab"],
        "learner": ["LearnerError"],
        "protocol": ["LADDER", "Client", "Server"],
        "scenario": [
            *("Again", "Beat", "Crash", "Delay", "Drop", "Duplicate", "Late", "Loss", "Offline", "Partition"),
            *("Resend", "Say", "Scenario", "read_scenario"),
        ],
        "trace": ["Trace"],
        "trace.compare": ["Compare"],
        "verify": [
            *("check", "examine", "explore", "fault_map", "follow", "machine_graph", "state_graph", "stats", "sweep"),
        ],
    },
    needs={"lab": LAB},
)
