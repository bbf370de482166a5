"""Packet names: `OWNER/KIND#n`, the n-th transmission of that kind for that owner, n from 1.

The owner is a message (`m1/ack:N#2`), or a person where a packet belongs to no single message (`bob/offline:R#1`). In
a group one message has a msg:N for each member: `m1/msg:N>carol#1`. A copy that the network made has a number
after a tilde: `m1/msg:N#1~2`.

A name is stable from run to run, so a fault that names it stays where the learner put it. Short forms: no
number means `#1`; the owner may be left out where only one is possible.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from imteach.errors import InputError, quoted
from imteach.protocol import KINDS

_SEEN = r"[^\s/#~>\x00-\x1f\x7f-\x9f]"  # no space, no control character, no separator of a name
_MSGID = re.compile(_SEEN + "{1,80}")
_NAME = re.compile(
    f"(?:(?P<owner>{_SEEN}{{1,80}})/)?(?P<kind>{_SEEN}+)(?:>(?P<to>{_SEEN}{{1,80}}))?"
    "(?:#(?P<number>[0-9]{1,9}))?(?:~(?P<copy>[0-9]{1,9}))?"
)


class PacketName(NamedTuple):
    """The parts of a packet's name; `owner` is None if it was left out; `to` is only needed in a group.

    >>> str(PacketName("m1", "ack:N", 2)), str(PacketName("m1", "msg:N", 1, to="carol", copy=2))
    ('m1/ack:N#2', 'm1/msg:N>carol#1~2')
    """

    owner: str | None
    kind: str
    number: int
    to: str | None = None
    copy: int = 1

    def __str__(self) -> str:
        owner = "" if self.owner is None else f"{self.owner}/"
        to = "" if self.to is None else f">{self.to}"
        copy = "" if self.copy == 1 else f"~{self.copy}"
        return f"{owner}{self.kind}{to}#{self.number}{copy}"


def is_msgid(text: str) -> bool:
    """Whether a packet's name can hold this msgid.

    >>> is_msgid("m1"), is_msgid("m 1"), is_msgid("m/1")
    (True, False, False)
    """
    return _MSGID.fullmatch(text) is not None


def parse_name(text: str) -> PacketName:
    """Return the parts of a packet's name, short or whole; raise `InputError` if it is none.

    >>> parse_name("m1/ack:N#2")
    PacketName(owner='m1', kind='ack:N', number=2, to=None, copy=1)
    >>> str(parse_name("ack:N"))
    'ack:N#1'
    >>> parse_name("msg:X")
    Traceback (most recent call last):
    imteach.errors.InputError: no packet 'msg:X'; kinds are msg:R, msg:A, msg:N, ack:R, ack:A, ack:N, offline:R, \
offline:A, offlineack:R
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
    number, copy = int(match["number"] or 1), int(match["copy"] or 1)
    if number == 0:
        raise InputError(f"no packet {quoted(text)}; transmissions are numbered from #1")
    if copy == 0:
        raise InputError(f"no packet {quoted(text)}; the first copy that the network makes is ~2")
    return PacketName(match["owner"], match["kind"], number, match["to"], copy)


def whole_name(name: PacketName, owners: Sequence[str]) -> str:
    """Return the whole name as text; a missing owner is filled in if only one is possible.

    >>> whole_name(parse_name("ack:N"), ["m1"])
    'm1/ack:N#1'
    >>> whole_name(parse_name("ack:N"), ["m1", "m2"])
    Traceback (most recent call last):
    imteach.errors.InputError: which message's ack:N#1? several are said: write m1/ack:N#1 or m2/ack:N#1
    >>> whole_name(parse_name("offline:R"), ["bob", "carol"])
    Traceback (most recent call last):
    imteach.errors.InputError: whose offline:R#1? several are possible: write bob/offline:R#1 or carol/offline:R#1
    """
    if name.owner is None:
        if len(owners) != 1:
            several = " or ".join(f"{owner}/{name}" for owner in owners[:3])
            of_message = not name.kind.startswith("offline")
            whose, many = ("which message's", "said") if of_message else ("whose", "possible")
            why = f"several are {many}: write {several}" if owners else "nothing is said"
            raise InputError(f"{whose} {name}? {why}")
        name = name._replace(owner=owners[0])
    return str(name)


def short_name(text: str, msgids: Sequence[str]) -> str:
    """Return the shortest form of a whole name that still means the same packet in a run with these msgids.

    >>> short_name("m1/ack:N#1", ["m1"]), short_name("m1/ack:N#2", ["m1", "m2"])
    ('ack:N', 'm1/ack:N#2')
    """
    text = text.removesuffix("#1")
    return text.removeprefix(f"{msgids[0]}/") if len(msgids) == 1 else text
