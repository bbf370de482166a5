"""Somebody logs out, or in again: what that makes of the faults of a run."""

from imteach.errors import InputError, quoted
from imteach.lab.steps.history import AlreadyError
from imteach.scenario import Fault, Offline
from imteach.trace import Trace
from imteach.trace.records import instant
from imteach.trace.spans import Span, spans


def with_presence(trace: Trace, person: str, online: bool, at: float) -> tuple[Fault, ...]:
    """Return the faults of a run, changed so that this person logs out, or in, `at` so many simulated ms.

    Who logs out stays away; who logs in ends every absence that there is at this moment. Raises `InputError` for nobody
    who is here, and for a login of somebody who is not away.

    >>> from imteach import Scenario
    >>> scenario = Scenario("offline")
    >>> away = with_presence(scenario.run(), "bob", False, at=0)
    >>> away, with_presence(scenario.run(*away), "bob", True, at=1000)
    ((Offline("bob", at=0),), (Offline("bob", at=0, lasting=1000),))
    """
    leaving = Offline(person, at).resolve(trace.scenario)
    if not isinstance(online, bool):
        raise InputError(f"expected true or false, got {quoted(online)}", where="online")
    absences: dict[Fault, Span] = {
        fault: span for fault, span in spans(trace).items() if isinstance(fault, Offline) and fault.person == person
    }
    away = {fault: span for fault, span in absences.items() if span.holds(leaving.at)}
    if not online and away:
        raise AlreadyError(f"{person} is logged out already at {leaving.at} ms, because of: {_some(away)}")
    if not online:
        return (*trace.faults, leaving)
    if not away:
        ends_now = any(span.until == leaving.at for span in absences.values())
        error = AlreadyError if ends_now else InputError
        raise error(f"{person} is logged in at {leaving.at} ms; logged out by: {_some(absences)}")
    return tuple(_ended(fault, away.get(fault), leaving.at) for fault in trace.faults)


def _ended(fault: Fault, away: Span | None, at: float) -> Fault:
    """Return the fault; if it is one of those absences, it ends now."""
    if not isinstance(fault, Offline) or away is None or away.since is None:
        return fault
    if away.since == at:
        raise InputError(f"{fault.person} logs out at {at} ms, and can log in later than that", where="at")
    return Offline(fault.person, fault.at, instant(at - away.since), fault.after)


def _some(absences: dict[Fault, Span]) -> str:
    return ", ".join(map(str, absences)) or "none"
