"""Small protocols that nobody would write: clients and servers whose every answer was drawn by chance.

Each is a table: for the state it is in and what it is told, the next state and what it does. What it may transmit is
limited by a number that it counts down, so that every run ends.
"""

from hypothesis import strategies as st

from imteach import Client, Server
from imteach.protocol import CancelTimer, Report, Show, StartTimer, Transmit

STATES = 3
CLIENT_GETS = ("say", "resend", "msg:A", "msg:N", "ack:A", "ack:N", "timer", "login", "logout")
SERVER_GETS = ("msg:R", "ack:R", "online", "gone")
CLIENT_DOES = ("msg:R", "ack:R", "start", "cancel", "show", "sent", "failed", "delivered")
SERVER_DOES = ("msg:A to sender", "msg:N to receiver", "msg:N to sender", "ack:A to receiver", "ack:N to sender")


def tables(gets, does):
    """For each state and each thing told: the next state, and what is done."""
    moves = st.tuples(st.integers(0, STATES - 1), st.lists(st.sampled_from(does), max_size=2))
    return st.fixed_dictionaries({(state, told): moves for state in range(STATES) for told in gets})


class Drawn:
    """What a client and a server by chance have in common: a state, a table, and how much they may still transmit."""

    def begin(self, fuel):
        self.at = 0
        self.left = fuel

    def next(self, told):
        """Go on to the next state; return what is to be done, without what there is no fuel for."""
        self.at, does = self.table[self.at, told]
        if self.left is None:
            return does
        does = does[: self.left]
        self.left -= len(does)
        return does


def client(drawn, fuel):
    """Return a class of clients that do what this table says."""

    class DrawnClient(Drawn, Client):
        table = drawn

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.begin(fuel)
            self.told_of = None

        def on_say(self, message):
            msgid = self.new_msgid()
            return [Report(msgid, "sending"), *self.do("say", msgid, message)]

        def on_resend(self, msgid, message):
            return self.do("resend", msgid, message)

        def on_msg_a(self, packet):
            return self.do("msg:A", packet.msgid, packet.message)

        def on_msg_n(self, packet):
            return self.do("msg:N", packet.msgid, packet.message)

        def on_ack_a(self, packet):
            return self.do("ack:A", packet.msgid, packet.message)

        def on_ack_n(self, packet):
            return self.do("ack:N", packet.msgid, packet.message)

        def on_timer(self, msgid):
            return self.do("timer", *self.told_of)

        def on_login(self):
            return self.do("login", *self.told_of) if self.told_of else []

        def on_logout(self):
            return self.do("logout", *self.told_of) if self.told_of else []

        def do(self, told, msgid, message):
            self.told_of = (msgid, message)
            return [self.effect(what, msgid, message) for what in self.next(told)]

        def effect(self, what, msgid, message):
            if what in ("msg:R", "ack:R"):
                packet = self.msg_r(msgid, message)
                return Transmit(packet._replace(kind=what))
            if what in ("start", "cancel"):
                return StartTimer(msgid) if what == "start" else CancelTimer(msgid)
            return Show(msgid, message) if what == "show" else Report(msgid, what)

    return DrawnClient


def server(drawn, fuel):
    """Return a class of servers that do what this table says."""

    class DrawnServer(Drawn, Server):
        table = drawn

        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.begin(fuel)

        def on_msg_r(self, packet):
            return self.do("msg:R", packet)

        def on_ack_r(self, packet):
            return self.do("ack:R", packet)

        def presence(self, person, online):
            super().presence(person, online)
            self.next("online" if online else "gone")
            return []

        def do(self, told, packet):
            people = {"sender": packet.message.sender, "receiver": packet.message.to}
            does = (what.split(" to ") for what in self.next(told))
            return [Transmit(packet.follow_up(kind, to=people[who])) for kind, who in does]

    return DrawnServer


@st.composite
def protocols(draw):
    """Draw a client and a server."""
    fuel = draw(st.integers(1, 4))
    return client(draw(tables(CLIENT_GETS, CLIENT_DOES)), fuel), server(draw(tables(SERVER_GETS, SERVER_DOES)), fuel)


def protocol(chance, is_endless=False):
    """Make a client and a server by chance: ten times as fast as drawing them, where thousands are wanted.

    If they may be endless, nothing limits what they transmit.
    """
    fuel = None if is_endless else chance.randint(1, 4)
    of_client, of_server = (
        {
            (state, told): (chance.randrange(STATES), [chance.choice(does) for _ in range(chance.randrange(3))])
            for state in range(STATES)
            for told in gets
        }
        for gets, does in ((CLIENT_GETS, CLIENT_DOES), (SERVER_GETS, SERVER_DOES))
    )
    return client(of_client, fuel), server(of_server, fuel)
