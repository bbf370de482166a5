"""The pictures that are kept and compared: one for each thing that the language of the picture can say."""

from imteach import Client, Drop, Say, Scenario, Trace
from imteach.protocol import Effect, Packet


class SilentDedup(Client):
    """The classic bug: a duplicate is discarded and not acked again."""

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        if packet.msgid in self.dedup:
            return [self.show_or_discard(packet)]
        return super().on_msg_n(packet)


TEN = [Say(f"message {number}", at=10 * number) for number in range(1, 11)]
BOTH_WAYS = [
    Say("hi"),
    Say("hey", sender="bob", to="alice", at=20),
    Say("hello carol", to="carol", at=40),
]

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
    "nothing-said": Scenario("dedup", say=[]).run(),
}
