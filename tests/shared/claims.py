"""What a reason claims about its run, read from the sentence and looked up in the trace's events.

`false_claims` returns each clause of a sentence that its trace does not bear out; `Claims` counts which were met.
"""

import re
from collections import Counter

NAME = r"\w+/[a-z]+:\w(?:>\w+)?#\d+(?:~\d)?"
NAMES = rf"(?:{NAME}|\d+ more)(?:(?:, | and )(?:{NAME}|\d+ more))*"
T = r"[\d.]+"


def names_in(text):
    return re.findall(NAME, text)


class Claims:
    """Checks the clauses of reasons against their runs, and counts each kind of clause that it met."""

    def __init__(self):
        self.met = Counter()

    def false_claims(self, trace, promise, sentence, said):
        """The clauses of this sentence that are not so in this run; `said` is the msgid that it is about."""
        spoken = re.sub("“.*?”", "“”", sentence)
        wrong = []
        for pattern, is_so in CLAIMS.items():
            for found in re.finditer(pattern, spoken):
                self.met[is_so.__name__] += 1
                if not is_so(trace, said, *found.groups()):
                    wrong.append(f"{promise}: {found[0]!r} in {sentence!r}")
        return wrong


def step_of(trace, event):
    steps = ("start", "say", "resend", "arrive", "timer_fire", "login", "logout", "restart")
    while event.causes:
        event = trace.events[event.causes[0]]
        if event.kind in steps:
            break
    return event


def in_step(trace, step):
    return [event for event in trace.events if event.causes and step_of(trace, event) is step]


def sending(trace, name):
    return next(event for event in trace.happened("send") if event.packet == name)


def at(event, t):
    return str(event.t) == t


def dropped(trace, said, names):
    return {trace.packet[name].fate for name in names_in(names)} == {"dropped"}


def lost(trace, said, names, why):
    gone = [event for event in trace.happened("lose") if event.packet in names_in(names)]
    return [event.text for event in gone] == [why] * len(names_in(names))


def deleted(trace, said, name, t):
    """The packet deleted what was kept of this message."""
    return any(at(e, t) and step_of(trace, e).packet == name for e in trace.happened("delete", said=said))


def not_named(trace, said, name):
    return said not in trace.packet[name].msgids


def came_back_empty(trace, said, names):
    return all(trace.packet[n].kept == () and trace.packet[n].fate == "arrived" for n in names_in(names))


def empty_after_restart(trace, said, names, t):
    (restart,) = (e for e in trace.happened("restart", node="server") if at(e, t))
    stored = trace.happened("store", said=said)[0]
    return all(stored.id < restart.id < sending(trace, name).id for name in names_in(names))


def brought_others(trace, said, name, count, more):
    page = trace.packet[name]
    without = all(kept.said != said for kept in page.kept)
    return without and len(page.kept) == int(count) and page.more == (more == "are more")


def not_pulled(trace, said, who):
    pulls = [packet for packet in trace.packets if packet.kind == "offline:R" and packet.src == who]
    stored = trace.happened("store", said=said)[0]
    groups = {packet.group for packet in pulls if sending(trace, packet.name).id > stored.id}
    return stored.to not in {group or who for group in groups}


def stored_in_vain(trace, said, keeps):
    (row,) = (row for row in trace.messages if row.msgid == said)
    return any(row.stored.values())


def stopped_at_arrival(trace, said, who, name, t):
    return any(
        at(e, t) and step_of(trace, e).packet == name and step_of(trace, e).kind == "arrive"
        for e in trace.happened("timer_cancel", node=who)
    )


def stopped_at_saying(trace, said, who, msgid, t):
    return any(
        at(e, t) and step_of(trace, e).kind == "say" and step_of(trace, e).msgid == msgid != said
        for e in trace.happened("timer_cancel", node=who)
    )


def started_no_timer(trace, said, who, name):
    step = step_of(trace, sending(trace, name))
    started = [e.timer for e in in_step(trace, step) if e.kind == "timer_start"]
    return not [timer for timer in started if not timer.startswith(("pull", "heartbeat", "ack"))]


def sent_nothing_at_timer(trace, said, who, t):
    return any(
        at(e, t) and not any(done.kind == "send" and done.said == said for done in in_step(trace, e))
        for e in trace.happened("timer_fire", node=who)
    )


def sent_nothing_at_resend(trace, said, who, t):
    (resend,) = (e for e in trace.happened("resend", node=who, said=said) if at(e, t))
    return not any(done.kind == "send" for done in in_step(trace, resend))


def round_of_tries(trace, said, before):
    """The moments of the latest round of tries of a message, before this event."""
    moments = []
    for event in trace.events[:before]:
        if event.kind == "send" and event.said == said and trace.packet[event.packet].kind == "msg:R":
            step = step_of(trace, event)
            if "~" in event.packet or step.kind not in ("say", "resend", "restart", "timer_fire"):
                continue
            if step.kind != "timer_fire" and (not moments or moments[-1][0] != step.id):
                moments = []
            moments.append((step.id, event.t))
    return moments


def tries_when_given_up(trace, said, t, used, allowed):
    failed = next(e for e in trace.happened("status", said=said, status="failed") if at(e, t))
    return len(round_of_tries(trace, said, failed.id)) == int(used) and int(allowed) == trace.scenario.retries + 1


def tries_left(trace, said, used, allowed):
    tries = round_of_tries(trace, said, len(trace.events))
    return len(tries) == int(used) < int(allowed) == trace.scenario.retries + 1


def since_resend(trace, said, t):
    return round_of_tries(trace, said, len(trace.events)) and any(at(e, t) for e in trace.happened("resend", said=said))


def since_restart(trace, said, t):
    return any(at(e, t) for e in trace.happened("restart"))


def crashed_in_between(trace, said, who, did, what):
    """A node crashed right after this deed, and did not do what it would have done next."""
    kinds = {"wrote": ("write", "key"), "sent": ("send", "packet"), "stored": ("store", "msgid")}
    kind, field = kinds[did]
    node = node_of(who)
    after = [trace.events[crash.causes[0]] for crash in trace.happened("crash", node=node) if crash.causes]
    return any(event.kind == kind and getattr(event, field) == what for event in after)


def crashed_before_storing(trace, said, t, name):
    crashes = [crash for crash in trace.happened("crash", node="server") if at(crash, t) and crash.causes]
    return not trace.happened("store", said=said) and any(trace.events[c.causes[0]].packet == name for c in crashes)


def not_stored(trace, said, name):
    return not trace.happened("store", said=said) and trace.packet[name].kind == "ack:N"


def crashed_before_marking(trace, said, who, t, key):
    (crash,) = (c for c in trace.happened("crash", node=who) if at(c, t))
    writes = [write for write in trace.happened("write", node=who) if write.key == key]
    return bool(writes) and writes[0].id > crash.id


def had_forgotten(trace, said, who, t):
    return any(at(crash, t) for crash in trace.happened("crash", node=who))


def had_written(trace, said, keys):
    written = {write.key for write in trace.happened("write")}
    return set(re.split(", | and ", keys)) <= written


def went_to_another(trace, said, names, who, sender):
    return {trace.packet[name].dst for name in names_in(names)} == {who} != {sender}


def sent_none(trace, said, who, kind, names):
    """No packet of this kind followed from the arrival of any of these."""
    arrivals = {e.id for e in trace.happened("arrive") if e.packet in names_in(names)}
    after = [e for e in trace.happened("send") if arrivals & set(e.causes)]
    return all(trace.packet[e.packet].kind != kind for e in after)


def took_no_notice(trace, said, who, name):
    (arrived,) = (e for e in trace.happened("arrive", node=who) if e.packet == name)
    return not any(arrived.id in event.causes for event in trace.events)


def runs_no_timer(trace, said, who):
    running = {}
    for event in trace.events:
        if event.node == who and event.kind == "timer_start":
            running[event.timer] = event
        elif event.node == who and event.kind in ("timer_cancel", "timer_fire"):
            running.pop(event.timer, None)
        elif event.node == who and event.kind == "crash":
            running.clear()
    return not [timer for timer in running if not timer.startswith("heartbeat")]


def stored_often(trace, said, moments):
    stores = trace.happened("store", said=said)
    return all(any(at(store, t) for store in stores) for t in re.findall(T, moments))


def brought_often(trace, said, name):
    return sum(kept.said == said for kept in trace.packet[name].kept) > 1


def stored_at_arrival(trace, said, t, name):
    return any(at(e, t) and step_of(trace, e).packet == name for e in trace.happened("store", said=said))


def node_of(who):
    return "server" if who == "the server" else who.removesuffix("'s client")


def stopped_at_arrival_of(trace, said, who, name):
    return any(trace.events[crash.causes[0]].packet == name for crash in trace.mistakes if crash.node == node_of(who))


def stopped_when(trace, said, who, t):
    return any(at(crash, t) for crash in trace.mistakes if crash.node == node_of(who))


CLAIMS = {
    rf"({NAME}) was dropped": dropped,
    rf"({NAME}(?:, {NAME})* and (?:{NAME}|\d+ more)) were dropped": dropped,
    rf"({NAME}) was lost \(([^)]*)\)": lost,
    rf"({NAME}(?:, {NAME})* and (?:{NAME}|\d+ more)) were lost \(([^)]*)\)": lost,
    rf"({NAME}) deleted what the server kept at ({T}) ms": deleted,
    rf"({NAME}) deleted what the server kept at {T} ms, though it does not name it": not_named,
    rf"({NAMES}) came back empty": came_back_empty,
    rf"({NAMES}) came back empty after the server's restart at ({T}) ms": empty_after_restart,
    rf"({NAME}) brought (\d+) other messages? and said that there (are more|are no more)": brought_others,
    r"(?:for|and) (\w+),?(?: who)? has not pulled it": not_pulled,
    r"the server (keeps it|has it on its disk) for": stored_in_vain,
    rf"(\w+)'s client stopped its timer when ({NAME}) arrived at ({T}) ms": stopped_at_arrival,
    rf"(\w+)'s client stopped its timer when \w+ said “” \((\w+)\) at ({T}) ms": stopped_at_saying,
    rf"(\w+)'s client started no timer after ({NAME})": started_no_timer,
    rf"(\w+)'s client sent nothing when its timer ran out at ({T}) ms": sent_nothing_at_timer,
    rf"(\w+)'s client (?:sent|did) nothing when \w+ sent it again at ({T}) ms": sent_nothing_at_resend,
    rf"gave up at ({T}) ms, after (\d+) of (\d+) tr": tries_when_given_up,
    r"only (\d+) of (\d+) tries": tries_left,
    rf"since \w+ sent it again at ({T}) ms": since_resend,
    rf"since its restart at ({T}) ms": since_restart,
    r"(the server|\w+'s client) crashed after it (wrote|sent|stored) (\S+) and before it": crashed_in_between,
    rf"the server crashed at ({T}) ms, after it sent ({NAME}) and before it stored it": crashed_before_storing,
    rf"the server did not store it but sent ({NAME})": not_stored,
    rf"(\w+)'s client crashed at ({T}) ms, after it .* and before it wrote (\S+?)[ .]": crashed_before_marking,
    rf"(\w+)'s client, which had forgotten it in the crash at ({T}) ms,": had_forgotten,
    rf"(\w+)'s client had forgotten it in the crash at ({T}) ms": had_forgotten,
    r"though it had written ([^ ,.]+(?:(?:, | and )\w+/\w+)*)[,. ]": had_written,
    rf"the server sent ({NAMES}) to (\w+) instead of (\w+)": went_to_another,
    rf"(the server|\w+'s client) sent no (\S+) for ({NAMES})": sent_none,
    rf"(\w+)'s client took no notice of ({NAME})": took_no_notice,
    rf"(the server|\w+'s client) stopped over a mistake in its code when ({NAME}) arrived": stopped_at_arrival_of,
    rf"(the server|\w+'s client) stopped over a mistake in its code at ({T}) ms": stopped_when,
    r"no timer of (\w+)'s runs": runs_no_timer,
    rf"had stored it (?:twice|\d+ times), ((?:(?:, | and )?at {T} ms)+)": stored_often,
    rf"({NAME}) brought it (?:twice|\d+ times)": brought_often,
    rf"the server stored it at ({T}) ms, when ({NAME}) arrived": stored_at_arrival,
}
