"""Reading a trace that a stranger wrote: believed only as far as it can be checked."""

import copy
import json
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from worlds import runs

from imteach import Drop, InputError, Say, Scenario, Trace
from imteach.scenario import reader
from imteach.tell import in_short, why_broken
from imteach.trace.file import read_trace

GOOD = json.loads(
    Scenario("retransmit", say=[Say("hello"), Say("hi", "bob", "alice", 20)], latency={"bob": 40})
    .run(Drop("m1/ack:N"), Drop("m2/ack:A#7"))
    .to_json()
)
KINDS_AT = {event["kind"]: event["id"] for event in reversed(GOOD["events"])}  # the first event of each kind
SHOW, DROP, STATUS, START = (KINDS_AT[kind] for kind in ("show", "drop", "status", "timer_start"))
SAY = next(event["id"] for event in GOOD["events"] if event["kind"] == "say" and event["msgid"] == "m2")
LOST = next(number for number, packet in enumerate(GOOD["packets"]) if packet["fate"] == "dropped")
LAST = GOOD["events"][-1]["t"]
DELETE = object()


def changed(path, value):
    """The good trace as text, with the value at this path replaced or taken out."""
    data = copy.deepcopy(GOOD)
    *way, last = path
    place = data
    for step in way:
        place = place[step]
    if value is DELETE:
        del place[last]
    else:
        place[last] = value
    return json.dumps(data)


def error_of(text):
    with pytest.raises(InputError) as caught:
        Trace.from_json(text)
    said = str(caught.value)
    assert said.startswith("trace: ")
    assert "\n" not in said
    assert len(said) < 900
    return said


def test_the_good_trace_is_good():
    assert json.loads(Trace.from_json(json.dumps(GOOD)).to_json()) == GOOD
    assert all(kind in KINDS_AT for kind in ("retransmit", "timer_fire", "timer_cancel"))


def test_a_loop_may_begin_anywhere_up_to_the_last_event_or_be_null():
    for loop in (0, 0.5, LAST):
        assert Trace.from_json(changed(["loop"], loop)).loop == loop
    assert Trace.from_json(changed(["loop"], None)).loop is None


@pytest.mark.parametrize("name", [name for name in GOOD if name != "schema"])
def test_each_part_must_be_there(name):
    assert f"{name}: expected" in error_of(changed([name], DELETE))


WRONG = {
    "schema": (["schema"], "imteach/trace/2", "schema: expected one of imteach/trace/1, got 'imteach/trace/2'"),
    "no schema": (["schema"], DELETE, "it has no schema"),
    "rung": (
        ["rung"],
        "tcp",
        "rung: expected one of basic, acked, retransmit, dedup, offline, durable, ordered, group, got 'tcp'",
    ),
    "another rung": (["rung"], None, "rung: expected text, got None"),
    "rung as a list": (["rung"], ["dedup"], "rung: expected text, got ['dedup']"),
    "scenario as a list": (["scenario"], [], "scenario: expected an object with named fields, got []"),
    "people": (["scenario", "people"], ["alice", "bob", 3], "people: expected a list of texts"),
    "server as a person": (["scenario", "people"], ["alice", "bob", "server"], "'server' is the server's own name"),
    "a speaker who is nobody": (["scenario", "people"], ["bob", "carol"], "people: 'alice' sends or receives"),
    "say": (["scenario", "say"], {}, "scenario.say: expected a list, got {}"),
    "a thing said as text": (["scenario", "say", 1], "hi", "scenario.say[1]: expected an object"),
    "no text": (["scenario", "say", 1, "text"], DELETE, "scenario.say[1].text: expected text, got nothing"),
    "said in the past": (["scenario", "say", 0, "at"], -1, "scenario.say[0].at: expected a time in ms of at least 0"),
    "said to oneself": (["scenario", "say", 0, "to"], "alice", "to: expected somebody else"),
    "latency": (["scenario", "latency"], "fast", "latency: expected a time in ms"),
    "latency of nobody": (["scenario", "latency"], {"eve": 1}, "latency: no person 'eve'"),
    "latency NaN": (["scenario", "latency"], float("nan"), "not readable as JSON: NaN is no number"),
    "rto 0": (["scenario", "rto"], 0, "rto: expected a time in ms greater than 0, got 0"),
    "rto infinite": (["scenario", "rto"], float("inf"), "not readable as JSON: Infinity is no number"),
    "rto huge": (["scenario", "rto"], 10**400, "rto: expected a time in ms"),
    "retries broken": (["scenario", "retries"], 1.5, "retries: expected a whole number"),
    "retries true": (["scenario", "retries"], True, "retries: expected a whole number"),
    "retries huge": (["scenario", "retries"], 10**30, "retries: expected a whole number"),
    "backoff": (["scenario", "backoff"], 0, "backoff: expected a number from 1 to 1000000000"),
    "no client": (["scenario", "client"], DELETE, "scenario.client: expected text, got nothing"),
    "client as code": (["scenario", "client"], "os.system", "scenario.client: expected the name of a class"),
    "server as number": (["scenario", "server"], 3, "scenario.server: expected text, got 3"),
    "faults": (["faults"], "drop m1/ack:N#1", "faults: expected a list of texts"),
    "a fault that is none": (["faults", 0], "lose m1/ack:N#1", "faults: no fault"),
    "a fault on no packet": (["faults", 0], "drop m1/ack:X#1", "faults: no packet"),
    "a fault as object": (["faults", 0], {}, "faults: expected a list of texts"),
    "unused that was used": (["unused"], ["drop m1/ack:N#1"], "unused: expected what follows from the events"),
    "unused left out": (["unused"], [], "unused: expected what follows from the events"),
    "a loop in words": (["loop"], "for ever", "loop: expected a time in ms of at least 0, got 'for ever'"),
    "a loop as true": (["loop"], True, "loop: expected a time in ms of at least 0, got True"),
    "a loop in the past": (["loop"], -50, "loop: expected a time in ms of at least 0, got -50"),
    "a loop after the end": (["loop"], 10**6, f"loop: expected a moment that is not after the last event ({LAST} ms)"),
    "packets": (["packets"], None, "packets: expected a list, got None"),
    "a packet as null": (["packets", 3], None, "packets[3]: expected an object"),
    "a packet twice": (["packets", 1], GOOD["packets"][0], "packets: expected each name once"),
    "a packet nobody sent": (["packets", 0, "name"], "m1/msg:R#9", "packet: expected one of m1/msg:R#9"),
    "a packet left out": (["packets", 0], DELETE, "packet: expected one of"),
    "packet name": (["packets", 0, "name"], "hello", "packets[0].name: no packet 'hello'"),
    "packet name in short": (["packets", 0, "name"], "m1/msg:R", "packets[0].name: expected m1/msg:R#NUMBER"),
    "packet name and kind": (["packets", 0, "kind"], "ack:R", "packets[0].name: expected m1/ack:R#NUMBER"),
    "packet name and msgid": (["packets", 0, "msgid"], "m2", "packets[0].name: expected m2/msg:R#NUMBER"),
    "src": (["packets", 0, "src"], "eve", "packets[0].src: expected one of alice, bob, server, got 'eve'"),
    "another src": (["packets", 0, "src"], "bob", "packets[0]: expected the events send at bob"),
    "dst": (["packets", 0, "dst"], "network", "packets[0].dst: expected one of alice, bob, server, got 'network'"),
    "sent": (["packets", 0, "sent"], -1, "packets[0].sent: expected a time in ms of at least 0, got -1"),
    "sent as text": (["packets", 0, "sent"], "0", "packets[0].sent: expected a time in ms of at least 0, got '0'"),
    "sent true": (["packets", 0, "sent"], True, "packets[0].sent: expected a time in ms of at least 0, got True"),
    "sent at another time": (["packets", 0, "sent"], 1, "packets[0]: expected the events send at alice at 1 ms"),
    "due before sent": (["packets", 2, "due"], 1, "packets[2].due: expected a time not before it was sent"),
    "arrived though dropped": (["packets", LOST, "arrived"], 500, f"packets[{LOST}].arrived: expected a time if"),
    "arrived nowhere": (["packets", 0, "arrived"], None, "packets[0].arrived: expected a time if the fate is"),
    "arrived before sent": (["packets", 2, "arrived"], 1, "packets[2].arrived: expected a time not before it was"),
    "arrived at another time": (["packets", 0, "arrived"], 51, "packets[0]: expected the events send at alice at 0"),
    "fate": (["packets", 0, "fate"], "eaten", "packets[0].fate: expected one of arrived, dropped, lost, got 'eaten'"),
    "arrived and dropped": (["packets", 0, "fate"], "dropped", "packets[0].arrived: expected a time if the fate"),
    "dropped or lost": (["packets", LOST, "fate"], "lost", f"packets[{LOST}]: expected the events send at"),
    "packet kind": (["packets", 0, "kind"], "msg:\x1e", "packets[0].kind: expected one of msg:R, msg:A"),
    "packet msgid": (["packets", 0, "msgid"], "m\x1b[31m", "packets[0].msgid: expected a msgid such as m1"),
    "said as number": (["packets", 0, "said"], 1, "packets[0].said: expected text, got 1"),
    "events": (["events"], {}, "events: expected a list"),
    "no events": (["events"], [], "packets[0]: expected the events send at alice at 0 ms"),
    "an event left out": (["events", 3], DELETE, "events[3].id: expected 3, got 4"),
    "an event as text": (["events", 3], "say", "events[3]: expected an object"),
    "id": (["events", 3, "id"], 7, "events[3].id: expected 3, got 7"),
    "id as bool": (["events", 1, "id"], True, "events[1].id: expected 1, got True"),
    "id as float": (["events", 1, "id"], 1.0, "events[1].id: expected 1, got 1.0"),
    "t": (["events", 0, "t"], -1, "events[0].t: expected a time in ms of at least 0, got -1"),
    "t null": (["events", 0, "t"], None, "events[0].t: expected a time in ms"),
    "t going back": (["events", 0, "t"], 30, "events[1].t: expected a time not before the event above it (30)"),
    "kind": (["events", 0, "kind"], "shout", "events[0].kind: expected one of start, say, resend, unsaid, send"),
    "node": (["events", 0, "node"], "eve", "events[0].node: expected one of alice, bob, server, got 'eve'"),
    "drop at a node": (["events", DROP, "node"], "bob", f"events[{DROP}].node: expected one of network, got 'bob'"),
    "network as a node": (["events", 0, "node"], "network", "events[0].node: expected one of alice, bob, server"),
    "cause in the future": (["events", 1, "causes"], [2], "events[1].causes: expected a list of ids of earlier events"),
    "its own cause": (["events", 1, "causes"], [1], "events[1].causes: expected a list of ids of earlier events"),
    "negative cause": (["events", 1, "causes"], [-1], "events[1].causes: expected a list of ids of earlier events"),
    "bool cause": (["events", 1, "causes"], [False], "events[1].causes: expected a list of ids of earlier events"),
    "cause as number": (["events", 1, "causes"], 0, "events[1].causes: expected a list of ids of earlier events"),
    "a say with a cause": (["events", SAY, "causes"], [0], f"events[{SAY}].causes: expected [], got [0]"),
    "a cause of the wrong kind": (
        ["events", 2, "causes"],
        [1],
        "events[2].causes: expected ids of events of the kinds",
    ),
    "an event without a cause": (
        ["events", 1, "causes"],
        [],
        "events[1].causes: expected ids of events of the kinds start, say, resend, arrive",
    ),
    "no causes": (["events", 1, "causes"], DELETE, "events[1].causes: expected a list of ids of earlier events"),
    "unknown packet": (["events", DROP, "packet"], "m7/ack:N#1", f"events[{DROP}].packet: expected one of m1/msg:R#1"),
    "no packet": (["events", DROP, "packet"], DELETE, f"events[{DROP}].packet: expected text, got nothing"),
    "another packet": (["events", DROP, "packet"], "m1/msg:R#1", "packets[0]: expected the events"),
    "msgid": (["events", SHOW, "msgid"], 3, f"events[{SHOW}].msgid: expected text, got 3"),
    "msgid of two lines": (["events", SHOW, "msgid"], "m\n1", f"events[{SHOW}].msgid: expected a msgid such as m1"),
    "msgid too long": (["events", SHOW, "said"], "m" * 81, f"events[{SHOW}].said: expected a msgid such as m1"),
    "no msgid": (["events", SHOW, "msgid"], DELETE, f"events[{SHOW}].msgid: expected text, got nothing"),
    "status": (["events", STATUS, "status"], "lost", f"events[{STATUS}].status: expected one of sending, sent"),
    "no status": (["events", STATUS, "status"], DELETE, f"events[{STATUS}].status: expected text, got nothing"),
    "timer": (["events", START, "timer"], None, f"events[{START}].timer: expected text, got None"),
    "until": (["events", START, "until"], DELETE, f"events[{START}].until: expected a time in ms"),
    "until as text": (["events", START, "until"], "later", f"events[{START}].until: expected a time in ms"),
    "text": (["events", 0, "text"], 5, "events[0].text: expected text, got 5"),
    "half a character": (["events", 0, "text"], "\ud83d", "events[0].text: expected text"),
    "to": (["events", 0, "to"], DELETE, "events[0].to: expected text, got nothing"),
    "new_msgids": (["events", 0, "new_msgids"], "m1", "events[0].new_msgids: expected a list of texts"),
    "other words": (["events", 0, "text"], "bye", "messages: expected what follows from the events"),
    "a show of something else": (["events", SHOW, "msgid"], "m8", "messages: expected what follows from the events"),
    "messages": (["messages"], [], "messages: expected what follows from the events"),
    "messages null": (["messages"], None, "messages: expected what follows from the events"),
    "shown": (["messages", 0, "shown", "bob"], 1, "messages: expected what follows from the events"),
    "shown true": (["messages", 1, "shown", "alice"], True, "messages: expected what follows from the events"),
    "stored false": (["messages", 0, "stored", "bob"], False, "messages: expected what follows from the events"),
    "its status": (["messages", 0, "status"], "failed", "messages: expected what follows from the events"),
    "promises": (["promises"], {}, "promises: expected what follows from the events"),
    "a promise kept": (["promises", "no_duplicates"], True, "promises: expected what follows from the events"),
    "a promise as number": (["promises", "no_duplicates"], 0, "promises: expected what follows from the events"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_field_is_named(what):
    path, value, expected = WRONG[what]
    assert expected in error_of(changed(path, value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "not readable as JSON"),
        ("hello", "not readable as JSON"),
        ("{", "not readable as JSON"),
        ('{"schema": "imteach/trace/1"', "not readable as JSON"),
        ("[]", "trace: expected an object with named fields, got []"),
        ("null", "trace: expected an object with named fields, got None"),
        ("3", "trace: expected an object with named fields, got 3"),
        ("{}", "it has no schema"),
        ('{"schema": NaN}', "not readable as JSON: NaN is no number"),
        ('{"schema": ' + "9" * 5000 + "}", "not readable as JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ('{"schema": ' + "[" * 500 + "]" * 500 + "}", "schema: expected text, got [["),
        ("\x00", "not readable as JSON"),
        ("<svg/>", "not readable as JSON"),
    ],
)
def test_what_is_no_trace_at_all(text, expected):
    assert expected in error_of(text)


@pytest.mark.parametrize("depth", range(50, 1200, 50))
def test_no_depth_of_nesting_gets_past_the_check(depth):
    for field in ("rung", "scenario", "faults", "packets", "messages"):
        error_of(changed([field], "DEEP").replace('"DEEP"', "[" * depth + "]" * depth))
        error_of(changed([field], "DEEP").replace('"DEEP"', '{"a":' * depth + "1" + "}" * depth))


def test_a_file_that_is_too_large_is_not_read(monkeypatch):
    monkeypatch.setattr(reader, "SIZE_LIMIT", 10)
    assert error_of(json.dumps(GOOD)).endswith("characters; at most 10 are read")


def test_a_name_that_a_later_version_added_is_no_error():
    assert Trace.from_json(changed(["colour"], "blue")) == Trace.from_json(json.dumps(GOOD))
    assert Trace.from_json(changed(["events", 0, "mood"], "good")) == Trace.from_json(json.dumps(GOOD))


# Whatever it holds, only InputError comes out

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-5, 5)
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["m1", "m2", "alice", "bob", "server", "network", "m1/msg:R#1", "delivered", "failed", "arrive"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def places(value, path=()):
    """Every path in this JSON value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in inner:
        yield from places(item, (*path, step))


PLACES = list(places(GOOD))


def assert_one_line(error):
    assert len(str(error).splitlines()) == 1


def read_and_use(text):
    """Read a trace and, if it can be read, ask it everything. Only InputError may come of it."""
    try:
        trace = Trace.from_json(text)
    except InputError as error:
        assert_one_line(error)
        return
    written = trace.to_json()
    assert Trace.from_json(written).to_json() == written
    assert written.encode()
    assert repr(trace)
    assert in_short(trace)
    for promise in trace.promises:
        assert bool(why_broken(trace, promise)) != trace.promises[promise]
    for t in {event.t for event in trace.events}:
        with suppress(InputError):
            trace.state_at(t)


@given(JSON)
@example({"schema": "imteach/trace/1", "rung": "dedup"})
def test_any_json_is_read_or_refused(value):
    read_and_use(json.dumps(value))


@given(st.text())
def test_any_text_is_read_or_refused(text):
    read_and_use(text)


@settings(max_examples=settings().max_examples * 10)
@given(st.sampled_from(PLACES), JSON | st.just(DELETE))
@example(("events", 0, "node"), "server")
@example(("events", 0, "node"), "bob")
@example(("events", 0, "msgid"), "m2")
@example(("events", SHOW, "node"), "alice")
@example(("events", STATUS, "msgid"), "m7")
def test_a_trace_with_one_field_changed_is_read_or_refused(place, value):
    read_and_use(changed(place, value))


@settings(max_examples=settings().max_examples * 2, suppress_health_check=[HealthCheck.too_slow])
@given(runs(), st.data())
def test_a_random_trace_with_parts_of_its_events_mixed_up_is_read_or_refused(case, data):
    scenario, faults = case
    file = json.loads(scenario.run(*faults).to_json())
    events = file["events"]
    for _ in range(data.draw(st.integers(1, 3))):
        here, there = data.draw(st.sampled_from(events)), data.draw(st.sampled_from(events))
        field = data.draw(st.sampled_from(["node", "msgid", "said", "status", "timer", "causes", "text", "to", "kind"]))
        if field in there:
            here[field] = there[field]
    for part in ("messages", "promises"):  # so that a file which is refused only for these is read on
        with suppress(InputError):
            file[part] = claimed(file)[part]
    read_and_use(json.dumps(file))


def claimed(file):
    """What this file would have to claim: asked of the trace itself, whose own check is switched off."""
    _, *parts = read_trace(json.dumps(file))
    return json.loads(Trace(*parts).to_json())
