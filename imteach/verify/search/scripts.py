"""What people do in a scenario without a clock, in its order; and who is away and what is cut in any case."""

from collections.abc import Sequence
from typing import NamedTuple

from imteach.errors import InputError, quoted
from imteach.protocol import Message
from imteach.scenario import Fault, Offline, Partition, Resend, Scenario
from imteach.tell.words import join

CHECK_KINDS = ("drop", "duplicate", "crash", "away", "late", "again", "beat")
"""The kinds of fault that a search without a clock knows. Delay is not one: any packet may take as long as it likes."""

NODE_KINDS = ("crash", "away", "late", "again", "beat")
"""Those that strike a node, at any moment, and no packet."""


class PresenceChange(NamedTuple):
    """A person logs out, or in again."""

    person: int
    out: bool


class LinkChange(NamedTuple):
    """Links are cut, or work again."""

    ways: tuple[tuple[str, str], ...]
    cut: bool


Doing = Message | Resend | PresenceChange | LinkChange
"""One thing of a script: somebody says something or sends it again, leaves or comes back; a link is cut or mended."""


def doings(scenario: Scenario) -> tuple[Doing, ...]:
    """What people do in a scenario, in its order."""
    says: list[tuple[float, Doing]] = [
        (say.at, message) for say, message in zip(scenario.in_order, scenario.messages(), strict=True)
    ]
    resends: list[tuple[float, Doing]] = [(resend.at, resend) for resend in scenario.resend]
    return tuple(doing for _, doing in sorted([*says, *resends], key=lambda timed: timed[0]))


def scripts(given: Sequence[Fault], place: dict[str, int]) -> list[tuple[Doing, ...]]:
    """What given faults do: for each person and each link, in the order of its times."""
    found: dict[object, list[tuple[float, Doing]]] = {}
    for fault in given:
        if isinstance(fault, Offline):
            script = found.setdefault(fault.person, [])
            changes: list[Doing] = [PresenceChange(place[fault.person], out) for out in (True, False)]
        elif isinstance(fault, Partition):
            script = found.setdefault(frozenset((fault.one, fault.other)), [])
            changes = [LinkChange(tuple(fault.ways), cut) for cut in (True, False)]
        else:
            raise InputError(
                f"{quoted(fault)} needs a clock or a packet's name, and this search has neither; "
                f"it can be given Offline and Partition, and strikes with {join(CHECK_KINDS)} itself",
                where="given",
            )
        script.append((fault.at, changes[0]))
        if fault.lasting is not None:
            script.append((fault.at + fault.lasting, changes[1]))
    ordered = (sorted(script, key=lambda timed: timed[0]) for script in found.values())
    return [tuple(doing for _, doing in script) for script in ordered]
