"""The pictures that are kept and compared: one for each thing that the language of the picture can say."""

from rounds import ping_pong, pulls_in_vain

from imteach import (
    Again,
    Beat,
    Client,
    Crash,
    Delay,
    Drop,
    Duplicate,
    Late,
    LearnerError,
    Loss,
    Offline,
    Partition,
    Resend,
    Say,
    Scenario,
    Trace,
)
from imteach.planted import PLANTED
from imteach.protocol import Effect, Packet


class SilentDedup(Client):
    """The classic bug: a duplicate is discarded and not acked again."""

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        if packet.msgid in self.dedup:
            return [self.show_or_discard(packet)]
        return super().on_msg_n(packet)


class Forgetful(Client):
    """A mistake, not a bug: the second time, nothing is returned."""

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        effects: list[Effect] | None = None if packet.msgid in self.dedup else super().on_msg_n(packet)
        return effects  # type: ignore[return-value]


def run_so_far(scenario: Scenario, *faults: Drop) -> Trace:
    """The run in which a learner's own code stops."""
    try:
        return scenario.run(*faults)
    except LearnerError as error:
        if error.trace is None:
            raise
        return error.trace


TEN = [Say(f"message {number}", at=10 * number) for number in range(1, 11)]
BOTH_WAYS = [
    Say("hi"),
    Say("hey", sender="bob", to="alice", at=20),
    Say("hello carol", to="carol", at=40),
]
SCRIPTS = [
    "Привет, как твои дела?",
    "שלום, 3 הודעות!",
    "مرحبا، لديك ٣ رسائل (جديدة)!",
    "नमस्ते, आप कैसे हैं?",
    "สวัสดี สบายดีไหม",
    "你好，最近怎么样？",
    "👨‍👩‍👧 👍🏽 ok 🇩🇪",
    "Καλημέρα σε όλους, τι κάνετε σήμερα εσείς;",
]
FRIENDS = ["alice", "bob", "carol", "dave", "erin"]

GALLERY: dict[str, Trace] = {
    "basic": Scenario("basic").run(),
    "basic-msg-n-dropped": Scenario("basic").run(Drop("msg:N")),
    "acked": Scenario("acked").run(),
    "acked-unconfirmed": Scenario("acked").run(Drop("ack:N")),
    "retransmit-duplicate": Scenario("retransmit").run(Drop("ack:N")),
    "retransmit-gives-up": Scenario("retransmit").run(Drop("msg:R"), Drop("msg:R#2"), Drop("msg:R#3")),
    "dedup-discards": Scenario("dedup").run(Drop("ack:N")),
    "dedup-not-acked-again": Scenario("dedup", client=SilentDedup).run(Drop("ack:N")),
    "premature-timeout": Scenario("dedup", rto=120).run(),
    "never-sent": Scenario("basic").run(Drop("ack:N")),
    "ten-messages": Scenario("dedup", say=TEN).run(Drop("m3/ack:N"), Drop("m7/msg:N"), Drop("m8/msg:R")),
    "ten-at-once": Scenario("dedup", say=[Say("at once")] * 10).run(Drop("m3/ack:N")),
    "three-people": Scenario("acked", say=BOTH_WAYS).run(Drop("m1/msg:N")),
    "unequal-links": Scenario("dedup", latency={"alice": 20, "bob": 200}, rto=600).run(Drop("ack:R")),
    "very-slow-link": Scenario("dedup", latency={"bob": 5000}, rto=30_000).run(Drop("ack:R")),
    "no-latency": Scenario("dedup", latency=0).run(),
    "typed-by-a-learner": Scenario(
        "acked", say=[Say('<script>alert("&")</script> \x1b[31m你好 👋 a very long message')]
    ).run(),
    "many-scripts": Scenario(
        "dedup",
        say=[Say(text, to="דנה", at=700 * number) for number, text in enumerate(SCRIPTS)],
    ).run(Drop("m2/ack:N")),
    "nothing-said": Scenario("dedup", say=[]).run(),
    "duplicate": Scenario("dedup").run(Duplicate("msg:N", after=80)),
    "delay": Scenario("dedup").run(Delay("msg:N", by=400)),
    "loss": Scenario("dedup", say=[Say("one"), Say("two", at=30)]).run(Loss(0.3, seed=2)),
    "crash-at-a-time": Scenario("offline").run(Crash("alice", at=120, down=300), Drop("ack:N")),
    "crash-after-an-effect": Scenario("durable").run(Crash("bob", after="show m1", down=50)),
    "crash-before-presence-is-known": Scenario("offline", say=[Say(at=100)]).run(Crash("bob", at=50, down=900)),
    "crash-durable-sender": Scenario("durable").run(Crash("alice", after="send m1/msg:R#1", down=200)),
    "crash-while-speaking": Scenario("durable", say=[Say("one"), Say("two", at=60)]).run(
        Crash("alice", at=40, down=400)
    ),
    "server-crash": Scenario("dedup").run(Crash("server", at=60, down=120)),
    "offline-pull": Scenario("offline").run(Offline("bob", at=0, lasting=1000)),
    "offline-to-the-end": Scenario("offline").run(Offline("bob")),
    "offline-below-offline": Scenario("dedup").run(Offline("bob", at=0, lasting=450)),
    "offline-after-an-effect": Scenario("offline").run(Offline("bob", after="show m1", lasting=500)),
    "offline-sender": Scenario("offline").run(Offline("alice", at=60, lasting=500)),
    "pull-lost": Scenario("offline").run(Offline("bob", at=0, lasting=400), Drop("offline:A"), Drop("offlineack:R")),
    "paged-pull": Scenario("offline", say=[Say(f"message {n}", at=n) for n in range(1, 23)]).run(
        Offline("bob", at=0, lasting=800)
    ),
    "partition": Scenario("dedup").run(Partition("alice", "server", at=70, lasting=300)),
    "partition-one-way": Scenario("dedup").run(Partition("server", "bob", at=20, lasting=400, both=False)),
    "partition-to-the-end": Scenario("retransmit").run(Partition("alice", "server", at=20)),
    "ordered-held-back": Scenario("ordered", say=[Say("one"), Say("two", at=30)]).run(Drop("m1/msg:N")),
    "ordered-too-late": Scenario("ordered", say=[Say("one"), Say("two", at=400)], retries=1).run(
        Drop("m1/msg:N"), Delay("m1/msg:N#2", by=600), Drop("m2/msg:R")
    ),
    "resend": Scenario("dedup", retries=0, resend=[Resend("m1", at=500)]).run(Drop("msg:R")),
    "resend-refused": Scenario("dedup", resend=[Resend("m1", at=300)]).run(),
    "group": Scenario("group", say=[Say("hi all", to="friends")], groups={"friends": FRIENDS[:3]}).run(),
    "group-gap": Scenario(
        "group", say=[Say("one", to="friends"), Say("two", to="friends", at=120)], groups={"friends": FRIENDS[:3]}
    ).run(Drop("m1/msg:N>carol")),
    "group-heartbeat": Scenario(
        "group", say=[Say("hi all", to="friends")], groups={"friends": FRIENDS[:3]}, ack_every=2
    ).run(Drop("m1/msg:N>carol")),
    "group-of-five": Scenario(
        "group", say=[Say("hi", to="friends"), Say("hello", "bob", "friends", 150)], groups={"friends": FRIENDS}
    ).run(Offline("dave", at=0, lasting=400)),
    "again-too-early": Scenario("dedup").run(Again("m1", at=70)),
    "again-and-again": Scenario("ordered", say=[Say("one"), Say("two", at=30)], retries=0).run(
        Again("m1", after="send m1/msg:R#1"), Again("m1", at=700), Drop("m1/msg:R"), Drop("m1/msg:A")
    ),
    "early-heartbeat": Scenario("group", say=[Say("hi all", to="friends")], groups={"friends": FRIENDS[:3]}).run(
        Drop("m1/msg:N>carol"), Beat("carol", at=120), Beat("bob", after="show m1")
    ),
    "late-timer": Scenario("dedup").run(Late("alice", "m1")),
    "late-timer-began-anew": Scenario("offline").run(
        Offline("bob", at=0, lasting=100), Offline("bob", at=120, lasting=10), Late("bob", "pull")
    ),
    "own-code-stops": run_so_far(Scenario("dedup", client=Forgetful), Drop("ack:N")),
    "goes-round": ping_pong(),
    "goes-round-in-vain": pulls_in_vain(),
    **{f"planted-{name.replace(' ', '-').replace(':', '-')}": bug.trace for name, bug in PLANTED.items()},
}
