"""A lab as a line for a shell: `imteach run dedup --drop ack:N`."""

import shlex
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from imteach.protocol import Client, Server
from imteach.scenario import Fault, Loss, Scenario, usual_say
from imteach.scenario.faults import shortened
from imteach.scenario.options import as_options
from imteach.scenario.scenario import FORGETS

FILE = "lab.toml"
"""The scenario file that a line names if no option can say what it must."""

LONGEST_LINE = 4000
"""The most characters in a line: some terminals take no more than 4,096 at once."""

_NO_OPTION = (
    *("people", "latency", "backoff", "ack_every", "ack_delay", "heartbeat", "presence_timeout"),
    *("jitter", "seed", *FORGETS),
)


class ShellLine(NamedTuple):
    """A `line` for a POSIX shell, and a `note` about it: what to do first, or why there is no line; "" if nothing."""

    line: str
    note: str = ""


def command(scenario: Scenario, faults: Iterable[Fault]) -> ShellLine:
    """Return the command line that runs this scenario under these faults, whose names are whole.

    >>> from imteach import Drop, Say
    >>> command(Scenario("dedup", rto=200), [Drop("m1/ack:N#1")]).line
    'imteach run dedup --rto 200 --drop ack:N'
    >>> print(command(Scenario("dedup", say=[Say("it's me")]), []).line)
    imteach run dedup --say 'alice>bob@0:it'"'"'s me'
    >>> command(Scenario("dedup", backoff=2), [])
    ShellLine(line='imteach run lab.toml', note='No option says backoff, so this line runs a file: write the text that \
lab.to_text() returns to lab.toml first.')
    """
    own = [made.__name__ for made, ours in ((scenario.client, Client), (scenario.server, Server)) if made is not ours]
    if own:
        return ShellLine(
            "", f"A command line cannot run a class of your own: {' and '.join(own)} is in your Python only."
        )
    faults = tuple(faults)
    words = _words(scenario, faults)
    line = shlex.join(words)
    unsaid = [*_without_option(scenario, faults), *_unfit(words, line)]
    if not unsaid:
        return ShellLine(line)
    why = f"No option says {', '.join(unsaid)}, so this line runs a file"
    return ShellLine(f"imteach run {FILE}", f"{why}: write the text that lab.to_text() returns to {FILE} first.")


def _words(scenario: Scenario, faults: tuple[Fault, ...]) -> list[str]:
    """Return the words of the line; not all of them if they get too long anyway."""
    words, length = ["imteach", "run", scenario.rung], 0
    for option, value in chain(_scenario_options(scenario), _fault_options(scenario, faults)):
        words += [f"{option}={value}"] if value.startswith("-") else [option, value]
        length += len(option) + len(value)
        if length > LONGEST_LINE:
            break
    return words


def _without_option(scenario: Scenario, faults: tuple[Fault, ...]) -> Iterator[str]:
    """Yield what this scenario has that no option sets."""
    usual = Scenario(scenario.rung, say=scenario.say, groups=scenario.groups)
    for name in _NO_OPTION:
        is_one_number = name == "latency" and not isinstance(scenario.latency, dict)
        if getattr(scenario, name) != getattr(usual, name) and not is_one_number:
            yield name
    if not scenario.say:
        yield "that nothing is said"
    if sum(isinstance(fault, Loss) for fault in faults) > 1:
        yield "two losses"


def _unfit(words: list[str], line: str) -> Iterator[str]:
    """Yield what keeps these words from being one line to paste."""
    if not all(map(str.isprintable, words)):
        yield "characters that a terminal does not show"
    elif len(line) > LONGEST_LINE:
        yield f"more than {LONGEST_LINE} characters"


def _scenario_options(scenario: Scenario) -> Iterator[tuple[str, str]]:
    usual = Scenario(scenario.rung, say=())
    for name, members in scenario.groups.items():
        yield "--group", f"{name}={','.join(members)}"
    if scenario.say != usual_say(scenario.groups):
        for say in scenario.say:
            yield "--say", f"{say.sender}>{say.to}@{say.at}:{say.text}"
    for resend in scenario.resend:
        yield "--resend", f"{resend.msgid}@{resend.at}"
    for name in ("retries", "rto", "latency"):
        if getattr(scenario, name) != getattr(usual, name):
            yield f"--{name}", str(getattr(scenario, name))


def _fault_options(scenario: Scenario, faults: tuple[Fault, ...]) -> Iterator[tuple[str, str]]:
    for fault in faults:
        yield from as_options(shortened(fault, scenario))
