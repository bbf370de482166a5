"""Words and phrases from which sentences about a run are put together."""

from collections.abc import Iterable, Sequence

from imteach.plain import plain
from imteach.protocol import SERVER, STATUSES, forgotten_by
from imteach.trace import Event, PacketRecord, Trace

TEXT_SHOWN = 40  # characters of a message that a sentence quotes
MOST_NAMED = 3  # faults in a title; msgids, before only the first and the last are named
NAMES_SHOWN = 4  # packets that a sentence names before it counts the rest


def quote(text: str) -> str:
    """What a person said, in quotes, on one line, cut where it is long."""
    return f"“{cut(text)}”"


def cut(text: str) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(plain(text).split())
    return line if len(line) <= TEXT_SHOWN else line[: TEXT_SHOWN - 1] + "…"


def sign(status: str | None) -> str:
    """A status with its sign.

    >>> sign("delivered"), sign("forgotten"), sign(None)
    ('✓✓ delivered', 'nothing (forgotten)', 'nothing')
    """
    if status is None:
        return "nothing"
    return f"{STATUSES[status]} {status}" if STATUSES[status] else f"nothing ({status})"


def times(count: int) -> str:
    """How often, in a word.

    >>> times(0), times(2), times(5)
    ('never', 'twice', '5 times')
    """
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count} times")


def times_shown(count: int, what: str) -> str:
    """How often something was shown."""
    return f"shown {what} {times(count)}" if count else f"never shown {what}"


def counted(count: int, noun: str) -> str:
    """A number of things.

    >>> counted(1, "packet"), counted(2, "packet")
    ('1 packet', '2 packets')
    """
    return f"{count} {noun}{'s' * (count != 1)}"


def be(things: Sequence[object]) -> str:
    """`is` or `are`, to agree with the number of things."""
    return "is" if len(things) == 1 else "are"


def few(names: Sequence[str]) -> str:
    """Name the first few and count the rest; if only one is left, name it too."""
    names = list(names)
    rest = len(names) - NAMES_SHOWN
    return join(names if rest <= 1 else [*names[:NAMES_SHOWN], f"{rest} more"])


def join(parts: Sequence[str]) -> str:
    """Put parts together with commas and an `and`.

    >>> join(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def capital(clause: str) -> str:
    """A clause as a sentence begins: with a capital letter."""
    return clause[:1].upper() + clause[1:]


def the(node: str) -> str:
    """A node's name inside a sentence.

    >>> the("server"), the("bob")
    ('the server', 'bob')
    """
    return "the server" if node == SERVER else node


def stamp(t: float, timed: bool = True) -> str:
    """Name a moment of a run: a time; where there is no clock, a step, for there a moment is how many steps there were.

    >>> stamp(300), stamp(6, timed=False), stamp(0, timed=False)
    ('300 ms', 'step 6', 'the start')
    """
    if timed:
        return f"{t} ms"
    return f"step {t}" if t else "the start"


def at(t: float, timed: bool = True) -> str:
    """When something happened, at the end of a clause.

    >>> at(300), at(6, timed=False)
    ('at 300 ms', 'at step 6')
    """
    return f"at {stamp(t, timed)}"


def from_then_on(t: float, timed: bool = True) -> str:
    """What happens over and over after this moment, since when it does.

    >>> from_then_on(300), from_then_on(6, timed=False), from_then_on(0, timed=False)
    ('from 300 ms on', 'after step 6', 'from the start')
    """
    if timed:
        return f"from {t} ms on"
    return f"after {stamp(t, timed)}" if t else f"from {stamp(t, timed)}"


def in_ms(trace: Trace, number: str) -> str:
    """How long something is remembered or kept, by the name of that number in the scenario, if there is a clock.

    >>> from imteach import Scenario
    >>> in_ms(Scenario("offline", store_for=5000).run(), "store_for")
    '5000 ms'
    """
    return f"{getattr(trace.scenario, number)} ms" if trace.timed else "its time"


def remembers(trace: Trace, forgotten: Event) -> str:
    """How long, or how many, the client remembers that forgets a message in this event, as what comes after "it".

    "" if it is a learner's class that forgets something of its own accord.
    """
    limit, step = trace.scenario.dedup_limit, trace.events[forgotten.causes[0]]
    if forgotten_by(step.timer):
        return f"remembers a msgid for {in_ms(trace, 'dedup_for')}"
    return "" if limit is None else f"remembers {counted(limit, 'msgid')}"


def content(packet: PacketRecord) -> list[str]:
    """What a packet carries that its label doesn't say."""
    content = []
    if packet.seq:
        content.append(f"carries number {packet.seq}{f' and base {packet.base}' if packet.base else ''}")
    if packet.kind == "offline:A":
        content.append(f"brings {names([kept.msgid for kept in packet.kept]) if packet.kept else 'nothing'}")
    if packet.more:
        content.append("there is more")
    if packet.msgids:
        verb = "holds back" if packet.kind == "offline:R" else "confirms"
        content.append(f"{verb} {names(packet.msgids)}")
    if packet.group and packet.kind in ("ack:R", "offline:R"):
        content.append(f"has everything up to number {packet.cursor} of {plain(packet.group)}")
    return content


def names(msgids: Iterable[str]) -> str:
    """Return a few names, or the first and the last of many.

    >>> names(["m1", "m2"]), names(f"m{number}" for number in range(1, 21))
    ('m1, m2', 'm1 … m20')
    """
    listed = [plain(msgid) for msgid in msgids]
    return ", ".join(listed) if len(listed) <= MOST_NAMED else f"{listed[0]} … {listed[-1]}"
