"""Packet names: `MSGID/KIND#n`, the n-th transmission of that kind for that message, n from 1.

A name is stable from run to run, so a fault that hangs on it stays where the learner put it. Short forms: no
number means `#1`; the msgid may be left out when only one message is said.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from imteach.errors import InputError, quoted
from imteach.protocol import KINDS

_SEEN = r"[^\s/#~\x00-\x1f\x7f-\x9f]"  # no space, no control character, nothing that parts a name
_MSGID = re.compile(_SEEN + "{1,80}")
_NAME = re.compile(f"(?:(?P<msgid>{_SEEN}{{1,80}})/)?(?P<kind>{_SEEN}+)(?:#(?P<number>[0-9]{{1,9}}))?")


class PacketName(NamedTuple):
    """The parts of a packet's name; `msgid` is None while it has been left out.

    >>> str(PacketName("m1", "ack:N", 2))
    'm1/ack:N#2'
    """

    msgid: str | None
    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}#{self.number}" if self.msgid is None else f"{self.msgid}/{self.kind}#{self.number}"


def is_msgid(text: str) -> bool:
    """Whether a packet's name can hold this msgid.

    >>> is_msgid("m1"), is_msgid("m 1"), is_msgid("m/1")
    (True, False, False)
    """
    return _MSGID.fullmatch(text) is not None


def parse_name(text: str) -> PacketName:
    """Return the parts of a packet's name, short or whole; raise `InputError` if it is none.

    >>> parse_name("m1/ack:N#2")
    PacketName(msgid='m1', kind='ack:N', number=2)
    >>> parse_name("ack:N")
    PacketName(msgid=None, kind='ack:N', number=1)
    >>> parse_name("msg:X")
    Traceback (most recent call last):
    imteach.errors.InputError: no packet 'msg:X'; kinds are msg:R, msg:A, msg:N, ack:R, ack:A, ack:N
    """
    if not isinstance(text, str):
        raise InputError(f"a packet's name is text such as 'm1/ack:N#1', not {quoted(text)}")
    match = _NAME.fullmatch(text)
    if match is None:
        raise InputError(
            f"no packet {quoted(text)}; a name is MSGID/KIND#NUMBER, such as m1/ack:N#2, or ack:N in short"
        )
    if match["kind"] not in KINDS:
        raise InputError(f"no packet {quoted(text)}; kinds are {', '.join(KINDS)}")
    number = int(match["number"] or 1)
    if number == 0:
        raise InputError(f"no packet {quoted(text)}; transmissions are numbered from #1")
    return PacketName(match["msgid"], match["kind"], number)


def whole_name(name: PacketName, msgids: Sequence[str]) -> str:
    """Return the whole name as text, with the msgid filled in from those said if there is only one.

    >>> whole_name(parse_name("ack:N"), ["m1"])
    'm1/ack:N#1'
    >>> whole_name(parse_name("ack:N"), ["m1", "m2"])
    Traceback (most recent call last):
    imteach.errors.InputError: which message's ack:N#1? several are said: write m1/ack:N#1 or m2/ack:N#1
    """
    if name.msgid is None:
        if len(msgids) != 1:
            several = " or ".join(f"{msgid}/{name}" for msgid in msgids[:3])
            why = f"several are said: write {several}" if msgids else "nothing is said"
            raise InputError(f"which message's {name}? {why}")
        name = name._replace(msgid=msgids[0])
    return str(name)


def short_name(text: str, msgids: Sequence[str]) -> str:
    """Return the shortest form of a whole name that still means it, where these msgids are said.

    >>> short_name("m1/ack:N#1", ["m1"]), short_name("m1/ack:N#2", ["m1", "m2"])
    ('ack:N', 'm1/ack:N#2')
    """
    text = text.removesuffix("#1")
    return text.removeprefix(f"{msgids[0]}/") if len(msgids) == 1 else text
