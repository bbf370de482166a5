"""A client that does nothing yet: a blank page, on which a learner writes a whole client."""

from imteach.protocol import Client, Effect, Message, Packet


class BlankClient(Client):
    """A client whose methods are all empty: it says nothing, shows nothing and answers nothing.

    Small pieces are there to be used: `msg_r`, `report`, `out_of_queue`, `acknowledge`, `new_msgid`, and the tables
    `queue`, `status` and `dedup`. Whoever calls `super()` in a method calls an empty one.

    >>> from imteach import Scenario
    >>> len(Scenario("dedup", client=BlankClient).run().packets)
    0
    """

    def on_say(self, message: Message) -> list[Effect]:
        """The person says something: nothing yet."""
        return []

    def on_resend(self, msgid: str, message: Message) -> list[Effect]:
        """The person asks to send a message again: nothing yet."""
        return []

    def on_msg_a(self, packet: Packet) -> list[Effect]:
        """The server has the message: nothing yet."""
        return []

    def on_ack_n(self, packet: Packet) -> list[Effect]:
        """The receiver has the message: nothing yet."""
        return []

    def on_timer(self, msgid: str) -> list[Effect]:
        """No answer in time: nothing yet."""
        return []

    def on_msg_n(self, packet: Packet) -> list[Effect]:
        """A message for this person: nothing yet."""
        return []

    def request(self, msgid: str, message: Message, number: int = 0) -> list[Effect]:
        """Begin with a message: nothing yet."""
        return []
