"""The whole ladder: `Client` and `Server`, which take the rung as an argument.

A class stands for all rungs up to its own: `ArticleClient` (sections 1 to 8), then `OfflineClient`, `DurableClient`,
`OrderedClient` and `GroupClient`, each of which is the one before with one idea built around it. A rung that is added
to the ladder is added here. `ForgetfulClient` is no rung: it is built around all of them.

Where a class does more than the one before, it calls that one by its name: `DurableClient.send(self, …)`, and not
`super().send(…)`. So a reader sees where to read on; and many of these methods are called for every packet of a run,
where `super()` costs (on Python 3.11 a run at `dedup` took 3 % more with it).
"""

from imteach.protocol.forgetful import ForgetfulClient, ForgetfulServer


class Client(ForgetfulClient):
    """One person's client: client-A for what its person says, client-B for what others say to it.

    `rung` is its rung of the ladder, `retries` how often it may retransmit one message; `new_msgid` asks the driver for
    a fresh msgid. `groups` are those that its person is a member of, and `ack_every` after how many of a group's
    messages it acks.

    There is one method for one packet kind; override one, and hand the class to `Scenario(client=…)`.

    Source: the article, sections 2, 4, 6, 8 and 9.

    >>> from imteach.protocol import LADDER, Message
    >>> alice = Client("alice", LADDER["dedup"], retries=2, new_msgid=lambda: "m1")
    >>> for effect in alice.command("say", Message(said=0, sender="alice", to="bob", text="hello")):
    ...     print(type(effect).__name__)
    Report
    Transmit
    StartTimer
    """


class Server(ForgetfulServer):
    """The server between all clients.

    `people` are the names of those who are logged in at the start, `groups` the members of each group by its name.

    Source: the article, sections 2, 4 and 9; groups are its "future topic".

    >>> from imteach.protocol import LADDER, Message, Packet
    >>> hello = Message(said=0, sender="alice", to="bob", text="hello")
    >>> server = Server(LADDER["basic"], ["alice", "bob"])
    >>> for effect in server.receive(Packet("msg:R", "m1", "alice", "server", hello)):
    ...     print(effect.packet.kind, "to", effect.packet.dst)
    msg:A to alice
    msg:N to bob
    """
