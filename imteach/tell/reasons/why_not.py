"""Why something did not happen: why a person was not shown a message, or was not told that it has arrived."""

from imteach.errors import InputError, quoted
from imteach.plain import plain
from imteach.printed import Sentence
from imteach.protocol import Outcome
from imteach.scenario.checks import moment
from imteach.tell.case import Case
from imteach.tell.reasons.each_try import EachTry
from imteach.tell.reasons.standing import HowItStands
from imteach.tell.reasons.until import until
from imteach.tell.reasons.why import Reason, in_sentences
from imteach.tell.words import at, join, quote, stamp
from imteach.trace import Event, Trace


def why_not(trace: Trace, msgid: str, who: str, at: float | None = None) -> list[str]:
    """Return why `who` did not see a message or, for its sender, did not learn that it has arrived.

    A few short sentences, the beginning first; the last one says how it stands. Only what happened up to `at`
    simulated ms counts; None: up to the end. Raises `InputError` for an unknown message, for somebody whom it does not
    concern, and if they did see it or learn of it.

    >>> from imteach import Drop, Scenario
    >>> for sentence in why_not(Scenario("basic").run(Drop("msg:N")), "m1", "bob"):
    ...     print(sentence)
    0 ms: alice says “hello” to bob
    80 ms: m1/msg:N#1 is dropped on its way to bob
    100 ms: alice sees m1 ✓ sent, and waits for nothing more
    100 ms: nothing brings it to bob any more, and nobody notices: alice sees ✓ sent
    """
    return in_sentences(reasons_not(trace, msgid, who, at))


def reasons_not(trace: Trace, msgid: str, who: str, at: float | None = None) -> list[Reason]:
    """Return why `who` did not see a message, or learn of it: the sentences of `why_not`, each with what it is about.

    The last one, which says how it stands, is about what is under way, or else about the event of the one before it.
    Raises what `why_not` raises.

    >>> from imteach import Drop, Scenario
    >>> reasons_not(Scenario("acked").run(Drop("msg:N")), "m1", "bob")[1]
    Reason(text='80 ms: m1/msg:N#1 is dropped on its way to bob', event=7, packet='m1/msg:N#1', also=())
    """
    said, say = _said(trace, msgid, who), _said_at(trace, msgid)
    if at is not None and moment(at, "at") < say.t:
        return [Reason(f"{stamp(at, trace.timed)}: {said.sender} has not said {quote(said.text)} yet", say.id)]
    so_far = until(trace, at)
    case = Case(so_far, _said(so_far, msgid, who), said.to[0] if who == said.sender else who)
    _check_that_it_did_not(case, who)
    each_try = EachTry(case, to_sender=who == said.sender)
    standing, told = HowItStands(each_try, is_over=at is None), each_try.reasons()
    names = [flight.name for flight in standing.flights]
    text = f"{stamp(so_far.events[-1].t if at is None else at, trace.timed)}: {plain(standing.sentence())}"
    if names:
        return [*told, Reason(text, case.sendings[names[0]].id, names[0], tuple(names[1:]))]
    return [*told, Reason(text, told[-1].event)]


def title_not(trace: Trace, msgid: str, who: str) -> str:
    """Return the question that `reasons_not` answers, in plain words. Raises what `why_not` raises for wrong names.

    >>> from imteach import Scenario
    >>> trace = Scenario("basic").run()
    >>> title_not(trace, "m1", "bob"), title_not(trace, "m1", "alice")
    ('Why did bob not see “hello”?', 'Why did alice not learn that bob has “hello”?')
    """
    said, to = _said(trace, msgid, who), str(_said_at(trace, msgid).to)
    if who != said.sender:
        return Sentence(f"Why did {who} not see {quote(said.text)}?")
    if to in trace.scenario.groups:
        return Sentence(f"Why did {who} not learn that {quote(said.text)} is kept for {to}?")
    return Sentence(f"Why did {who} not learn that {to} has {quote(said.text)}?")


def _said(trace: Trace, msgid: str, who: str) -> Outcome:
    """What came of the message, if it concerns this person."""
    first = next((event.said for event in trace.events if event.msgid == msgid), None)
    said = next((said for said in trace.messages if said.msgid == first), None)
    if said is None:
        known = join([said.msgid for said in trace.messages]) if trace.messages else "none at all"
        raise InputError(f"no message {quoted(msgid)}; what was said is {known}{_unsaid(trace)}")
    if who not in (said.sender, *said.to):
        people = join([said.sender, *said.to])
        raise InputError(f"{quoted(msgid)} does not concern {quoted(who)}; it concerns {people}")
    return said


def _unsaid(trace: Trace) -> str:
    """What somebody wanted to say and could not: it has no msgid."""
    vain = [event for event in trace.happened("unsaid") if event.msgid is None]
    told = [f"{event.node} could not say {quote(str(event.text))} {at(event.t, trace.timed)}" for event in vain]
    return f" ({join(told)}: ask why(…) of that event)" if told else ""


def _said_at(trace: Trace, msgid: str) -> Event:
    first = next(event.said for event in trace.events if event.msgid == msgid)
    return trace.happened("say", said=first)[0]


def _check_that_it_did_not(case: Case, who: str) -> None:
    """Raise `InputError` if it did happen."""
    said = case.said
    if who != said.sender and case.shows:
        raise InputError(f"{who} was shown {said.msgid} {case.at(case.shows[0])}: ask why(…) of that event")
    if who == said.sender and said.status == "delivered" and case.settled is not None:
        raise InputError(f"{who} saw {said.msgid} ✓✓ delivered {case.at(case.settled)}: ask why(…) of that event")
