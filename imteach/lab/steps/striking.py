"""Faults by hand: they strike, they are changed, they are taken back."""

from imteach.errors import InputError, quoted
from imteach.lab.steps.history import AlreadyError, Steps, ran
from imteach.lab.steps.overtaking import delay_behind, is_behind, is_something_between, swappable
from imteach.lab.tools import PACKET_FAULTS, made_by, same_strike, turned
from imteach.scenario import Delay, Drop, Fault, Scenario, parse_fault
from imteach.scenario.faults import checked_fault
from imteach.tell import why_unused


class Striking(Steps):
    """Steps that change which faults strike."""

    def __init__(self, scenario: Scenario | str, *faults: Fault) -> None:
        super().__init__(scenario, *faults)
        self._turned: dict[str, str] = {}  # by its text what became of a fault whose amount was changed

    def drop(self, name: str) -> None:
        """Drop the packet of this name. Raises `InputError` for a name that no packet can have here."""
        self.apply(self._whole(name))

    def apply(self, *faults: Fault) -> None:
        """Let these faults strike, too. One that does already stays as it is.

        Only one fault strikes a packet by hand: another `Drop`, `Duplicate` or `Delay` takes the place of the one that
        is there. Raises `InputError` for a fault that means nothing here.

        >>> from imteach import Crash, Delay
        >>> from imteach.lab.session import Session
        >>> session = Session("dedup", Drop("ack:N"))
        >>> session.apply(Delay("ack:N", by=400), Crash("bob", at=150, down=50))
        >>> session.faults
        (Delay("m1/ack:N#1", by=400), Crash("bob", at=150, down=50))
        """
        now = self.faults
        for fault in faults:
            now = with_fault(now, checked_fault(fault).resolve(self.scenario))
        self._let_strike(now)

    def use(
        self,
        tool: str,
        packet: str | None = None,
        node: str | None = None,
        link: str | None = None,
        event: int | None = None,
        at: float | None = None,
    ) -> None:
        """Use a tool on a packet, on a node or a link `at` so many simulated ms, or on an event, by its id.

        It strikes with its usual amounts, which `change` turns; where it has struck already, it changes nothing. See
        `imteach.lab.tools`. Raises `InputError` where it would do nothing.

        >>> from imteach.lab.session import Session
        >>> session = Session("dedup")
        >>> session.use("crash", node="bob", at=150); session.use("cut", link="alice-server", at=0)
        >>> print(session.code)
        Scenario("dedup").run(Crash("bob", at=150, down=100), Partition("alice", "server", at=0, lasting=500))
        """
        fault = made_by(tool, self.trace, at, packet=packet, node=node, link=link, event=event)
        if any(same_strike(fault, other) for other in self.faults):
            return
        struck = ran(self.scenario, with_fault(self.faults, fault))
        if fault in struck.unused:
            raise InputError(f"{fault}: {why_unused(fault, struck)}")
        self._step(struck)

    def change(self, fault: str, amount: str, value: float | None) -> None:
        """Turn an amount of a fault, by the fault's text. The fault keeps its place. None: to the end, where it can be.

        Raises `InputError` if no such fault strikes, or it cannot have this amount.

        >>> from imteach import Offline
        >>> from imteach.lab.session import Session
        >>> session = Session("offline", Offline("bob", at=0, lasting=1000), Drop("msg:R"))
        >>> session.change("offline bob@0+1000", "lasting", 200)
        >>> session.faults
        (Offline("bob", at=0, lasting=200), Drop("m1/msg:R#1"))
        """
        old = self._striking(fault)
        new = turned(old, amount, value)
        self._let_strike(tuple(new if other == old else other for other in self.faults))
        if new != old:
            self._turned = {**self._turned, str(old): str(new)}
            self._turned.pop(str(new), None)  # or one would come back to where one began

    def swap(self, one: str, other: str) -> None:
        """Let a packet arrive right after another that is sent later on the same way: the other overtakes it.

        Raises `InputError` where that cannot be; `swappable` says with which it can.

        >>> from imteach import Say
        >>> from imteach.lab.session import Session
        >>> session = Session(Scenario("dedup", say=[Say("one"), Say("two", at=10)]))
        >>> session.swap("m1/msg:N", "m2/msg:N")
        >>> [bubble.msgid for bubble in session.trace.happened("show")]
        ['m2', 'm1']
        """
        first, second = self._whole(one).packet, self._whole(other).packet
        is_late = any(isinstance(fault, Delay) and fault.packet == first for fault in self.faults)
        if is_behind(self.trace, first, second) and not (is_late and is_something_between(self.trace, second, first)):
            raise AlreadyError(f"{first} arrives after {second} already")
        late = delay_behind(self.trace, first, second)
        swapped = ran(self.scenario, with_fault(self.faults, late))
        if not is_behind(swapped, first, second):
            raise InputError(
                f"if {first} comes later, {second} does not come as it does now, so they cannot be swapped"
            )
        self._step(swapped)

    def swappable(self, name: str) -> list[str]:
        """Return the packets that could arrive before this one if it were delayed: see `swap`."""
        return swappable(self.trace, name)

    def strike(self, *faults: Fault) -> None:
        """Let these faults strike, and no others. Raises `InputError` for one that means nothing here.

        >>> from imteach.lab.session import Session
        >>> session = Session("dedup", Drop("msg:R"))
        >>> session.strike(Drop("ack:N"))
        >>> session.faults
        (Drop("m1/ack:N#1"),)
        """
        struck = self.scenario.run(*faults)
        if set(struck.faults) != set(self.faults):
            self._step(struck)

    def take_back(self, name: str) -> None:
        """Stop dropping this packet. Raises `InputError` if it is not one of those dropped.

        >>> from imteach.lab.session import Session
        >>> Session("dedup", Drop("ack:N")).take_back("msg:N")
        Traceback (most recent call last):
        imteach.errors.InputError: m1/msg:N#1 is not dropped; dropped are: m1/ack:N#1
        """
        fault = self._whole(name)
        if fault not in self.faults:
            dropped = ", ".join(other.packet for other in self.faults if isinstance(other, Drop)) or "none"
            raise InputError(f"{fault.packet} is not dropped; dropped are: {dropped}")
        self._without(fault)

    def take_fault_back(self, text: str) -> None:
        """Remove the fault with this text, whatever its kind. Raises `InputError` if it does not strike now.

        >>> from imteach import Crash
        >>> from imteach.lab.session import Session
        >>> session = Session("dedup", Crash("bob", at=150, down=50))
        >>> session.take_fault_back("crash bob@150+50")
        >>> session.faults
        ()
        """
        fault = parse_fault(text) if isinstance(text, str) else None
        if fault is None or fault not in self.faults:
            raise self._no_such(text)
        self._without(fault)

    def lose(self, name: str) -> None:
        """Drop a packet of this run, as a click on its arrow does. A packet that is dropped already stays dropped.

        Raises `InputError` for a packet that is not sent in this run, and for one that does not arrive anyway.
        """
        fault = self._whole(name)
        if fault in self.faults:
            return
        if fault.packet not in self.trace.packet:
            raise InputError(f"{fault.packet} is not sent in this run")
        if self.trace.packet[fault.packet].fate != "arrived":
            raise InputError(f"{fault.packet} does not arrive anyway, because of: {self._faults_in_words()}")
        self.drop(name)

    def spare(self, name: str) -> None:
        """Take the drop of a packet back, as a click on the arrow of a dropped packet does.

        Raises `InputError` if no drop names this packet.
        """
        fault = self._whole(name)
        lost = self.trace.packet.get(fault.packet)
        if fault not in self.faults and lost is not None and lost.fate != "arrived":
            raise InputError(f"{fault.packet} does not arrive, because of: {self._faults_in_words()}")
        self.take_back(name)

    def _without(self, fault: Fault) -> None:
        self._step(ran(self.scenario, without(self.faults, fault)))

    def _striking(self, text: object) -> Fault:
        """Return the fault with this text, or what it became: two clicks on one number may follow close on each other.

        Raises `InputError` if there is none.
        """
        struck = {str(fault): fault for fault in self.faults}
        wanted = text if isinstance(text, str) else ""
        while wanted not in struck and wanted in self._turned:
            wanted = self._turned[wanted]
        if wanted not in struck:
            raise self._no_such(text)
        return struck[wanted]

    def _no_such(self, text: object) -> InputError:
        return InputError(f"no fault {quoted(text)} strikes here; those that do: {self._faults_in_words()}")

    def _faults_in_words(self) -> str:
        return ", ".join(map(str, self.faults)) or "none"


def with_fault(faults: tuple[Fault, ...], fault: Fault) -> tuple[Fault, ...]:
    """Return the faults and this one: on a packet it takes the place of the one that is there."""
    if not isinstance(fault, PACKET_FAULTS):
        return (*faults, fault)
    before = [other for other in faults if isinstance(other, PACKET_FAULTS) and other.packet == fault.packet]
    if not before:
        return (*faults, fault)
    kept = [fault if other == before[0] else other for other in faults if other not in before[1:]]
    return tuple(dict.fromkeys(kept))


def without(faults: tuple[Fault, ...], fault: Fault) -> tuple[Fault, ...]:
    """Return the faults but this one."""
    return tuple(other for other in faults if other != fault)
