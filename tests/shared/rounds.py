"""Runs that go round for ever, each with its class, its steps, and how many of the last steps are one round."""

from imteach import Client, Offline, Scenario, follow


class PingPong(Client):
    """It answers the answer to its ack:R with another ack:R."""

    def on_ack_a(self, packet):
        return self.acknowledge(packet)


class AsksAgain(Client):
    """It pulls again as soon as it has an answer, also where that brought nothing and said that nothing is left."""

    def on_offline_a(self, packet):
        return [*super().on_offline_a(packet), *self.pull("")]


class NeverGivesUp(Client):
    """It pulls again whenever no answer came, and doesn't count how often."""

    def on_pull_timer(self, group):
        return self.pull(group)


AWAY = [Offline("bob", at=0, lasting=100)]
LOGS_IN = ["bob logs out", "bob logs in"]
SAID = ["alice says “hello”", "m1/msg:R#1 arrives", "m1/msg:A#1 arrives", "m1/msg:N#1 arrives"]
ACKED = [*SAID, "m1/ack:R#1 arrives", "m1/ack:N#1 arrives"]
VOLLEY = ["m1/ack:A#1 arrives", "m1/ack:R#2 arrives", "m1/ack:N#2 arrives"]
PAGES = ["bob/offline:R#1 arrives", "bob/offline:A#1 arrives", "bob/offline:R#2 arrives", "bob/offline:A#2 arrives"]
IN_VAIN = [f"bob/offline:R#{number} is dropped" for number in (1, 2)]


def ping_pong(steps=(*ACKED, *VOLLEY), loop=3, client=PingPong):
    """ack:A is answered by ack:R, and ack:R by ack:A."""
    return follow(Scenario("dedup", client=client), steps, loop=loop)


def empty_pages(loop=2):
    """One empty page after the other."""
    return follow(Scenario("offline", client=AsksAgain, say=[]), [*LOGS_IN, *PAGES], AWAY, loop)


def pulls_in_vain():
    """The pull timer runs out, and the pull is lost again."""
    steps = [*LOGS_IN, IN_VAIN[0], "bob's timer pull runs out", IN_VAIN[1]]
    return follow(Scenario("offline", client=NeverGivesUp, say=[]), steps, AWAY, loop=2)
