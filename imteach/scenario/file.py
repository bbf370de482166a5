"""A scenario file: a scenario and its faults as TOML that a teacher can write by hand.

    rung = "dedup"
    faults = ["drop ack:N", "offline bob@0+1000"]

    [[say]]
    text = "hello"

What is left out has its default. Without [[say]] alice says hello: to bob, or to the first group.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from imteach.errors import InputError, quoted
from imteach.protocol import LADDER, Client, Server
from imteach.scenario.checks import person
from imteach.scenario.faults import Fault, checked_fault, parse_fault
from imteach.scenario.people import Resend, Say
from imteach.scenario.reader import Fields
from imteach.scenario.scenario import Scenario

if TYPE_CHECKING:
    from pathlib import Path

CHARACTERS = 2**20  # in one scenario file: room for ten thousand things said, or a group of fifty thousand

_SETTINGS = (
    "people",
    "latency",
    "rto",
    "retries",
    "backoff",
    "ack_every",
    "ack_delay",
    "heartbeat",
    "presence_timeout",
    "jitter",
    "seed",
    "dedup_limit",
    "dedup_for",
    "store_for",
)
_KEYS = ("rung", *_SETTINGS, "faults", "groups", "say", "resend")
_SAY_KEYS = ("at", "from", "to", "text")
_RESEND_KEYS = ("at", "msgid")

T = TypeVar("T")


# Reading


def read_scenario(path: "str | Path") -> tuple[Scenario, tuple[Fault, ...]]:
    """Return the scenario and the faults that this file holds.

    `scenario, faults = read_scenario("lost.toml")`, then `scenario.run(*faults)` or `Lab(scenario, *faults)`. Raises
    `InputError` if the file cannot be read, or names the key that is wrong in it.
    """
    if not (isinstance(path, str) or hasattr(path, "__fspath__")):  # open() would take an int as a file descriptor
        raise InputError(f"expected the path of a scenario file, such as 'lost.toml', got {quoted(path)}")
    what = str(path)
    if len(what) > 200 or not what.isprintable():
        what = quoted(what)
    try:
        with open(path, "rb") as file:  # utf-8-sig: some editors write a byte order mark
            text = file.read(4 * CHARACTERS + 1).decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"cannot read {what}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        if error.end > 4 * CHARACTERS - 4:  # we stopped reading inside a character
            raise _too_long(what) from None
        raise InputError(
            f"expected text in UTF-8, got {quoted(error.object[error.start : error.end])}", where=what
        ) from None
    except ValueError as error:  # a name that no file can have
        raise InputError(f"cannot read {what}: {error}") from None
    return parse_scenario(text, what)


def parse_scenario(text: str, what: str = "scenario") -> tuple[Scenario, tuple[Fault, ...]]:
    r"""Return the scenario and the faults that this TOML text holds; `what` begins each error.

    Raises `InputError` that names the key and what was expected.

    >>> parse_scenario('rung = "dedup"\nfaults = ["drop ack:N"]')
    (Scenario("dedup"), (Drop("ack:N"),))
    >>> parse_scenario('rung = "dedup"\n[[say]]\nat = "soon"')
    Traceback (most recent call last):
    imteach.errors.InputError: scenario: say[0].at: expected a time in ms of at least 0, got 'soon'
    """
    file = Fields(_toml(text, what), f"{what}: ")
    _check_keys(file, _KEYS)
    if not file.has("rung"):
        raise file.wrong("rung", f"one of {', '.join(LADDER)}")
    rung = file.text("rung", among=LADDER)
    settings = {name: file.raw(name) for name in (*_SETTINGS, "groups") if file.has(name)}
    for name, make in (("say", _say_in), ("resend", _resend_in)):
        if file.has(name):
            settings[name] = [make(table) for table in _tables(file, name)]
    if "say" not in settings:
        groups = _within(file.where, Scenario, rung, say=(), groups=settings.get("groups", {})).groups
        settings["say"] = usual_say(groups)
    scenario = _within(file.where, Scenario, rung, **settings)
    return scenario, tuple(_faults_in(file, scenario))


def usual_say(groups: Mapping[str, Sequence[str]]) -> tuple[Say, ...]:
    """Return what is said by default: alice's hello to bob, or a member's to the first of these groups.

    >>> usual_say({}), usual_say({"friends": ["carol", "dave"]})
    ((Say("hello"),), (Say("hello", sender="carol", to="friends"),))
    """
    for name, members in groups.items():
        return (Say(sender="alice" if "alice" in members else members[0], to=name),)
    return (Say(),)


def _toml(text: str, what: str) -> dict[str, Any]:
    import tomllib  # here, because most runs read no file

    if not isinstance(text, str):
        raise InputError(f"expected TOML text, got {quoted(text)}", where=what)
    if len(text) > CHARACTERS:
        raise _too_long(what)
    try:
        if _has_long_key(text):
            raise RecursionError
        return tomllib.loads(text)
    except RecursionError:
        raise InputError("nested too deeply to be read", where=what) from None
    except ValueError as error:  # not only TOMLDecodeError: also a number of thousands of digits
        last = text.rstrip("\n").count("\n") + 1
        said = str(error).replace("at end of document", f"at the end, line {last}").partition(";")[0]
        raise InputError(f"not readable as TOML: {said}", where=what) from None


def _too_long(what: str) -> InputError:
    return InputError(f"more than {CHARACTERS} characters; a scenario file is shorter", where=what)


_STRINGS = r"""(?s)\"{3}(?:\\.|[^\\])*?(?:\"{3}|\Z)|'{3}.*?(?:'{3}|\Z)|"(?:\\.|[^"\\n])*"?|'[^'\n]*'?|\#[^\n]*"""
_LONG_KEY = r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){50}"


def _has_long_key(text: str) -> bool:
    r"""Whether a dotted key has so many parts (`a.a.a…`) that reading it would take Python minutes.

    >>> _has_long_key('text = "a.b.c"\n' + "a." * 60 + "a = 1"), _has_long_key('text = "' + "a." * 60 + '"')
    (True, False)
    """
    return re.search(_LONG_KEY, re.sub(_STRINGS, "s", text)) is not None


def _check_keys(table: Fields, known: Sequence[str]) -> None:
    for name in table:
        if name not in known:
            where = table.where.rstrip(".: ")
            raise InputError(f"no key {quoted(name)} here; keys are {', '.join(known)}", where=where)


def _tables(file: Fields, name: str) -> Iterator[Fields]:
    if not isinstance(file.raw(name), list):
        raise file.wrong(name, f"tables that each begin with [[{name}]]")
    return file.objects(name)


def _say_in(table: Fields) -> Say:
    _check_keys(table, _SAY_KEYS)
    given = {"text": "hello", "from": "alice", "to": "bob", "at": 0}
    given.update((name, table.raw(name)) for name in _SAY_KEYS if table.has(name))
    person(given["from"], f"{table.where}from")  # here, because Say's own error would call it the sender
    return _within(table.where, Say, given["text"], given["from"], given["to"], given["at"])


def _resend_in(table: Fields) -> Resend:
    _check_keys(table, _RESEND_KEYS)
    for name, expected in (("msgid", "the msgid of a message, such as m1"), ("at", "a time in ms of at least 0")):
        if not table.has(name):
            raise table.wrong(name, expected)
    return _within(table.where, Resend, table.raw("msgid"), table.raw("at"))


def _faults_in(file: Fields, scenario: Scenario) -> Iterator[Fault]:
    for number, text in enumerate(file.texts("faults") if file.has("faults") else ()):
        where = f"{file.where}faults[{number}]: "
        fault = _within(where, parse_fault, text)
        _within(where, fault.resolve, scenario)  # raises where its names mean nothing here
        yield fault


def _within(where: str, make: Callable[..., T], *values: Any, **named: Any) -> T:
    """Return `make(*values, **named)`; if it raises, its error begins with `where`, the place in the file."""
    try:
        return make(*values, **named)
    except InputError as error:
        raise error.within(where) from None


# Writing


def to_toml(scenario: Scenario, faults: Iterable[Fault] = ()) -> str:
    """Return the scenario file, ending in a newline, that holds this scenario and these faults.

    It leaves out what has its default. Raises `InputError` for what a file cannot hold: a learner's own class.

    >>> from imteach import Drop, Say
    >>> print(to_toml(Scenario("acked", say=[Say("hi", at=100)], rto=200), [Drop("msg:N")]).rstrip())
    rung = "acked"
    rto = 200
    faults = ["drop msg:N#1"]
    <BLANKLINE>
    [[say]]
    at = 100
    from = "alice"
    to = "bob"
    text = "hi"
    """
    _check_can_be_held(scenario)
    faults = [checked_fault(fault) for fault in faults]
    for fault in faults:
        fault.resolve(scenario)
    top, tables = _settings_out(scenario)
    if faults:
        top["faults"] = [str(fault) for fault in faults]
    parts = [
        _pairs({"rung": scenario.rung, **top}),
        *(f"[{name}]\n{_pairs(table)}" for name, table in tables.items()),
        *(f"[[say]]\n{_pairs(say)}" for say in _says_out(scenario)),
        *(f"[[resend]]\n{_pairs({'at': resend.at, 'msgid': resend.msgid})}" for resend in scenario.resend),
    ]
    return "\n".join(parts)


def _check_can_be_held(scenario: Scenario) -> None:
    for name, known in (("client", Client), ("server", Server)):
        runs = getattr(scenario, name)
        if runs is not known:
            raise InputError(f"a file cannot hold a class, and this scenario runs {runs.__name__}", where=name)


def _settings_out(scenario: Scenario) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """Return the settings that differ from their defaults: single keys, and tables with a heading of their own."""
    usual = Scenario(scenario.rung, say=scenario.say, groups=scenario.groups)
    top = {name: getattr(scenario, name) for name in _SETTINGS if getattr(scenario, name) != getattr(usual, name)}
    tables = {"latency": top.pop("latency")} if isinstance(scenario.latency, Mapping) else {}
    if scenario.groups:
        tables["groups"] = scenario.groups
    if not scenario.say:
        top["say"] = []  # without the key, the default hello would be said
    return top, tables


def _says_out(scenario: Scenario) -> list[dict[str, Any]]:
    if scenario.say == usual_say(scenario.groups):
        return []
    return [
        {**({"at": say.at} if say.at else {}), "from": say.sender, "to": say.to, "text": say.text}
        for say in scenario.say
    ]


def _pairs(table: Mapping[str, object]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: object) -> str:
    if isinstance(value, str):
        return f'"{"".join(map(_letter, value))}"'
    if isinstance(value, list | tuple):
        return _list([_value(item) for item in value])
    return repr(value)


def _list(items: Sequence[str]) -> str:
    """One line, or if that gets too long, one line for each item."""
    line = f"[{', '.join(items)}]"
    return line if len(line) <= 100 else "[\n" + "".join(f"  {item},\n" for item in items) + "]"


_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _letter(letter: str) -> str:
    """One character of a text, escaped if TOML requires it or a reader would not see it."""
    if letter in _ESCAPED:
        return _ESCAPED[letter]
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04X}" if ord(letter) < 2**16 else f"\\U{ord(letter):08X}"
