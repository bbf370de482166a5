"""Why a run leaves something behind: what a node still holds of a message that is settled."""

from imteach.printed import Sentence
from imteach.protocol import SERVER
from imteach.tell.words import counted, join, quote, sign
from imteach.trace import Trace
from imteach.trace.leftovers import Leftover, left_behind


def why_left_behind(trace: Trace) -> str:
    """Return what the nodes of a run have left behind, in a sentence; "" if nothing.

    The first thing is named, and the others are counted.

    >>> from imteach import Scenario
    >>> why_left_behind(Scenario("dedup").run())
    ''
    """
    found = left_behind(trace)
    if not found:
        return ""
    more = len(found) - 1
    others = f" (and {counted(more, 'more thing')})" if more else ""
    return Sentence(f"{_left(found[0])}{others}.")


def _left(thing: Leftover) -> str:
    """What one thing is that was left behind, and why nobody needs it."""
    name = f"{quote(thing.of.text)} ({thing.msgid})" if thing.of is not None else thing.msgid
    if thing.people:
        people = join(list(thing.people))
        return f"The server still remembers {people} in self.{thing.attribute}, and that is not who is online"
    if thing.node == SERVER:
        return f"The server still holds {name} in self.{thing.attribute}, and keeps it for nobody"
    assert thing.of is not None  # a client's leftover is about something that its person said
    settled = f"{thing.node}'s screen says {sign(thing.of.status)}"
    return f"{settled}, yet {thing.node}'s client still holds {name} in self.{thing.attribute}"
