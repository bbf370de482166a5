"""What a trace is made of: one record for each packet and one for each event."""

from typing import NamedTuple

FATES = ("arrived", "dropped", "lost")

EVENT_KINDS: dict[str, str] = {
    "say": "a person says something",
    "send": "a node transmits a packet",
    "arrive": "a packet reaches its node",
    "drop": "a fault makes a packet vanish on its way",
    "timer_start": "a timer starts",
    "timer_cancel": "a timer is stopped before it ran out",
    "timer_fire": "a timer runs out",
    "retransmit": "a client transmits a message again",
    "show": "a person is shown a message",
    "discard": "a message is not shown, because its msgid was shown before",
    "status": "the sender's person sees a new status",
}
"""Every kind of event, with what it means."""


class PacketRecord(NamedTuple):
    """One packet of a run. Times in simulated ms.

    `due` is when it would arrive if nothing strikes, `arrived` when it did (None unless `fate` is "arrived").
    `said` is the first msgid of the thing said that it carries; only a client that gives a retransmission a new
    msgid makes it differ from `msgid`.
    """

    name: str
    kind: str
    msgid: str
    src: str
    dst: str
    sent: float
    due: float
    arrived: float | None
    fate: str
    said: str

    @property
    def number(self) -> int:
        """Which transmission of its kind for its message it is, from 1."""
        return int(self.name.rpartition("#")[2])


class Event(NamedTuple):
    """One event of a run: event `id` happened at `t` simulated ms at `node`, because of the events `causes`.

    The other fields are None where they mean nothing: `packet` names the packet (send, arrive, drop, and what an
    arrival led to), `msgid` the message, `said` the first msgid of what was said, `status` a new status, `text`
    and `to` what was said to whom, `timer` a timer, `until` when it runs out. `new_msgids` are those which the
    driver handed out in this step; None stands for the usual, one at `say`, else none.
    """

    id: int
    t: float
    node: str
    kind: str
    causes: tuple[int, ...]
    packet: str | None = None
    msgid: str | None = None
    said: str | None = None
    status: str | None = None
    text: str | None = None
    to: str | None = None
    timer: str | None = None
    until: float | None = None
    new_msgids: tuple[str, ...] | None = None

    @property
    def handed_out(self) -> tuple[str, ...]:
        """The msgids that the driver handed out in this step."""
        if self.new_msgids is not None:
            return self.new_msgids
        return (self.msgid,) if self.kind == "say" and self.msgid is not None else ()

    def __repr__(self) -> str:
        given = [f"{name}={value!r}" for name, value in zip(self._fields, self, strict=True) if value is not None]
        return f"Event({', '.join(given)})"
