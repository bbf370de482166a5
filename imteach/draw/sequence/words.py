"""What a picture says in words of a packet and of a whole run."""

from collections.abc import Iterable, Mapping

from imteach.plain import plain
from imteach.scenario import DEFAULT_LATENCY, Delay, Drop, Duplicate, Loss, Scenario
from imteach.tell import done_instead, fault_named
from imteach.tell.words import MOST_NAMED, at, content
from imteach.trace import PacketRecord, Trace, instant

UNDER_WAY = "still under way"  # what is said of a packet that waits for the next round of what goes round for ever


def is_again(packet: PacketRecord) -> bool:
    """Whether this is a second or later transmission. Asked often, so the usual answer comes from the name alone."""
    return not packet.name.endswith("#1") and packet.number > 1


def packet_label(packet: PacketRecord, several: bool) -> str:
    """What stands on a packet's arrow: its msgid where several messages are said, its kind, its number from #2 on.

    >>> from imteach import Drop, Scenario
    >>> [packet_label(packet, several=False) for packet in Scenario("retransmit").run(Drop("msg:N")).packets][:4]
    ['msg:R', 'msg:A', 'msg:N', 'msg:R #2']
    """
    words = [plain(packet.msgid)] if several and packet.msgid is not None else []
    words.append(packet.kind)
    if is_again(packet):
        words.append(f"#{packet.number}")
    if packet.kind == "offline:A":
        words.append(f"({len(packet.kept)})")
    if "~" in packet.name:
        words.append(f"~{packet.copy}")
    return " ".join(words)


def packet_sentence(
    packet: PacketRecord, remarks: Iterable[str] = (), why: str = "", timed: bool = True, ending: str = ""
) -> str:
    """A packet as a sentence, for those who cannot see its arrow. `remarks` say what is unusual, `why` why it was lost.

    `ending` says what became of it, if that is not its fate. `timed`: whether the run has a clock.

    >>> from imteach import Scenario
    >>> packet_sentence(Scenario("basic").run().packets[0])
    'msg:R of m1 from alice to server: sent at 0 ms, arrived at 50 ms'
    >>> packet_sentence(Scenario("ordered").run().packets[0])
    'msg:R of m1 from alice to server: sent at 0 ms, arrived at 50 ms, carries number 1 and base 1'
    """
    number = f", transmission {packet.number}," if is_again(packet) else ""
    end = f"arrived {at(packet.due, timed)}" if packet.fate == "arrived" else ending or packet.fate
    end += f": {plain(why)}" if why else ""
    of = plain(packet.msgid if packet.msgid is not None else packet.name.partition("/")[0])
    told = ", ".join([end, *remarks, *content(packet)])
    return f"{packet.kind} of {of}{number} from {packet.src} to {packet.dst}: sent {at(packet.sent, timed)}, {told}"


def remarks(packet: PacketRecord, usual: float) -> list[str]:
    """What is unusual about a packet besides its fate, in a word or two each; `usual` is the latency of its way.

    >>> from imteach import Delay, Scenario
    >>> trace = Scenario("basic").run(Delay("msg:N", by=400))
    >>> [remarks(packet, usual=50) for packet in trace.packets]
    [[], [], ['400 ms late']]
    """
    found = ["fabricated"] if packet.fabricated else []
    if "~" in packet.name:
        return [*found, "copy"]
    late = packet.due - packet.sent - usual
    return [*found, f"{instant(late)} ms late"] if late > 0 and instant(late) > 0 else found


def in_few_words(why: str) -> str:
    """Return why a packet was lost in fewer words, where the picture shows the rest.

    >>> in_few_words("the link from alice to server is cut"), in_few_words("bob is down")
    ('the link is cut', 'bob is down')
    """
    if why.startswith("the link from "):
        return "the link is cut"
    return "old connection" if why.endswith("'s old connection is gone") else why


def title(trace: Trace) -> str:
    """What the picture is of, in a line.

    >>> from imteach import Crash, Drop, Scenario
    >>> title(Scenario("dedup").run(Drop("ack:N"))), title(Scenario("dedup").run(Crash("bob", at=10, down=50)))
    ('dedup, m1/ack:N#1 dropped', 'dedup, crash bob@10+50')
    """
    losses = any(isinstance(fault, Loss) for fault in trace.faults)
    wanted = {fault.packet for fault in trace.faults if isinstance(fault, Drop)}
    dropped = [p.name for p in trace.packets if p.fate == "dropped" and (p.name in wanted or not losses)]
    unused = set(trace.unused)
    others = [fault for fault in trace.faults if not isinstance(fault, Drop) and fault not in unused]
    told = [fault_named(fault, trace.timed) for fault in others]
    parts = [f"{_few(dropped)} dropped"] if dropped else []
    if told:
        parts.append(_few(told))
    return ", ".join([trace.rung, *(parts or ["nothing dropped"])])


def idle(trace: Trace) -> str:
    """Which faults did nothing, because they named something that never happened, in a line.

    >>> from imteach import Crash, Drop, Scenario
    >>> idle(Scenario("basic").run(Drop("ack:N")))
    'never sent, so nothing came of it: drop m1/ack:N#1'
    >>> idle(Scenario("basic").run(Crash("bob", after="show hello", down=50)))
    'never happened, so nothing came of it: crash bob@show:hello+50 (bob did: show m1)'
    """
    told = []
    for fault in trace.unused[:MOST_NAMED]:
        instead = done_instead(fault, trace.events)
        named = fault_named(fault, trace.timed)
        told.append(plain(f"{named} ({instead})" if instead else named))
    of_packets = all(isinstance(fault, Drop | Duplicate | Delay) for fault in trace.unused)
    return f"never {'sent' if of_packets else 'happened'}, so nothing came of it: {', '.join(told)}"


def unit(trace: Trace) -> str:
    """Return what follows each time in a picture: nothing without a clock, where times only count the steps.

    >>> from imteach import Scenario, follow
    >>> unit(Scenario("basic").run()), unit(follow("basic", []))
    (' ms', '')
    """
    return " ms" if trace.timed else ""


def _few(things: list[str]) -> str:
    more = len(things) - MOST_NAMED
    return ", ".join(map(plain, things[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")


def settings(trace: Trace) -> str:
    """What the picture does not show of a scenario, in a line.

    >>> from imteach import Scenario, follow
    >>> settings(Scenario("acked", latency={"bob": 200}).run()), settings(Scenario("dedup", backoff=2).run())
    ('latency 50 ms, bob 200 ms; RTO 300 ms', 'latency 50 ms; RTO 300 ms, doubling; 2 retries')
    >>> settings(follow("dedup", []))
    'no clock: the times only count the steps; 2 retries'
    """
    scenario = trace.scenario
    count = scenario.retries
    retries = f"; {count} {'retry' if count == 1 else 'retries'}" if scenario.setting.retransmits else ""
    times = _times(scenario) if trace.timed else "no clock: the times only count the steps"
    return f"{times}{retries}{_of_groups(scenario)}{_of_forgetting(scenario, trace.timed)}"


def _of_forgetting(scenario: Scenario, timed: bool) -> str:
    """How many msgids a client remembers and for how long, and for how long the server keeps what it stores."""
    rung, ms = scenario.setting, " ms" if timed else ""
    numbers = (
        (rung.dedups and scenario.dedup_limit is not None, f"; dedup limit {scenario.dedup_limit}"),
        (rung.dedups and scenario.dedup_for, f"; dedup for {scenario.dedup_for if timed else 'a while'}{ms}"),
        (rung.stores and scenario.store_for, f"; store for {scenario.store_for if timed else 'a while'}{ms}"),
    )
    return "".join(words for holds, words in numbers if holds)


def _times(scenario: Scenario) -> str:
    """How long packets take, and how long their senders wait."""
    latency = f"latency {scenario.latency} ms"
    if isinstance(scenario.latency, Mapping):
        each = [f"{link.replace('>', ' → ')} {ms} ms" for link, ms in scenario.latency.items()]
        others = [] if scenario.latency.keys() >= set(scenario.people) else [f"{DEFAULT_LATENCY} ms"]
        latency = f"latency {', '.join([*others, *each])}"
    if scenario.jitter:
        latency = f"{latency}, each packet up to {scenario.jitter} ms more (seed {scenario.seed})"
    growth = "" if scenario.backoff == 1 else f", each {scenario.backoff} times the one before"
    growth = ", doubling" if scenario.backoff == 2 else growth
    return f"{latency}; RTO {scenario.rto} ms{growth}"


def _of_groups(scenario: Scenario) -> str:
    """What holds where there are groups: who is in them, when members ack and pull."""
    if not scenario.groups:
        return ""
    every = scenario.ack_every
    acks = "" if every == 1 else f"; one ack for {every} messages or after {scenario.ack_delay} ms"
    return f"{acks}; heartbeat {scenario.heartbeat} ms"
