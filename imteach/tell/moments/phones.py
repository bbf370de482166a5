"""What each person's phone shows at each moment: bubbles, their notes, and when its person or program is gone."""

from collections import defaultdict
from collections.abc import Iterable

from imteach.protocol import SERVER, STATUSES, Outcome, Value
from imteach.tell.words import at
from imteach.trace import Event, Trace
from imteach.trace.outcomes import places

MOST_BUBBLES = 50
"""The most messages that a phone shows: its last ones."""

Span = tuple[float, float | None]
"""From when to when, in simulated ms; None: to the end."""


class BubbleNote(Value, frozen=True):
    """What stands beside a bubble from `since` on, in simulated ms; `mood` is a status, `duplicate` or ""."""

    since: float
    note: str
    mood: str


class Bubble(Value, frozen=True):
    """A message on a phone, from `since` on, in simulated ms; `own` if the phone's person said it.

    `msgid` is that under which it came, `said` the first msgid of what was said; `who` is "" where two people talk.
    """

    own: bool
    msgid: str
    said: str
    text: str
    who: str
    since: float
    notes: tuple[BubbleNote, ...]


class Phone(Value, frozen=True):
    """A person's phone: its bubbles in the order in which they stand at the end of the run; `earlier` are left out.

    `away` is when its person is logged out, `down` when its program is not running.
    """

    person: str
    bubbles: tuple[Bubble, ...]
    earlier: int
    away: tuple[Span, ...]
    down: tuple[Span, ...]


def phone_histories(trace: Trace, most: int = MOST_BUBBLES) -> list[Phone]:
    """Return each person's phone with what it shows at each moment, its last `most` bubbles.

    What they sent again stands at the place by which `in_order` is judged (see `places`), from when it was said.

    >>> from imteach import Drop, Scenario
    >>> alice, bob = phone_histories(Scenario("retransmit").run(Drop("ack:N")))
    >>> [(note.since, note.note) for note in alice.bubbles[0].notes]
    [(0, '◷ sending'), (100, '✓ sent'), (500, '✓✓ delivered')]
    >>> [(bubble.since, bubble.notes[0].note) for bubble in bob.bubbles]
    [(100, 'at 100 ms'), (400, 'at 400 ms, shown again')]
    """
    chats = _chats(trace)
    away, down = _spans(trace.events, "logout", "login"), _spans(trace.events, "crash", "restart")
    return [
        Phone(who, tuple(chat[-most:]), max(0, len(chat) - most), tuple(away[who]), tuple(down[who]))
        for who, chat in chats.items()
    ]


def _chats(trace: Trace) -> dict[str, list[Bubble]]:
    """All bubbles of each person, in the order in which they stand at the end."""
    told = {outcome.msgid: outcome for outcome in trace.messages}
    place, several = places(trace), _several(trace)
    said_at = {event.said: event.t for event in trace.events if event.kind == "say"}
    statuses = _statuses(trace)
    chats: dict[str, list[Bubble]] = {person: [] for person in trace.scenario.people}
    seen: set[tuple[str, str]] = set()  # by whom, and what was said
    for event in trace.events:
        outcome = told.get(event.said or "")
        if outcome and event.id == place[outcome.msgid]:
            notes = _own_notes(said_at[outcome.msgid], statuses[event.node, outcome.msgid])
            chats[event.node].append(_own(outcome, several, said_at[outcome.msgid], notes))
            seen.add((event.node, outcome.msgid))
        elif event.kind == "show" and outcome and event.node in chats:
            chats[event.node].append(_shown(event, trace, outcome, (event.node, outcome.msgid) in seen))
            seen.add((event.node, outcome.msgid))
    return chats


def _several(trace: Trace) -> bool:
    """Whether a bubble must say with whom one talks."""
    return len(trace.scenario.people) > 2


def _statuses(trace: Trace) -> dict[tuple[str, str], dict[float, str]]:
    """For each person and thing said the statuses that they saw, by the time since which they did."""
    statuses: defaultdict[tuple[str, str], dict[float, str]] = defaultdict(dict)
    for event in trace.events:
        if event.kind == "status" and event.said is not None:
            statuses[event.node, event.said][event.t] = str(event.status)
    return statuses


def _own_notes(since: float, statuses: dict[float, str]) -> tuple[BubbleNote, ...]:
    """The status beside something that a person said, each with the time since which it stands there."""
    notes = [] if since in statuses else [BubbleNote(since, "no status", "")]
    for t, status in statuses.items():
        gone = ", off the screen" if status == "forgotten" else ""
        note = BubbleNote(t, f"{STATUSES.get(status, '')} {status}{gone}".strip(), status)
        if not notes or notes[-1].mood != status:
            notes.append(note)
    return tuple(notes)


def _own(outcome: Outcome, several: bool, since: float, notes: tuple[BubbleNote, ...]) -> Bubble:
    """A bubble of what a person said."""
    who = f"to {', '.join(outcome.to)}" if several else ""
    return Bubble(True, outcome.msgid, outcome.msgid, outcome.text, who, since, notes)


def _shown(event: Event, trace: Trace, outcome: Outcome, seen_before: bool) -> Bubble:
    """A bubble of what somebody else said, with the time at which it was shown."""
    note = at(event.t, trace.timed) + (", shown again" if seen_before else "")
    return Bubble(
        own=False,
        msgid=event.msgid or outcome.msgid,
        said=outcome.msgid,
        text=event.text if event.text is not None else outcome.text,
        who=outcome.sender if _several(trace) else "",
        since=event.t,
        notes=(BubbleNote(event.t, note, "duplicate" if seen_before else ""),),
    )


def _spans(events: Iterable[Event], begins: str, ends: str) -> dict[str, list[Span]]:
    """From when to when each person was gone; whoever is gone already is not gone twice."""
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for event in events:
        mine = spans[event.node] if event.node != SERVER and event.kind in (begins, ends) else None
        if mine is None:
            continue
        is_gone = bool(mine) and mine[-1][1] is None
        if event.kind == begins and not is_gone:
            mine.append((event.t, None))
        elif event.kind == ends and is_gone:
            mine[-1] = (mine[-1][0], event.t)
    return spans
