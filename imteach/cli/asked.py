"""What a command line asks for: a scenario, by a rung or from a file, and the faults that strike it."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from os.path import exists
from typing import Any, TypeVar

from imteach.errors import InputError, quoted
from imteach.protocol import LADDER
from imteach.scenario import Fault, Loss, Resend, Say, Scenario, read_scenario, usual_say
from imteach.scenario.checks import share, whole
from imteach.scenario.options import FAULT_OPTIONS, as_number

T = TypeVar("T")


# What can be asked for


class _Gather(argparse.Action):
    """Keeps the faults of all options in the order in which they were typed."""

    def __call__(self, _: object, asked: argparse.Namespace, value: Any, option: str | None = None) -> None:
        asked.faults = [*asked.faults, (option, value)]


def add_scenario_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments for a scenario and its faults. The scenario, not the parser, checks the values."""
    parser.add_argument(
        "rung",
        nargs="?",
        metavar="RUNG",
        help="the rung to run (default: dedup; group, with --group), or a scenario file",
    )
    what = parser.add_argument_group("what happens")
    what.add_argument(
        "--scenario",
        action="append",
        metavar="FILE",
        help="a scenario with its faults, from a TOML file. RUNG, --say, --resend and settings given here "
        "override the file's; groups and faults are added",
    )
    what.add_argument(
        "--say", action="append", metavar="WHAT", help='something said: "alice>bob@100:hello" (@0 may be left out)'
    )
    what.add_argument(
        "--group", action="append", metavar="NAME=WHO,WHO", help='a group and its members: "friends=alice,bob,carol"'
    )
    what.add_argument(
        "--resend", action="append", metavar="MSGID@MS", help="somebody sends again what failed: --resend m1@2000"
    )
    settings = parser.add_argument_group("settings")
    settings.add_argument("--retries", metavar="N", help="how often a message may be retransmitted (default: 2)")
    settings.add_argument("--rto", metavar="MS", help="how long the sender waits before it retransmits (default: 300)")
    settings.add_argument("--latency", metavar="MS", help="one way, between a person and the server (default: 50)")
    faults = parser.add_argument_group("faults", "Without the last +MS somebody stays away and a link stays cut.")
    for name, option in FAULT_OPTIONS.items():
        faults.add_argument(name, action=_Gather, dest="faults", default=[], metavar=option.takes, help=option.help)
    faults.add_argument("--loss", metavar="P", help="every packet is dropped with this probability: --loss 0.2")
    faults.add_argument("--seed", metavar="S", help="which packets --loss drops: another S, other packets (default: 0)")


# What was asked for


def scenario_and_faults(asked: argparse.Namespace) -> tuple[Scenario, list[Fault]]:
    """Return what was asked for. Raises `InputError` for a value, name or file that is not what was expected."""
    rung, file = _rung_and_file(asked)
    if file is None:
        base, faults = Scenario(rung or ("group" if asked.group else "dedup")), []
    else:
        base, of_file = read_scenario(file)
        faults = [(f"{file}: faults[{number}]", fault) for number, fault in enumerate(of_file)]
    scenario = _changed(base, _changes(asked, rung, base), file)
    faults += _faults(asked)
    for where, fault in faults:
        _named(where, fault.resolve, scenario)  # one by one, so that an error says which it is
    return scenario, [fault for _, fault in faults]


def _rung_and_file(asked: argparse.Namespace) -> tuple[str | None, str | None]:
    """Return the rung and the scenario file that were asked for: a file may stand where a rung does."""
    rung, files = asked.rung, list(asked.scenario or ())
    if rung is not None and rung not in LADDER:
        if not rung.endswith(".toml") and not exists(rung):
            known = ", ".join(LADDER)
            raise InputError(f"no rung {quoted(rung)}; the rungs are {known}, or name a scenario file")
        rung, files = None, [rung, *files]
    if len(files) > 1:
        raise InputError(f"expected one scenario file, got {quoted(files[0])} and {quoted(files[1])}")
    return rung, files[0] if files else None


def _changes(asked: argparse.Namespace, rung: str | None, base: Scenario) -> dict[str, Any]:
    """Return the fields of the scenario that the command line sets, or changes if it is a file's, by name."""
    changes: dict[str, Any] = {} if rung is None else {"rung": rung}
    for name in ("retries", "rto", "latency"):
        if getattr(asked, name) is not None:
            changes[name] = as_number(getattr(asked, name))
    if asked.resend:
        changes["resend"] = [_named("--resend", Resend.parse, what) for what in asked.resend]
    if asked.group:
        changes["groups"] = {**base.groups, **_groups(asked.group)}
    if asked.say:
        changes["say"] = [_named("--say", Say.parse, what) for what in asked.say]
    elif asked.group and base.say == usual_say(base.groups):
        changes["say"] = usual_say(changes["groups"])
    return changes


def _groups(given: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for text in given:
        name, equals, members = text.partition("=")
        if not equals:
            raise InputError(f"expected NAME=WHO,WHO…, such as friends=alice,bob, got {quoted(text)}", where="--group")
        if name in groups:
            raise InputError(f"{quoted(name)} is given twice", where="--group")
        groups[name] = [member.strip() for member in members.split(",")]
    try:
        Scenario("group", say=(), groups=groups)  # checked alone first, because the default say depends on it
    except InputError as error:
        raise _of_option("--group", error, "groups") from None
    return groups


_OPTIONS = {"groups": "group"}  # options that have another name than their field


def _changed(base: Scenario, changes: Mapping[str, Any], file: str | None) -> Scenario:
    """Return the scenario with these changes; an error names the option, or the file, that it comes from."""
    people = () if file is None else _everybody(base, changes)
    try:
        return replace(base, **changes, people=people)
    except InputError as error:
        field = error.field
        if field in changes:
            raise _of_option(f"--{_OPTIONS.get(field, field)}", error, field) from None
        raise error if file is None else error.within(f"{file}: ") from None


def _of_option(option: str, error: InputError, field: str) -> InputError:
    """Return the error as it is said of this option, which sets this field: "--crash: crash: …" would say it twice."""
    return InputError(error.said, where=option) if error.where == field else error.within(f"{option}: ")


def _everybody(base: Scenario, changes: Mapping[str, Any]) -> tuple[str, ...]:
    """Return a file's people, and after them those whom only the command line names."""
    groups = changes.get("groups", base.groups)
    named = [who for say in changes.get("say", ()) for who in (say.sender, *groups.get(say.to, [say.to]))]
    return tuple(dict.fromkeys([*base.people, *named, *(who for members in groups.values() for who in members)]))


def _faults(asked: argparse.Namespace) -> list[tuple[str, Fault]]:
    """Return each fault of the command line with the option that it comes from."""
    faults = [(name, _named(name, FAULT_OPTIONS[name].read, text)) for name, text in asked.faults]
    loss = loss_asked_for(asked)
    if loss is not None:
        faults.append(("--loss", loss))
    elif asked.seed is not None:
        raise InputError(f"expected --loss beside it, got only --seed {quoted(asked.seed)}", where="--seed")
    return faults


def loss_asked_for(asked: argparse.Namespace) -> Loss | None:
    """Return what --loss and --seed ask for; None without --loss."""
    if asked.loss is None:
        return None
    return Loss(share(as_number(asked.loss), "--loss"), whole_asked_for(asked.seed or "0", "--seed", most=10**12))


def whole_asked_for(text: str, option: str, most: int) -> int:
    """Return the whole number from 0 to `most` that was typed after this option."""
    return whole(as_number(text), option, most=most)


def _named(where: str, make: Callable[..., T], *values: Any) -> T:
    """Return `make(*values)`; if it raises, its error begins with `where`, the option or the place in the file."""
    try:
        return make(*values)
    except InputError as error:
        raise _of_option(where, error, where.removeprefix("--")) from None
