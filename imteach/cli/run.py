"""`imteach run`: a scenario, its faults, and what came of it as text, JSON or a picture."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from imteach.cli.terminal import note, say
from imteach.errors import InputError
from imteach.files import write_whole
from imteach.protocol import LADDER
from imteach.sim import Drop, Fault, Say, Scenario, Trace
from imteach.verify.explain import in_short, why_broken

ABOUT = f"""\
Run the protocol and show what happened. Without --say, alice says hello to bob at 0 ms.

  imteach run                                   the rung dedup, nothing dropped
  imteach run basic --drop msg:N                a message lost without anyone noticing
  imteach run retransmit --drop ack:N           bob sees the message twice
  imteach run dedup --drop ack:N --drop msg:R#2 two packets dropped
  imteach run dedup --say "alice>bob:hello" --say "bob>alice@100:hi" --drop m2/ack:N
  imteach run dedup --drop ack:N --format svg -o picture.svg

RUNG is one of {", ".join(LADDER)}. A packet's NAME is MSGID/KIND#NUMBER, such as m1/ack:N#2; #1 may be left
out, and the msgid too when one thing is said. Times are in simulated milliseconds.
"""


def _text(trace: Trace) -> str:
    """The diagram, what came of it, and of each broken promise why."""
    broken = [f"✗ {name}: {why_broken(trace, name)}" for name, holds in trace.promises.items() if not holds]
    return "\n".join([trace.to_text(), in_short(trace), *broken])


FORMATS: dict[str, Callable[[Trace], str]] = {
    "text": _text,
    "json": Trace.to_json,
    "svg": Trace.to_svg,
    "mermaid": Trace.to_mermaid,
}

T = TypeVar("T")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what `imteach run` takes. The scenario checks the values, so that a rule stands in one place."""
    parser.add_argument("rung", nargs="?", default="dedup", metavar="RUNG", help="the rung to run (default: dedup)")
    parser.add_argument(
        "--say", action="append", metavar="WHAT", help='something said: "alice>bob@100:hello" (@0 may be left out)'
    )
    parser.add_argument("--drop", action="append", default=[], metavar="NAME", help="drop this packet")
    parser.add_argument("--retries", metavar="N", help="how often a message may be retransmitted (default: 2)")
    parser.add_argument("--rto", metavar="MS", help="how long the sender waits before it retransmits (default: 300)")
    parser.add_argument("--latency", metavar="MS", help="one way, between a person and the server (default: 50)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="what to write (default: text)")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to this file, not to the terminal")


def main(asked: argparse.Namespace, _: Sequence[str]) -> int:
    """Run it. Raises `InputError` for a value, name or file that is not what was expected."""
    trace = _scenario(asked).run(*_faults(asked))
    for fault in trace.unused:
        note(f"{fault}: this run never sent that packet, so nothing was dropped")
    text = FORMATS[asked.format](trace).rstrip("\n") + "\n"
    if asked.output is None:
        return say(text)
    write_whole(asked.output, text)
    return 0


def _scenario(asked: argparse.Namespace) -> Scenario:
    Scenario(asked.rung)  # a wrong rung is told first, as itself
    options: dict[str, Any] = {}
    if asked.say is not None:
        options["say"] = [_named("--say: ", Say.parse, what) for what in asked.say]
    for name in ("retries", "rto", "latency"):
        if getattr(asked, name) is not None:
            options[name] = _number(getattr(asked, name))
            # Alone first: its error begins with the field's name, which is the option's but for the dashes.
            _named("--", Scenario, asked.rung, **{name: options[name]})
    return Scenario(asked.rung, **options)


def _faults(asked: argparse.Namespace) -> list[Fault]:
    return [_named("--drop: ", Drop, name) for name in asked.drop]


def _named(option: str, make: Callable[..., T], *values: Any, **named: Any) -> T:
    """Return what `make` makes of the values; an error of its names the option too."""
    try:
        return make(*values, **named)
    except InputError as error:
        raise InputError(f"{option}{error}") from None


def _number(text: str) -> int | float | str:
    """Return the number that the text stands for, or the text itself, for the scenario to refuse.

    >>> _number("300"), _number("0.5"), _number("soon")
    (300, 0.5, 'soon')
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
