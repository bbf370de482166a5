"""Why a promise is broken, in one sentence about this very run."""

from collections.abc import Callable

from imteach.printed import Sentence
from imteach.protocol import PROMISE_TITLES, PROMISES, SERVER, Outcome
from imteach.scenario.checks import promise_called
from imteach.tell.case import Case
from imteach.tell.endless import why_endless
from imteach.tell.facts import BACK_TO_SENDER, Stop
from imteach.tell.left import why_left_behind
from imteach.tell.reasons.why import why_again
from imteach.tell.way_ends import deed_named
from imteach.tell.words import at, counted, few, join, quote, remembers, times
from imteach.trace import Event, PacketRecord, Trace
from imteach.trace.records import is_late


def promise_named(promise: str) -> str:
    """Return a promise by both its names: its title, which says what it is, and its name, by which code asks for it.

    Whatever a person reads names a promise so. Who knows one of the names then finds the other.

    >>> promise_named("no_duplicates")
    '“Nothing is shown twice” (no_duplicates)'
    """
    return f"“{PROMISE_TITLES[promise]}” ({promise})"


def why_broken(trace: Trace, promise: str) -> str:
    """Return one sentence that says why this run breaks `promise`, "" if it keeps it.

    Where several messages break it the first is explained and the others are counted. `it_ends` is broken by a run
    that goes round for ever. `promise` is its name or its title. Raises `InputError` for what is neither, and for
    `it_ends` if the run ends.

    >>> from imteach import Drop, Scenario
    >>> print(why_broken(Scenario("basic").run(Drop("msg:A")), "no_false_failure"))
    alice's screen says ! failed, yet bob was shown “hello” (m1) at 100 ms: m1/msg:A#1
        was dropped, so alice's client gave up at 300 ms.
    >>> why_broken(Scenario("dedup").run(Drop("msg:N")), "all_delivered")
    ''
    """
    promise = promise_called(promise, PROMISE_TITLES)
    if promise in _SEARCHED:
        return _SEARCHED[promise](trace)
    broken_by = [said for said in trace.messages if not PROMISES[promise](said)]
    if not broken_by:
        return ""
    more = len(broken_by) - 1
    others = f" (and {counted(more, 'more message')})" if more else ""
    case = Case(trace, broken_by[0], _receiver(broken_by[0], promise))
    return Sentence(f"{_SENTENCES[promise](case)}{others}.")


def _receiver(said: Outcome, promise: str) -> str:
    """The receiver that the sentence is about: of a group the first at whom this message breaks the promise.

    It can break `all_delivered` at nobody, where everybody has it and its sender was not told so.
    """
    breaks = _AT[promise]
    seldom = (who for who in said.to if said.shown[who] != 1)
    return next((who for who in said.to if breaks(said, who)), next(seldom, said.to[0]))


_AT: dict[str, Callable[[Outcome, str], bool]] = {
    "no_duplicates": lambda said, who: said.shown[who] > 1,
    "no_false_delivery": lambda said, who: not said.reached(who),
    "no_silent_loss": lambda said, who: not said.reached(who),
    "no_false_failure": lambda said, who: said.shown[who] > 0,
    "all_delivered": lambda said, who: not said.reached(who) or not (said.shown[who] or who in said.away),
    "in_order": lambda said, who: who in said.late,
    "stored_once": lambda said, who: said.twice,
}
"""For each promise whether a message breaks it at this receiver."""


def _no_duplicates(case: Case) -> str:
    first, second, *_ = case.shows
    moments = [case.at(show) + (f" as {show.msgid}" if show.msgid != first.msgid else "") for show in case.shows]
    shown = f"{case.receiver} was shown {case.name} {times(len(case.shows))}, {few(moments)}"
    return f"{shown}: {_why_shown_again(case, first, second)}{_why_not_discarded(case, first, second)}"


def _why_not_discarded(case: Case, first: Event, second: Event) -> str:
    """Why dedup did not catch the second showing, where there is dedup."""
    if not case.trace.scenario.setting.dedups:
        return ""
    if second.msgid != first.msgid:
        return f", and {case.receiver}'s client cannot recognise {second.msgid} as the same message"
    crash = case.crash_between(case.receiver, first, second)
    if crash is not None:
        return f", and {case.receiver}'s client {_why_forgotten(case, crash, first, second)}"
    forgotten = case.forgotten(case.receiver, second)
    if forgotten is not None and forgotten.id > first.id:
        why = remembers(case.trace, forgotten)
        return f", and {case.receiver}'s client had forgotten {first.msgid}{f': it {why}' if why else ''}"
    return f", and {case.receiver}'s client did not discard it"


def _why_forgotten(case: Case, crash: Event, first: Event, second: Event) -> str:
    """How the receiver's client came to forget in this crash what it had shown: before the mark, or for all the mark.

    That it was to write a mark next is known from what it did when it showed it again.
    """
    though = case.though_written(case.receiver, crash)
    marks = [event for event in case.in_step(case.step(second)) if event.kind == "write" and event.said == second.said]
    last = case.trace.events[crash.causes[0]] if crash.causes else crash
    if though or not marks or case.step(last) is not case.step(first):
        return f"had forgotten it in the crash {case.at(crash)}{though}"
    did = "showed it" if last is first else deed_named(last)
    return f"crashed {case.at(crash)}, after it {did} and before it wrote {marks[0].key}"


def _why_shown_again(case: Case, first: Event, second: Event) -> str:
    """What led to the second showing, as far as its causes show."""
    return _why_it_came_again(case, first, second) or _why_without_retransmission(case, first, second)


def _why_it_came_again(case: Case, first: Event, second: Event) -> str:
    """Why the packet behind the second event was transmitted after that behind the first; "" if it was not."""
    copy = case.copy_behind(second)
    if copy and copy != case.copy_behind(first):
        return f"the network made a copy of {copy.partition('~')[0]}"
    again = case.behind(second, "retransmit")
    if again is None or again is case.behind(first, "retransmit"):
        return ""
    why = case.behind(again, "timer_fire", "arrive", "say", "resend", "restart")
    resent = f"sent msg:R again {case.at(again)}"
    if why is None:
        return f"{again.node}'s client {resent} of its own accord"
    match why.kind:
        case "timer_fire":
            return _why_timer_ran_out(case, why, resent)
        case "arrive":
            return f"{again.node}'s client {resent}, when {why.packet} arrived"
        case "resend":
            return f"{again.node} sent it again {case.at(again)}, {why_again(case.trace, why)}"
        case "restart":
            return f"{again.node}'s client started again after its crash and {resent}"
    return f"{again.node}'s client {resent} of its own accord"


def _why_without_retransmission(case: Case, first: Event, second: Event) -> str:
    """What led to the second showing, where no retransmission lies between the two."""
    packet = case.trace.packet.get(str(second.packet)) if second.packet else None
    if packet is not None and packet.kind == "offline:A":
        return _why_kept_again(case, first, packet)
    if None in (first.packet, second.packet) or first.packet == second.packet:
        return f"{case.receiver}'s client showed it again without being sent it again"
    return f"both {first.packet} and {second.packet} arrived, and no retransmission lies between them"


def _why_kept_again(case: Case, first: Event, answer: PacketRecord) -> str:
    """Why an offline:A brought what was shown before."""
    stores = [store for store in case.events("store") if store.id < case.sendings[answer.name].id]
    copies = sum(kept.said == case.said.msgid for kept in answer.kept)
    twice = f"the server had stored it {times(len(stores))}, {few([case.at(store) for store in stores])}"
    if first.packet == answer.name:
        if copies < 2:
            return f"{case.receiver}'s client showed it again without being sent it again"
        return f"{twice}, and {answer.name} brought it {times(copies)}"
    if len(stores) > 1:
        return f"{twice}, so it came again with {answer.name}"
    if stores and stores[0].id > first.id:
        asked = case.step(stores[0]).packet
        return f"the server stored it {case.at(stores[0])}, when {asked} arrived, so it came again with {answer.name}"
    return f"the server still kept it, so it came again with {answer.name}"


def _why_timer_ran_out(case: Case, fired: Event, resent: str) -> str:
    """Why the sender had no ack:N when its timer fired: a packet was lost, or the ack:N could not come in time."""
    if is_late(fired):
        return f"{case.sender}'s timer had run out when it was cancelled, so {case.sender}'s client {resent}"
    cut: list[Stop] = []
    late: list[PacketRecord] = []
    for request in case.requests_before(fired):
        for stop in case.stops(request, BACK_TO_SENDER):
            if case.in_time(stop, BACK_TO_SENDER, fired.t):
                cut.append(stop)  # but for this stop, the ack:N would have come in time
            elif stop.fate == "arrived":
                late.append(stop.packet)
    if cut:
        return f"{case.told(cut)}, so {case.sender}, still waiting, {resent}"
    awaited = f"{late[0].name} could arrive {at(late[0].due, case.trace.timed)}" if late else "any ack:N could arrive"
    return f"{case.sender}'s timer ran out {case.at(fired)}, before {awaited}, so {case.sender} sent msg:R again"


def _no_false_delivery(case: Case) -> str:
    return f"{case.screen}{_since(case)}, yet {case.never_saw}"


def _since(case: Case) -> str:
    """Which packet made the sender's screen say what it says."""
    settled = case.settled
    if settled is None or settled.packet is None:
        return ""
    return f" since {settled.packet} arrived {case.at(settled)}"


def _no_silent_loss(case: Case) -> str:
    if case.said.status == "forgotten":
        return f"{case.never_saw}, yet {case.forgot} and nobody will ever know"
    return f"{case.never_saw}, yet {case.screen} and nobody will ever know"


def _no_false_failure(case: Case) -> str:
    return f"{case.screen}, yet {case.saw}: {case.why_given_up()}"


def _all_delivered(case: Case) -> str:
    said = case.said
    if not said.shown[case.receiver]:
        return f"{case.never_saw}; {case.forgot if said.status == 'forgotten' else case.screen}"
    if said.status == "forgotten":
        return f"{case.saw}, but {case.forgot}"
    if said.status == "failed":
        return f"{case.saw}, but {case.screen}: {case.why_given_up()}"
    if said.status == "sent" and not case.trace.scenario.setting.acks:
        why = f"this rung has no ack:R, ack:A and ack:N, so {case.sender} can never know"
        return f"{case.saw}, but {case.screen}: {why}"
    return f"{case.saw}, but {case.screen}, because {case.why_no_ack_n()}"


def _in_order(case: Case) -> str:
    receiver = case.receiver
    shows = [show for show in case.trace.happened("show", node=receiver) if show.said is not None]
    late = next(show for show in shows if show.said == case.said.msgid)
    conversation = {said.msgid for said in case.trace.messages if (said.sender, said.to) == (case.sender, case.said.to)}
    earlier = [show for show in shows if show.id < late.id and show.said in conversation]
    newer = next(show for show in earlier if case.places[str(show.said)] > case.places[case.said.msgid])
    seen = f"{receiver} was shown {case.name} {case.at(late)}, after {quote(str(newer.text))} ({newer.msgid})"
    again = case.behind(late, "retransmit")
    fired = case.behind(again, "timer_fire") if again is not None else None
    why = f": {_why_timer_ran_out(case, fired, f'sent msg:R again {case.at(again)}')}" if fired and again else ""
    return f"{seen} {case.at(newer)}, which was said later{why}"


def _stored_once(case: Case) -> str:
    first, second = case.stored_twice
    stored = f"{case.name} was stored for {first.to}"
    if first.packet is not None and first.packet == second.packet:
        return f"{stored} twice{case.when(second)}"
    again = f"again{case.when(second)}" + (f" as {second.msgid}" if second.msgid != first.msgid else "")
    why = _why_it_came_again(case, first, second)
    came = f"{why}, and " if why else ""
    return f"{stored}{case.when(first)}, and {again}: {came}{_why_not_found(case, first, second)}"


def _why_not_found(case: Case, first: Event, second: Event) -> str:
    """Why the server stored a message beside the copy that it kept."""
    if second.msgid != first.msgid:
        return f"the server cannot recognise {second.msgid} as the same message"
    crash = case.crash_between(SERVER, first, second)
    if crash is not None:
        return f"the server had forgotten in the crash {case.at(crash)} that it kept it"
    return "the server stored it beside the copy that it kept"


_SENTENCES = {
    "no_duplicates": _no_duplicates,
    "no_false_delivery": _no_false_delivery,
    "no_silent_loss": _no_silent_loss,
    "no_false_failure": _no_false_failure,
    "all_delivered": _all_delivered,
    "in_order": _in_order,
    "stored_once": _stored_once,
}


def how_many_packets(trace: Trace) -> str:
    """Return how many packets a run sent, those of the most frequent kinds first. How many are allowed it cannot know.

    >>> from imteach import Scenario
    >>> print(how_many_packets(Scenario("basic").run()))
    3 packets were sent: 1 msg:R, 1 msg:A and 1 msg:N.
    """
    kinds = sorted(trace.counts.items(), key=lambda kind: -kind[1])
    total = sum(trace.counts.values())
    sent = "1 packet was sent" if total == 1 else f"{total} packets were sent"
    return Sentence(f"{sent}: {join([f'{count} {kind}' for kind, count in kinds])}." if total else "Nothing was sent.")


_SEARCHED: dict[str, Callable[[Trace], str]] = {
    "nothing_left_behind": why_left_behind,
    "it_ends": why_endless,
    "few_packets": how_many_packets,
}
"""For each promise that only a search judges, what says why this run breaks it."""
