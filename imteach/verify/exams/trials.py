"""The scenarios in which a class is examined, from the smallest up, each with the bugs that it exposes.

A bug shows only where something asks for it: a dedup by text needs the same text twice, a memory for three msgids needs
four messages. So there are many small scenarios, and each is searched through with few faults.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from imteach.protocol import LADDER
from imteach.scenario import Crash, Delay, Drop, Fault, Offline, Partition, Resend, Say, Scenario
from imteach.scenario.checks import ByName
from imteach.verify.search.checker import check
from imteach.verify.search.finding import Finding
from imteach.verify.timed.explorer import explore

MOST_STATES = 60_000
"""A search of one trial gives up after this many states, and the report says so.

Ours needs a twentieth at most; a class that logs each packet that comes, so that no two states are equal, 42,000.
"""


@dataclass(frozen=True, eq=False)  # a trial equals itself only, so that what it finds can be kept by it
class Trial:
    """A scenario that exposes bugs, and how it is searched through.

    `exposes` says which bugs. It is used from the rung `since` on. `settings` are those of its `Scenario`. Every plan
    of at most `faults` faults of these `kinds` is tried, on top of those `given`: with the clock (`explore`), or
    without it, in every order (`check`). No run may send more than `most_packets`, if that is given.

    >>> TRIALS["four messages"].scenario("dedup").say[3]
    Say("four", at=30)
    """

    name: str
    exposes: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    faults: int = 1
    kinds: tuple[str, ...] = ("drop",)
    given: tuple[Fault, ...] = ()
    since: str = "basic"
    clock: bool = True
    most_packets: int | None = None

    def scenario(self, rung: str, **classes: Any) -> Scenario:
        """Return its scenario on this rung, with a `client` or a `server` of one's own."""
        return Scenario(rung, **self.settings, **classes)

    def suits(self, rung: str) -> bool:
        """Whether it is used on this rung."""
        rungs = list(LADDER)
        return rungs.index(self.since) <= rungs.index(rung)

    def search(self, scenario: Scenario) -> Finding:
        """Search through its scenario. Raises `LearnerError` where a learner's class cannot go on."""
        search: Callable[..., Finding] = explore if self.clock else check
        return search(
            scenario, self.faults, self.kinds, self.given, most_states=MOST_STATES, most_packets=self.most_packets
        )


def _says(*texts: str, apart: float = 10, to: str = "bob", at: float = 0) -> list[Say]:
    """What alice says, one thing after the other."""
    return [Say(text, to=to, at=at + apart * number) for number, text in enumerate(texts)]


_TRIES = (1, 2, 3)  # how often a message is transmitted at most, with the usual two retries
_AWAY = Offline("bob", at=0, lasting=1000)
_CRASH_AT_ACK_N = Crash("server", after="send m1/ack:N#1", down=100)
_NUMBERED = [f"no. {number}" for number in range(1, 22)]
_ALL_TALK = [
    Say("hello"), Say("hi", sender="carol", at=10), Say("you too", to="carol", at=20),
    Say("what?", sender="bob", to="carol", at=30),
]  # fmt: skip
_FRIENDS = {"groups": {"friends": ["alice", "bob", "carol"]}}
_TO_FRIENDS = [Say("hello", to="friends")]

_ALL = (
    # What happens to one message
    Trial("one message", "what one loss does: no retransmission, or a duplicate that is shown or not acked"),
    Trial(
        "nobody is there", "a sender who never gives up, who tries too often, or who gives up without a word",
        given=(Offline("bob"),), faults=0, most_packets=6,
    ),
    Trial("two losses", "a timer that runs only once, a try too few", faults=2),
    Trial("copies", "a network that copies packets", kinds=("duplicate",), faults=2),
    Trial("late packets", "an answer that comes late, or after a later one", kinds=("drop", "delay"), faults=2),
    Trial("four retries", "a number of tries that stands in the code", {"retries": 4}, faults=3),
    Trial("a slow link", "an answer to an earlier try, while the next one is under way", {"latency": {"bob": 400}}),
    Trial("any order", "times that the code relies on", {"retries": 1}, clock=False),
    Trial(
        "any order, copies", "the same, with copies that come at any moment", {"retries": 1},
        kinds=("duplicate",), clock=False,
    ),
    Trial(
        "sent again after a failure", "a resend that is a new message, or is not waited for",
        {"resend": [Resend("m1", at=2000)]}, given=tuple(Drop(f"m1/msg:R#{n}") for n in _TRIES),
    ),
    Trial(
        "sent again though it was shown", "a resend under another msgid", {"resend": [Resend("m1", at=2000)]},
        given=tuple(Drop(f"m1/ack:N#{n}") for n in _TRIES), faults=0,
    ),
    Trial("the server starts anew", "what the server must not keep for itself", given=(Crash("server", at=120),)),
    Trial(
        "the server forgets at once", "an answer that needs what came before a crash",
        given=(Crash("server", at=60, down=30),),
    ),
    Trial(
        "bob comes back at once", "what a logout takes away, and a login must not",
        {"say": [Say("hello"), Say("hi", sender="bob", to="alice", at=60)]},
        given=(Offline("bob", at=150, lasting=100),),
    ),
    # Several messages
    Trial("the same words twice", "messages that are told apart by their text", {"say": _says("hello", "hello")}),
    Trial(
        "both directions", "a sender's state that gets in the receiver's way",
        {"say": [Say("hello"), Say("hi", sender="bob", to="alice", at=20)]},
    ),
    Trial(
        "three people", "messages that are told apart by their sender or their receiver",
        {"say": [Say("hello"), Say("hi", sender="carol", at=10), Say("you too", to="carol", at=20)]},
    ),
    Trial(
        "all talk at once", "an answer that goes to the wrong one, where no retry mends it",
        {"say": _ALL_TALK, "retries": 0}, faults=0,
    ),
    Trial(
        "both lost at first", "tries that are counted together",
        {"say": _says("one", "two"), "retries": 1},
        given=(Drop("m1/msg:R#1"), Drop("m2/msg:R#1")), faults=0,
    ),
    Trial("four messages", "a memory that is too short", {"say": _says("one", "two", "three", "four")}),
    Trial(
        "twenty messages", "a queue or a memory that has an end",
        {"say": _says(*_NUMBERED[:20], apart=5)}, given=(Drop("m1/ack:N#1"),), faults=0,
    ),
    Trial(
        "two messages in any order", "an answer that is taken for that of another message",
        {"say": _says("one", "two"), "retries": 0}, clock=False,
    ),
    # From `offline` on
    Trial("bob is away", "what is kept, pulled and deleted", given=(_AWAY,), faults=2, since="offline"),
    Trial(
        "bob leaves in between", "a message that is notified and kept",
        given=(Offline("bob", at=90, lasting=1000),), since="offline",
    ),
    Trial(
        "nobody answers a pull", "a pull that never gives up",
        given=(_AWAY, Partition("bob", "server", at=1000)), faults=0, since="offline",
    ),
    Trial(
        "bob is away twice", "what a pull leaves behind for the next one",
        {"say": _says("hello", "again", apart=1050, at=50)},
        given=(Offline("bob", at=0, lasting=400), Offline("bob", at=1000, lasting=600)), since="offline",
    ),
    Trial(
        "more than a page is kept", "a second page that nobody asks for, or that is deleted unseen",
        {"say": _says(*_NUMBERED, at=100)},
        given=(Offline("bob", at=0, lasting=2500),), faults=0, since="offline",
    ),
    Trial(
        "the second page is lost", "what is acknowledged before it came",
        {"say": _says(*_NUMBERED, at=100)},
        given=(Offline("bob", at=0, lasting=2500), Drop("bob/offline:R#2")), faults=0, since="offline",
    ),
    Trial(
        "two are away", "what is kept for one and taken for another's",
        {"say": [Say("hello"), Say("hello", to="carol", at=10), Say("hi", sender="dave", at=20)]},
        given=(_AWAY, Offline("carol", at=0, lasting=1500)), since="offline",
    ),
    Trial(
        "the same words to bob, who is away", "what is kept by its text, or one of a kind",
        {"say": _says("hello", "hello")}, given=(_AWAY,), since="offline",
    ),
    Trial(
        "the server crashes while bob is away", "ack:N before the message is kept, or a store that is not read again",
        given=(_AWAY, _CRASH_AT_ACK_N), since="offline",
    ),
    Trial(
        "the server crashes, and two are kept", "a store of which one row is read again",
        {"say": _says("one", "two")}, given=(_AWAY, Crash("server", at=500, down=100)), since="offline",
    ),
    # From `durable` on
    Trial("a crash", "what is written too early, too late or not at all", kinds=("crash",), since="durable"),
    Trial("a crash and a loss", "what a restart forgets", kinds=("drop", "crash"), faults=2, since="durable"),
    Trial(
        "a crash with two messages", "a row on the disk that the next one takes the place of",
        {"say": _says("one", "two")}, kinds=("crash",), given=(Drop("m1/ack:R#1"),), since="durable",
    ),
    Trial(
        "a crash after an absence", "what is shown from a page and not written", kinds=("crash",), given=(_AWAY,),
        since="durable",
    ),
    Trial(
        "a crash while away", "a login after a restart that is none", given=(_AWAY, Crash("bob", at=500, down=100)),
        since="durable",
    ),
    # From `ordered` on
    Trial("in order", "what is shown before its turn", {"say": _says("one", "two")}, faults=2, since="ordered"),
    Trial(
        "in order, late or copied", "a number that is waited for, or taken, twice",
        {"say": _says("one", "two", "three", apart=20)}, kinds=("drop", "duplicate", "delay"), since="ordered",
    ),
    Trial(
        "in order, the first comes last", "what is held back and comes out in the wrong order",
        {"say": _says("one", "two", "three", apart=20)},
        given=(Drop("m1/msg:R#1"), Drop("m1/msg:R#2")), since="ordered",
    ),
    Trial(
        "in order, one sent again", "a resend with a number whose turn is over",
        {"say": _says("one", "two", apart=1000), "resend": [Resend("m1", at=2000)]},
        given=tuple(Drop(f"m1/msg:R#{n}") for n in _TRIES), since="ordered",
    ),
    Trial(
        "sent again, and a crash", "a resend that is not written", {"resend": [Resend("m1", at=2000)]},
        kinds=("crash",), given=tuple(Drop(f"m1/msg:R#{n}") for n in _TRIES), since="durable",
    ),
    Trial(
        "in order after a crash", "numbers that a restart begins anew",
        {"say": _says("one", "two", apart=1000)}, kinds=("crash",), since="ordered",
    ),
    Trial(
        "in order after an absence", "what comes straight before what is pulled",
        {"say": [*_says("one", "two", at=100, apart=20), Say("three", at=1060)]}, given=(_AWAY,), since="ordered",
    ),
    Trial(
        "in order, more than a page is kept", "what waits for a number on the next page",
        {"say": _says(*_NUMBERED, at=100)},
        given=(Offline("bob", at=0, lasting=2500), Delay("m1/msg:R#1", by=400)), faults=0, since="ordered",
    ),
    Trial(
        "in order, to two people", "numbers that are not those of one conversation",
        {"say": [Say("one"), Say("two", to="carol", at=10), Say("three", at=20)]}, faults=2, since="ordered",
    ),
    # Groups
    Trial("a group", "a member who misses a message", {**_FRIENDS, "say": _TO_FRIENDS}, since="group"),
    Trial(
        "a group after an absence", "a heartbeat that stops when its member logs out",
        {**_FRIENDS, "say": [*_TO_FRIENDS, Say("again", to="friends", at=5000)]},
        given=(Offline("bob", at=1900, lasting=300),), since="group",
    ),
    Trial(
        "a group after a crash", "a heartbeat that stops when its member crashes",
        {**_FRIENDS, "say": [*_TO_FRIENDS, Say("again", to="friends", at=5000)]},
        given=(Crash("bob", at=1900, down=300),), since="group",
    ),
    Trial(
        "two speak in a group", "a cursor that passes over a gap",
        {**_FRIENDS, "say": [*_TO_FRIENDS, Say("yes?", sender="bob", to="friends", at=20)]}, since="group",
    ),
    Trial(
        "one ack for two", "a cursor that is sent too late",
        {**_FRIENDS, "say": _says("one", "two", to="friends", apart=20), "ack_every": 2}, since="group",
    ),
    Trial(
        "a member is away", "a pull that begins at the wrong number",
        {**_FRIENDS, "say": _says("one", "two", to="friends", apart=100, at=100)}, given=(_AWAY,), since="group",
    ),
    Trial(
        "more than a page in a group", "a second page that is not asked for",
        {**_FRIENDS, "say": _says(*_NUMBERED, to="friends", at=100)},
        given=(Offline("bob", at=0, lasting=2500),), faults=0, since="group",
    ),
    Trial(
        "a group and a person", "numbers of one conversation that are taken for those of another",
        {**_FRIENDS, "say": [*_TO_FRIENDS, Say("one", at=10), *_says("again", to="friends", at=20)]}, since="group",
    ),
    Trial(
        "two groups", "one row of numbers for all groups",
        {"groups": {"friends": ["alice", "bob"], "team": ["alice", "bob", "carol"]},
         "say": [*_TO_FRIENDS, *_says("to work", to="team", at=10), *_says("later", to="friends", at=20)]},
        since="group",
    ),
    Trial(
        "a crash in a group", "what a member forgets, and says again or never sees",
        {**_FRIENDS, "say": _says("one", "two", to="friends", apart=1000)}, kinds=("crash",), since="group",
    ),
)  # fmt: skip

TRIALS: ByName[Trial] = ByName("trial", {trial.name: trial for trial in _ALL})
"""The trials by name, from the smallest up."""
