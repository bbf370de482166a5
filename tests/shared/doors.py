"""The doors by which something comes in that strangers wrote, with what they might write.

Each is entered with an input and either reads it or refuses it: with `InputError`, in a short text. Whatever else comes
of it is a mistake of ours. `tests/course/test_doors.py` tries each, `tests/bench/fuzz_doors.py` a million times.
"""

import copy
import json
import os
import tempfile
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import strategies as st

from imteach import LADDER, Crash, Drop, FaultMapLab, InputError, Lab, Predict, Say, Scenario, Trace, exercises
from imteach.course.exercise_view import ExerciseView
from imteach.course.predictions.view import PredictView
from imteach.course.progress.done import Done, read_done
from imteach.course.progress.handin import HandIn, _signed, read_hand_in
from imteach.course.progress.kept import _read as read_progress
from imteach.course.slides import as_slides
from imteach.course.workspace import _remembered, without_answers
from imteach.lab.actions import ACTIONS
from imteach.scenario import from_link, parse_scenario, to_toml
from imteach.scenario.faults import FAULTS, parse_fault
from imteach.scenario.moments import parsed_moment
from imteach.scenario.naming import parse_name
from imteach.scenario.people import Resend
from imteach.teacher.binder import binder_link
from imteach.teacher.validate import _read as read_lesson
from imteach.verify.search.steps.step import parse_step

LONGEST_ERROR = 900  # characters; some list what there is

leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("<script>alert(1)")
anything = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4)
)

DONE = Done("2026-11-30T10:45:00+01:00", "predict", "05-timeout-and-retransmission", "How often?", "once", right=False)
NOTEBOOK: dict[str, Any] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["## Round 1\n"]},
        {
            "cell_type": "code",
            "metadata": {"tags": ["lab"], "jupyter": {"outputs_hidden": True}},
            "source": "Lab('dedup')",
            "execution_count": 1,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "an answer"}],
        },
    ],
    "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}
FILE = """\
rung = "group"
latency = {"server>bob" = 50}
rto = 300
retries = 2
faults = ["drop m1/ack:N#1", "offline bob@0+1000"]
[groups]
friends = ["alice", "bob", "carol"]
[[say]]
at = 0
from = "alice"
to = "friends"
text = "hello"
[[resend]]
at = 2000
msgid = "m1"
"""
TWICE = Scenario("retransmit", say=[Say("hello"), Say("hi", "bob", "alice", 20)])
TRACE = json.loads(TWICE.run(Drop("m1/ack:N"), Drop("m2/ack:A#7")).to_json())


# What might be written


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The ways that lead to each part of a JSON value, the whole first."""
    yield way
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in inner:
        yield from places(part, (*way, key))


def changed(value: Any) -> st.SearchStrategy[Any]:
    """This value with one of its parts replaced by anything, or taken out."""

    def change(way: tuple[Any, ...], new: Any, takes_out: bool) -> Any:
        if not way:
            return new
        whole = copy.deepcopy(value)
        part = whole
        for key in way[:-1]:
            part = part[key]
        if takes_out:
            del part[way[-1]]
        else:
            part[way[-1]] = new
        return whole

    return st.builds(change, st.sampled_from(list(places(value))), anything, st.booleans())


def pieces(*known: str) -> st.SearchStrategy[str]:
    """Texts made of these pieces, with anything between them."""
    part = st.sampled_from(known) | st.sampled_from(known) | st.text(max_size=3)
    return st.lists(part, max_size=8).map("".join) | st.text(max_size=40)


def lines_of_a_file() -> st.SearchStrategy[str]:
    """The scenario file with some of its lines changed, repeated or left out; or no such file at all."""
    values = st.sampled_from(["1", "-1", "nan", "inf", '"x"', "[]", "{}", "true", "1979-05-27", "9" * 400, '["drop"]'])
    line = st.sampled_from(FILE.splitlines())
    other = st.builds("{}={}".format, line.map(lambda each: each.partition("=")[0]), values | st.text(max_size=10))
    some = st.lists(line | other | st.text(max_size=10), max_size=12).map("\n".join)
    one = st.builds(lambda old, new: FILE.replace(old, new), line, other | line)
    return some | one | one


def deflated(data: bytes) -> str:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return urlsafe_b64encode(packer.compress(data) + packer.flush()).decode().rstrip("=")


WORDS = (
    *("m1", "m2", "/", "msg:R", "msg:A", "msg:N", "ack:R", "ack:N", ">", "bob", "alice", "server"),
    *("#1", "#2", "~2", "#0"),
)
FAULT_WORDS = (
    *(name + " " for name in FAULTS),
    *(*WORDS, "@", "+", "=", "-", "0", "50", "1e9", "nan", "show:", "send:", "0.3"),
)
STEP_WORDS = (
    *("alice", "bob", "server", " says “", "”", " sends ", "m1", " again", " crashes", "m1/msg:N#1", " arrives"),
    *(" is lost", ", alice crashes after effect 1", ", but bob had run out", "'s timer ", " runs out", " goes offline"),
)
REMOTES = (
    *("git@", "https://", "ssh://", "github.com", "gitlab.com"),
    *(":", "/", "ada", "imteach", ".git", "[", "]", "%2F", ".."),
)

packets = st.sampled_from(["m1/ack:N#1", "m1/msg:R#1", "m2/msg:N#1", "ack:R", "x"])
losses = st.sampled_from(["", "drop m1/ack:N#1", "drop m1/msg:R#1", "drop m1/msg:N#1"])
targets = {
    "packet": packets,
    "one": packets,
    "other": packets,
    "fault": st.sampled_from(["drop m1/ack:N#1", "crash bob@500+100", "offline bob@0+1000"]),
    "tool": st.sampled_from(["drop", "duplicate", "delay", "crash", "away", "cut", "late", "again", "beat", "hammer"]),
    "node": st.sampled_from(["alice", "bob", "server", "eve"]),
    "person": st.sampled_from(["alice", "bob", "server", "eve"]),
    "sender": st.sampled_from(["alice", "bob", "eve"]),
    "to": st.sampled_from(["alice", "bob", "friends"]),
    "link": st.sampled_from(["alice-server", "server>bob", "alice-bob"]),
    "msgid": st.sampled_from(["m1", "m2", "m9"]),
    "name": st.sampled_from(["rto", "retries", "backoff", "latency", "jitter", "seed", "dedup_limit", "text", "png"]),
    "amount": st.sampled_from(["by", "down", "lasting", "after", "at"]),
    "event": st.integers(-1, 60),
    "at": st.integers(-1, 3000) | st.floats(),
    "value": st.integers(-1, 1000) | st.floats(),
    "rung": st.sampled_from([*LADDER, "tcp"]),
    "text": st.text(max_size=10) | lines_of_a_file(),
    "online": st.booleans(),
    "window": st.integers(-1, 3),
    "members": st.lists(st.sampled_from(["alice", "bob", "carol"]), max_size=3),
    "who": st.sampled_from(["alice", "bob", "server", "eve"]),
    "form": st.sampled_from(["toml", "link", "svg", "json", "png", "gif"]),
}


def _message(name: str) -> st.SearchStrategy[Any]:
    """What a page might send to ask for this action, and what it would never send."""
    steps = {"to": st.deferred(lambda: messages)} if name == "ready" else {}
    takes = {field: (targets | steps).get(field, anything) | anything for field in ACTIONS[name].takes}
    return st.fixed_dictionaries({"do": st.just(name)}, optional={**takes, "rev": st.integers(-1, 9) | anything})


messages = st.sampled_from(list(ACTIONS)).flatmap(_message) | anything


# Entering


def _file(text: str) -> None:
    scenario, faults = parse_scenario(text)
    assert parse_scenario(to_toml(scenario, faults)) == (scenario, faults)


def _trace(value: Any) -> None:
    written = Trace.from_json(json.dumps(value)).to_json()
    assert Trace.from_json(written).to_json() == written


def _fault(text: str) -> None:
    fault = parse_fault(text)
    assert parse_fault(str(fault)) == fault


def _words(text: str) -> None:
    """All that a command line takes as a text of several parts."""
    for read in (parse_name, Say.parse, Resend.parse, *(fault.parse for fault in FAULTS.values())):
        _or_refuse(read, text)
    _or_refuse(lambda each: parsed_moment(each, "fault", "bob@0"), text)


def _step(text: str) -> None:
    step = parse_step(text)
    assert parse_step(str(step)) == step


def _done(value: Any) -> None:
    done = read_done(value)
    assert read_done(json.loads(done.line)) == done
    assert isinstance(done.right, bool)


def _progress(data: bytes) -> None:
    for done in read_progress(data.split(b"\n")):
        _done(json.loads(done.line))


def _hand_in(value: Any) -> None:
    if isinstance(value, dict) and "sha256" in value:  # signed anew: else none would come further
        value["sha256"] = _signed({name: part for name, part in value.items() if name != "sha256"})
    hand_in = read_hand_in(json.dumps(value))
    assert read_hand_in(hand_in.to_json()) == hand_in


def _hand_in_file(data: bytes | str) -> None:
    assert _or_refuse(read_hand_in, data) is None


def _handed_out(value: Any) -> None:
    before = json.dumps(value).encode()
    for bring in (without_answers, as_slides):
        after = bring(before)
        assert after == before or bring(after) == after
    handed = without_answers(before)
    if handed != before:
        for cell in json.loads(handed)["cells"]:
            assert cell.get("cell_type") != "code" or not cell["outputs"] or "lab" in cell["metadata"]["tags"]


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="doors-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))


def _lesson(data: bytes) -> None:
    path = _folder() / "lesson.ipynb"
    path.write_bytes(data)
    read_lesson(path)


def _manifest(data: bytes) -> None:
    (_folder() / ".imteach-lessons.json").write_bytes(data)
    notes, known = _remembered(_folder())
    assert bool(notes) <= (known == {})


def _prediction(asked: tuple[int, Any]) -> None:
    kind, message = asked
    guess = _questions()[kind]()
    view = guess.view
    assert isinstance(view, PredictView)
    view._handle_custom_msg(message, [])
    if guess.right is None:
        assert view.verdict == view.run == {}
        assert len(view.refusal) < 400
        assert "stopped with" not in view.refusal  # an error that nobody meant
    else:
        assert view.verdict["right"] is guess.right


@cache
def _questions() -> list[Callable[[], Predict]]:
    two, run = ["never", "twice"], Scenario("retransmit")
    return [
        lambda: Predict("How often?", run, Drop("ack:N"), choices=two, answer="twice"),
        lambda: Predict.several("Which?", run, choices=two, answer=["never"]),
        lambda: Predict.number("When?", run, answer=300),
        lambda: Predict.packet("Which?", run, answer="msg:R"),
        lambda: Predict.order("In which order?", run, items=two, answer=["twice", "never"]),
    ]


def _lab(asked: list[Any]) -> None:
    lab = Lab(TWICE, Drop("m1/ack:N"), Crash("bob", at=500))
    for message in asked:
        before = lab.trace, lab.steps, lab.scenario
        now = {"rev": lab._shown.rev} | message if isinstance(message, dict) else message
        lab._handle_custom_msg(now, [])
        assert len(lab.refusal) < LONGEST_ERROR
        assert "That run stopped with" not in lab.refusal
        if lab.refusal:
            assert (lab.trace, lab.steps, lab.scenario) == before
    assert Lab.from_text(lab.to_text()).trace == lab.trace
    lab.close()


@cache
def _losses() -> FaultMapLab:
    return FaultMapLab("acked")


def _fault_map(message: Any) -> None:
    before = _losses().cell
    table = _losses()._table
    table._handle_custom_msg(message, [])
    assert len(table.said) < LONGEST_ERROR
    assert before is None or _losses().cell is not None


@cache
def _report() -> Any:
    from imteach import Client

    return exercises["mend the silent dedup"].check(Client)


def _hint(message: Any) -> None:
    view = ExerciseView(_report())
    view._handle_custom_msg(message, [])
    assert len(view.hints["given"]) <= 1
    view.close()


def _or_refuse(read: Callable[[Any], Any], given: Any) -> Any:
    """What was read, or None: only the documented error may stop it, in a short text."""
    try:
        return read(given)
    except InputError as error:
        said = str(error)
    assert 0 < len(said) < LONGEST_ERROR, said
    return None


class Door(NamedTuple):
    """What might come, and what is done with it."""

    inputs: st.SearchStrategy[Any]
    read: Callable[[Any], Any]

    def enter(self, given: Any) -> None:
        """Read it or refuse it. Raises whatever else comes of it."""
        _or_refuse(self.read, given)


def as_bytes(values: st.SearchStrategy[Any]) -> st.SearchStrategy[bytes]:
    """These values as files of JSON."""
    return values.map(lambda value: json.dumps(value).encode())


bytes_of = as_bytes(anything) | st.binary(max_size=60)

DOORS = {
    "a scenario file": Door(lines_of_a_file(), _file),
    "a trace as JSON": Door(changed(TRACE) | anything, _trace),
    "any text as a trace": Door(pieces(*'{}[]":,', '"schema"', '"imteach/trace/1"'), Trace.from_json),
    "a link": Door(
        st.builds("{}{}".format, st.sampled_from(["#lab=", "https://example.org/a#lab=", ""]), st.text(max_size=40))
        | st.binary(max_size=60).map(lambda data: "#lab=" + urlsafe_b64encode(data).decode().rstrip("="))
        | st.text(max_size=60).map(lambda text: "#lab=" + deflated(text.encode("utf-8", "surrogatepass")))
        | lines_of_a_file().map(lambda text: "#lab=" + deflated(text.encode("utf-8", "surrogatepass"))),
        lambda link: _file(from_link(link)),
    ),
    "a fault in words": Door(pieces(*FAULT_WORDS), _fault),
    "what is typed after an option": Door(pieces(*FAULT_WORDS), _words),
    "a step in words": Door(pieces(*STEP_WORDS), _step),
    "a git remote": Door(pieces(*REMOTES), binder_link),
    "a line of progress": Door(changed(json.loads(DONE.line)), _done),
    "a file of progress": Door(bytes_of | st.lists(bytes_of | st.just(DONE.line.encode())).map(b"\n".join), _progress),
    "a hand-in": Door(changed(json.loads(HandIn("ada", DONE.when, (DONE,)).to_json())), _hand_in),
    "any file as a hand-in": Door(st.binary(max_size=200) | st.text(max_size=200), _hand_in_file),
    "a lesson to hand out": Door(changed(NOTEBOOK) | anything, _handed_out),
    "a lesson to run": Door(as_bytes(changed(NOTEBOOK)) | bytes_of, _lesson),
    "what was handed out": Door(as_bytes(changed({"1.ipynb": "a" * 64})) | bytes_of, _manifest),
    "a message to a prediction": Door(
        st.tuples(st.integers(0, 4), st.dictionaries(st.just("commit"), anything) | anything), _prediction
    ),
    "messages to a lab": Door(st.lists(messages, min_size=1, max_size=4), _lab),
    "a message to a map of losses": Door(st.fixed_dictionaries({"open": losses | anything}) | anything, _fault_map),
    "a message to an exercise": Door(st.dictionaries(st.just("do"), st.just("hint") | anything) | anything, _hint),
}
