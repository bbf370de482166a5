"""A run in words: its events, its faults, why a promise is broken, its outcome. Imports `trace`."""

from typing import TYPE_CHECKING

from imteach.lazily import offer

if TYPE_CHECKING:
    from imteach.protocol import PROMISE_TITLES
    from imteach.tell.ends import ENDS, End
    from imteach.tell.event import tell
    from imteach.tell.fault import done_instead, fault_in_words, fault_named, why_unused
    from imteach.tell.promise import promise_named, why_broken
    from imteach.tell.reasons.past import past, told_of
    from imteach.tell.reasons.title import title
    from imteach.tell.reasons.why import Reason, why
    from imteach.tell.reasons.why_not import reasons_not, title_not, why_not
    from imteach.tell.summary import in_a_line, in_short
    from imteach.tell.words import the

__all__ = [
    "ENDS",
    "PROMISE_TITLES",
    "End",
    "Reason",
    "done_instead",
    "fault_in_words",
    "fault_named",
    "in_a_line",
    "in_short",
    "past",
    "promise_named",
    "reasons_not",
    "tell",
    "the",
    "title",
    "title_not",
    "told_of",
    "why",
    "why_broken",
    "why_not",
    "why_unused",
]

offer(
    __name__,
    {
        "ends": ["ENDS", "End"],
        "event": ["tell"],
        "fault": ["done_instead", "fault_in_words", "fault_named", "why_unused"],
        "promise": ["PROMISE_TITLES", "promise_named", "why_broken"],
        "reasons.past": ["past", "told_of"],
        "reasons.title": ["title"],
        "reasons.why": ["Reason", "why"],
        "reasons.why_not": ["reasons_not", "title_not", "why_not"],
        "summary": ["in_a_line", "in_short"],
        "words": ["the"],
    },
)
