"""How a fault is written on a command line: one option for each kind.

`imteach run --drop ack:N` reads them, and a lab writes them, so that both speak of the same table.
"""

from collections.abc import Callable
from typing import NamedTuple

from imteach.errors import InputError, quoted
from imteach.scenario.faults import Fault
from imteach.scenario.node_faults import Crash, Offline, Partition
from imteach.scenario.packet_faults import Delay, Drop, Duplicate, Loss
from imteach.scenario.texts import plus
from imteach.scenario.untimely import Again, Beat, Late


def _delay(text: str) -> Delay:
    """Read `m1/msg:N=400`: an equals sign before the delay, where a fault's text has a plus."""
    name, equals, ms = text.rpartition("=")
    if not equals:
        raise InputError(f"expected NAME=MS, such as msg:N=400, got {quoted(text)}")
    return Delay(name, by=as_number(ms))  # type: ignore[arg-type]  # Delay refuses what is no number


def as_number(text: str) -> int | float | str:
    """Return the number that the text stands for, or the text itself, which the scenario will refuse.

    >>> as_number("300"), as_number("0.5"), as_number("soon")
    (300, 0.5, 'soon')
    """
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _rest(fault: Fault) -> str:
    """Return a fault's text without the word for its kind: `bob@150+50`."""
    return str(fault).partition(" ")[2]


def _packet(fault: Fault) -> str:
    """Return the packet of a fault by the name that it was given, which may be a short one, and its time."""
    match fault:
        case Delay(name, by):
            return f"{name}={by}"
        case Duplicate(name, after):
            return f"{name}{plus(after)}"
        case Drop(name):
            return name
    return _rest(fault)


class FaultOption(NamedTuple):
    """An option for faults of one `kind`: what it `takes`, how that is read, what it does, how it is written."""

    takes: str
    read: Callable[[str], Fault]
    help: str
    kind: type[Fault]
    write: Callable[[Fault], str] = _rest


FAULT_OPTIONS = {
    "--drop": FaultOption("NAME", Drop.parse, "the network drops this packet: --drop ack:N", Drop, _packet),
    "--duplicate": FaultOption(
        "NAME[+MS]",
        Duplicate.parse,
        "the network makes a copy, which arrives MS later: --duplicate msg:N+50",
        Duplicate,
        _packet,
    ),
    "--delay": FaultOption(
        "NAME=MS", _delay, "the network delays this packet by MS: --delay msg:N=400", Delay, _packet
    ),
    "--crash": FaultOption(
        "NODE@WHEN+MS",
        Crash.parse,
        "a node crashes and is down so long, at a time: --crash server@150+50; or right after it did something (show, "
        "send, store or write): --crash bob@show:m1+50",
        Crash,
    ),
    "--offline": FaultOption(
        "PERSON@WHEN+MS",
        Offline.parse,
        "a person logs out, at a time and for so long: --offline bob@0+1000; or as soon as something is done: "
        "--offline bob@show:m1+1000",
        Offline,
    ),
    "--partition": FaultOption(
        "LINK@MS+MS",
        Partition.parse,
        'a link is cut: --partition alice-server@100+500; or one way of it: --partition "alice>server@100+500"',
        Partition,
    ),
    "--again": FaultOption(
        "MSGID@WHEN",
        Again.parse,
        "an impatient person sends a message again while it is under way, at a time or as soon as something is done: "
        "--again m1@70, --again m1@send:msg:A",
        Again,
    ),
    "--beat": FaultOption(
        "PERSON@WHEN",
        Beat.parse,
        "a heartbeat of a group's member comes before its time, at a time or as soon as something is done: "
        "--beat bob@70, --beat bob@send:m1/msg:R",
        Beat,
    ),
    "--late": FaultOption(
        "NODE@TIMER",
        Late.parse,
        "a timer had run out when the node cancelled it, which is told of it all the same: --late alice@m1",
        Late,
    ),
}
"""The options, in the order in which help lists them. A `Loss` has two of its own: --loss and --seed."""


def as_options(fault: Fault) -> list[tuple[str, str]]:
    """Return the options, each with its value, that ask for this fault on a command line.

    >>> as_options(Delay("msg:N", by=400)), as_options(Loss(0.2, seed=1))
    ([('--delay', 'msg:N=400')], [('--loss', '0.2'), ('--seed', '1')])
    """
    if isinstance(fault, Loss):
        return [("--loss", str(fault.p)), *([("--seed", str(fault.seed))] if fault.seed else [])]
    option = next(name for name, option in FAULT_OPTIONS.items() if option.kind is type(fault))
    return [(option, FAULT_OPTIONS[option].write(fault))]
