"""A trace as JSON, written and read. A file is believed only as far as it can be checked."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from imteach.errors import InputError
from imteach.protocol import KINDS, LADDER, SERVER, STATUSES, Client, Outcome, Server
from imteach.scenario.checks import NETWORK
from imteach.scenario.faults import Fault, parse_fault
from imteach.scenario.naming import is_msgid, parse_name
from imteach.scenario.people import Resend, Say
from imteach.scenario.reader import Fields, parse_json, same
from imteach.scenario.scenario import FORGETS, Scenario
from imteach.trace.records import EVENT_KINDS, FATES, STEPS, Event, KeptRecord, PacketRecord

if TYPE_CHECKING:
    from imteach.trace.trace import Trace

SCHEMA = "imteach/trace/1"

T = TypeVar("T")


# Writing


def to_json(trace: "Trace") -> str:
    """Return the trace as JSON text: one line for each packet, event and message."""
    parts = {
        "schema": SCHEMA,
        "rung": trace.rung,
        "scenario": _scenario_out(trace.scenario),
        "faults": [str(fault) for fault in trace.faults],
        "unused": [str(fault) for fault in trace.unused],
        **({} if trace.timed else {"timed": False}),
        **({} if trace.loop is None else {"loop": trace.loop}),
        "packets": [_packet_out(packet) for packet in trace.packets],
        "events": [event_out(event) for event in trace.events],
        "messages": [message_out(outcome) for outcome in trace.messages],
        "promises": trace.promises,
    }
    return "{" + ",\n ".join(f'"{name}": {_lines(value)}' for name, value in parts.items()) + "}\n"


def _lines(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n  " + ",\n  ".join(_compact(item) for item in value) + "]"
    return _compact(value)


def _compact(value: object) -> str:
    import json  # only a trace that is written needs it

    return json.dumps(value, ensure_ascii=False)


_PLAIN = Scenario("basic")
# Written only if not the default:
_SETTINGS = ("ack_every", "ack_delay", "heartbeat", "presence_timeout", "jitter", "seed", *FORGETS)
_CARRIED = ("seq", "base", "fabricated", "kept", "more", "msgids", "group", "cursor")  # written only if not empty


def _scenario_out(scenario: Scenario) -> dict[str, Any]:
    out: dict[str, Any] = {
        "people": list(scenario.people),
        "say": [{"at": say.at, "from": say.sender, "to": say.to, "text": say.text} for say in scenario.say],
        "latency": scenario.latency,
        "rto": scenario.rto,
        "retries": scenario.retries,
        "backoff": scenario.backoff,
        "client": scenario.client.__name__,
        "server": scenario.server.__name__,
    }
    if scenario.resend:
        out["resend"] = [{"at": resend.at, "msgid": resend.msgid} for resend in scenario.resend]
    if scenario.groups:
        out["groups"] = {name: list(members) for name, members in scenario.groups.items()}
    for name in _SETTINGS:
        if getattr(scenario, name) != getattr(_PLAIN, name):
            out[name] = getattr(scenario, name)
    return out


def _packet_out(packet: PacketRecord) -> dict[str, Any]:
    out = {name: value for name, value in packet._asdict().items() if name not in _CARRIED or value}
    if packet.said == packet.msgid:
        del out["said"]
    if packet.kept:
        out["kept"] = [_kept_out(kept) for kept in packet.kept]
    return out


def _kept_out(kept: KeptRecord) -> dict[str, Any]:
    out = {name: value for name, value in kept._asdict().items() if value}
    if kept.said == kept.msgid:
        del out["said"]
    return out


def event_out(event: Event) -> dict[str, Any]:
    """Return an event as JSON has it."""
    out = {name: value for name, value in event._asdict().items() if value is not None}
    if event.said == event.msgid:
        out.pop("said", None)
    return out


def message_out(outcome: Outcome) -> dict[str, Any]:
    """Return what came of one thing said, as JSON has it."""
    out: dict[str, Any] = {
        "msgid": outcome.msgid,
        "from": outcome.sender,
        "to": list(outcome.to),
        "text": outcome.text,
        "status": outcome.status,
        "shown": dict(outcome.shown),
        "stored": dict(outcome.stored),
    }
    for name in ("away", "late"):
        if getattr(outcome, name):
            out[name] = list(getattr(outcome, name))
    return out | ({"twice": True} if outcome.twice else {})


# Reading


def read_trace(
    text: str,
) -> tuple[Fields, Scenario, tuple[Fault, ...], tuple[Fault, ...], tuple[PacketRecord, ...], tuple[Event, ...]]:
    """Return the file and the parts of a trace that this JSON text holds; raise `InputError` naming a wrong field.

    `Trace.from_json` compares what follows from the events (messages, promises).
    """
    file = parse_json(text, "trace")
    if not file.has("schema"):
        raise InputError(
            f"it has no schema {SCHEMA!r}, so it is none; imteach run --format json writes one", where="trace"
        )
    file.text("schema", among=[SCHEMA])
    scenario = _scenario_in(file.object("scenario"), file.text("rung", among=LADDER))
    nodes = (*scenario.people, SERVER)
    packets = tuple(_packet_in(fields, nodes) for fields in file.objects("packets"))
    names = {packet.name: number for number, packet in enumerate(packets)}
    if len(names) < len(packets):
        raise InputError("expected each name once", where="trace: packets")
    events: list[Event] = []
    for fields in file.objects("events"):
        events.append(_event_in(fields, nodes, names, events))
    _check_fit(packets, events)
    return file, scenario, _faults_in(file, "faults"), _faults_in(file, "unused"), packets, tuple(events)


def loop_in(file: Fields, events: Sequence[Event]) -> float | None:
    """Return the moment after which the events of this file go round for ever; None if the run comes to its end."""
    if not file.has("loop"):
        return None
    loop = file.moment("loop")
    last = events[-1].t if events else 0
    if loop > last:
        raise file.wrong("loop", f"a moment that is not after the last event ({last} ms)")
    return loop


def _checked(fields: Fields, name: str, make: Callable[[], T]) -> T:
    """Return `make()`; if it raises, its error begins with the field."""
    try:
        return make()
    except InputError as error:
        raise error.within(f"{fields.where}{name}: ") from None


def _faults_in(file: Fields, name: str) -> tuple[Fault, ...]:
    return tuple(_checked(file, name, lambda text=text: parse_fault(text)) for text in file.texts(name))  # type: ignore[misc]


def _scenario_in(fields: Fields, rung: str) -> Scenario:
    says = [
        _checked(
            say,
            "say",
            lambda say=say: Say(say.text("text"), say.text("from"), say.text("to"), say.moment("at")),  # type: ignore[misc]
        )
        for say in fields.objects("say")
    ]
    resends = [
        _checked(resend, "resend", lambda resend=resend: Resend(resend.text("msgid"), resend.moment("at")))  # type: ignore[misc]
        for resend in (fields.objects("resend") if fields.has("resend") else ())
    ]
    more = {name: fields.raw(name) for name in ("groups", *_SETTINGS) if fields.has(name)}
    return _checked(
        fields,
        "scenario",
        lambda: Scenario(
            rung,
            say=says,
            people=fields.texts("people"),
            latency=fields.raw("latency"),
            rto=fields.raw("rto"),
            retries=fields.raw("retries"),
            backoff=fields.raw("backoff"),
            client=_class_in(fields, "client", Client),
            server=_class_in(fields, "server", Server),
            resend=resends,
            **more,
        ),
    )


def _class_in(fields: Fields, name: str, known: type[T]) -> type[T]:
    """Return the class of this name; for a class that is not ours, a stand-in that raises when it is used."""
    called = fields.text(name)
    if called == known.__name__:
        return known
    if not called.isidentifier():
        raise fields.wrong(name, "the name of a class")
    return _stand_in(called, known)  # type: ignore[arg-type,no-any-return,unused-ignore]


@lru_cache(maxsize=64)  # the same class for the same name, so that a trace that is read twice equals itself
def _stand_in(called: str, known: type[T]) -> type[T]:
    def refuse(*_: object, **__: object) -> None:
        raise InputError(f"this trace was made by {called}, and a file cannot hold a class: run the scenario again")

    return type(called, (known,), {"__init__": refuse})


def _packet_in(fields: Fields, nodes: tuple[str, ...]) -> PacketRecord:
    name = fields.text("name")
    parts = _checked(fields, "name", lambda: parse_name(name))
    msgid, kind = _msgid_in(fields, "msgid") if fields.has("msgid") else None, fields.text("kind", among=KINDS)
    src, dst = fields.text("src", among=nodes), fields.text("dst", among=nodes)
    owner = msgid or (dst if src == SERVER else src)
    if (parts.owner, parts.kind, str(parts)) != (owner, kind, name):
        raise fields.wrong("name", f"{owner}/{kind}#NUMBER")
    sent, due = fields.moment("sent"), fields.moment("due")
    fate = fields.text("fate", among=FATES)
    arrived = fields.moment("arrived") if fields.has("arrived") else None
    if due < sent:
        raise fields.wrong("due", f"a time not before it was sent ({sent})")
    if (arrived is not None) != (fate == "arrived"):
        raise fields.wrong("arrived", "a time if the fate is 'arrived', else null")
    if arrived is not None and arrived < sent:
        raise fields.wrong("arrived", f"a time not before it was sent ({sent})")
    said = _msgid_in(fields, "said") if fields.has("said") else msgid
    return PacketRecord(name, kind, msgid, src, dst, sent, due, arrived, fate, said, **_carried_in(fields))


def _carried_in(fields: Fields) -> dict[str, Any]:
    """Return the checked fields that only some kinds of packet carry."""
    carried: dict[str, Any] = {
        name: fields.whole(name, most=10**9) for name in ("seq", "base", "cursor") if fields.has(name)
    }
    for name in ("fabricated", "more"):
        if fields.has(name):
            if not isinstance(fields.raw(name), bool):
                raise fields.wrong(name, "true or false")
            carried[name] = fields.raw(name)
    if fields.has("group"):
        carried["group"] = fields.text("group")
    if fields.has("msgids"):
        carried["msgids"] = fields.texts("msgids")
    if fields.has("kept"):
        carried["kept"] = tuple(_kept_in(kept) for kept in fields.objects("kept"))
    return carried


def _kept_in(fields: Fields) -> KeptRecord:
    msgid = _msgid_in(fields, "msgid")
    said = _msgid_in(fields, "said") if fields.has("said") else msgid
    numbers = {name: fields.whole(name, most=10**9) for name in ("seq", "base") if fields.has(name)}
    return KeptRecord(msgid, said, **numbers)


def _msgid_in(fields: Fields, name: str) -> str:
    msgid = fields.text(name)
    if not is_msgid(msgid):
        raise fields.wrong(name, "a msgid such as m1")
    return msgid


def _check_fit(packets: Iterable[PacketRecord], events: Iterable[Event]) -> None:
    """Check that each packet is sent once and ends as its record says: a picture draws both."""
    happens: dict[str, list[str]] = {packet.name: [] for packet in packets}
    for event in events:
        if event.kind in ("send", "arrive"):
            happens[str(event.packet)].append(f"{event.kind} at {event.node} at {event.t} ms")
        elif event.kind in ("drop", "lose"):
            happens[str(event.packet)].append(event.kind)
    for number, packet in enumerate(packets):
        sender = packet.src if packet.copy == 1 else NETWORK  # a copy starts in the network
        end = {"arrived": f"arrive at {packet.dst} at {packet.arrived} ms", "dropped": "drop", "lost": "lose"}
        expected = [f"send at {sender} at {packet.sent} ms", end[packet.fate]]
        if happens[packet.name] != expected:
            got = ", ".join(happens[packet.name]) or "none"
            raise InputError(f"expected the events {', '.join(expected)}, got {got}", where=f"trace: packets[{number}]")


def _event_in(fields: Fields, nodes: tuple[str, ...], names: dict[str, int], before: list[Event]) -> Event:
    """Return the next event, checked against those before it."""
    number = len(before)
    if not same(fields.raw("id"), number):
        raise fields.wrong("id", str(number))
    t = fields.moment("t")
    if before and t < before[-1].t:
        raise fields.wrong("t", f"a time not before the event above it ({before[-1].t})")
    kind = fields.text("kind", among=EVENT_KINDS)
    causes = fields.raw("causes")
    if not isinstance(causes, list) or not all(type(cause) is int and 0 <= cause < number for cause in causes):
        raise fields.wrong("causes", "a list of ids of earlier events")
    led_by = _LED_BY.get(kind, STEPS)
    fits = all(before[cause].kind in led_by for cause in causes)
    if not fits or (bool(causes) != bool(led_by) and kind not in _OF_ITSELF):
        raise fields.wrong("causes", f"ids of events of the kinds {', '.join(led_by)}" if led_by else "[]")
    texts = {
        name: fields.text(name)
        for name in ("msgid", "said", "text", "to", "timer", "key")
        if fields.has(name) or name in _NEEDED.get(kind, ())
    }
    for name in ("msgid", "said"):
        if name in texts:
            _msgid_in(fields, name)
    if "msgid" in texts:
        texts.setdefault("said", texts["msgid"])
    if fields.has("packet") or "packet" in _NEEDED.get(kind, ()):
        texts["packet"] = fields.text("packet", among=names)
    if fields.has("status") or kind == "status":
        texts["status"] = fields.text("status", among=STATUSES)
    until = fields.moment("until") if fields.has("until") or kind == "timer_start" else None
    new_msgids = fields.texts("new_msgids") if fields.has("new_msgids") else None
    nowhere = kind in ("drop", "lose") or (kind == "send" and "~" in texts["packet"])
    node = fields.text("node", among=[NETWORK] if nowhere else nodes)
    return Event(number, t, node, kind, tuple(causes), until=until, new_msgids=new_msgids, **texts)


_LED_BY: dict[str, tuple[str, ...]] = {
    "start": (),
    "say": (),
    "unsaid": (),
    "resend": ("status",),
    "send": (*STEPS, "retransmit", "send"),
    "arrive": ("send",),
    "drop": ("send",),
    "lose": ("send",),
    "timer_fire": ("timer_start", "timer_cancel"),
    "login": ("login", "restart"),
    "logout": ("logout", "restart", "crash"),
    "crash": ("send", "show", "store", "write", "delete", "status", *STEPS),  # a step: by a mistake in its code
    "restart": ("crash",),
}

_OF_ITSELF = ("login", "logout", "crash")  # may have no cause: then a fault brought it about

_NEEDED: dict[str, tuple[str, ...]] = {
    "say": ("msgid", "text", "to"),
    "resend": ("msgid",),
    "unsaid": ("text",),
    "send": ("packet",),
    "arrive": ("packet",),
    "drop": ("packet",),
    "lose": ("packet", "text"),
    "retransmit": ("packet",),
    "timer_start": ("timer",),
    "timer_cancel": ("timer",),
    "timer_fire": ("timer",),
    "show": ("msgid",),
    "discard": ("msgid",),
    "hold": ("msgid",),
    "forget": ("msgid",),
    "status": ("msgid",),
    "write": ("key",),
    "store": ("msgid", "to"),
    "delete": ("msgid", "to"),
    "crash": ("text",),
}
