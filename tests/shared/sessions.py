"""What a learner does in a lab, made by chance: steps of every kind, sensible and not."""

from random import Random

from imteach import (
    Again,
    Beat,
    Crash,
    Delay,
    Drop,
    Duplicate,
    InputError,
    Late,
    Loss,
    Offline,
    Partition,
    Say,
    Scenario,
)
from imteach.lab.session import Session
from imteach.lab.steps.situations import offered
from imteach.protocol import KINDS

TEXTS = ("hi", "it's me", 'say "no"', "$HOME `ls` \\ !", "a: b>c@1", "-x", "✓ שלום", "two\nlines", "m1@2#3", "")
SETTINGS = (
    *({"rto": 120.5}, {"retries": 1}, {"latency": 20}),
    *({"latency": {"bob": 80}}, {"backoff": 2}, {"presence_timeout": 7}),  # which no option says
)
AMOUNTS = ("by", "after", "down", "lasting", "at", "node")


def scenario(chance: Random) -> Scenario:
    """A scenario with a few things said, sometimes with a group, sometimes with what no option can say."""
    if chance.random() < 0.25:
        say = [
            Say("hi", to="us"),
            *([Say("yes", "bob", "us", at=chance.choice((0, 30)))] if chance.random() < 0.5 else []),
        ]
        return Scenario("group", say=say, groups={"us": ["alice", "bob", "carol"]}, retries=chance.choice((1, 2)))
    says = [
        Say(chance.choice(TEXTS), *chance.choice((("alice", "bob"), ("bob", "alice"))), at=chance.choice((0, 10, 120)))
        for _ in range(chance.choice((1, 1, 2, 3)))
    ]
    settings = {} if chance.random() < 0.7 else chance.choice(SETTINGS)
    return Scenario(
        chance.choice(("basic", "acked", "retransmit", "dedup", "offline", "durable", "ordered")), says, **settings
    )


def take_a_step(session: Session, chance: Random) -> bool:
    """Take a step of any kind; return whether it was one that can be taken."""
    try:
        chance.choice(STEPS)(session, chance)
    except InputError:
        return False
    return True


def at(chance: Random) -> float:
    """A moment at which something may happen."""
    return chance.choice((0, 50, 99.5, 100, 150, 301, 700, 2000))


def person(session: Session, chance: Random) -> str:
    """Somebody who is here."""
    return chance.choice(session.scenario.people)


def packet(session: Session, chance: Random) -> str:
    """The name of a packet, mostly one that was sent."""
    names = [each.name for each in session.trace.packets] or ["m1/msg:R#1"]
    return chance.choice(names) if chance.random() < 0.9 else f"m{chance.randint(1, 4)}/{chance.choice(list(KINDS))}#2"


def msgid(session: Session, chance: Random) -> str:
    """The msgid of something said, mostly."""
    return f"m{chance.randint(1, len(session.scenario.say) + 1)}"


def effect(session: Session, chance: Random) -> str:
    """Something that a node may do."""
    return chance.choice(
        (f"show {msgid(session, chance)}", f"send {packet(session, chance)}", f"write {msgid(session, chance)}")
    )


def fault(session: Session, chance: Random):
    """A fault of any kind."""
    who, name = person(session, chance), packet(session, chance)
    return chance.choice(
        (
            lambda: Drop(name),
            lambda: Duplicate(name, chance.choice((None, 30))),
            lambda: Delay(name, chance.choice((0.5, 200))),
            lambda: Crash(who, at=at(chance), down=60),
            lambda: Crash("server", after=effect(session, chance)),
            lambda: Crash(who, after=effect(session, chance)),
            lambda: Offline(who, at(chance), chance.choice((None, 300))),
            lambda: Offline(who, after=effect(session, chance), lasting=chance.choice((None, 300))),
            lambda: Partition(who, "server", at(chance), chance.choice((None, 100)), both=chance.random() < 0.5),
            lambda: Partition("server", who, at(chance), 100, both=False),
            lambda: Loss(chance.choice((0.1, 0.5)), seed=chance.choice((0, 3))),
            lambda: Late(who, chance.choice((msgid(session, chance), "pull"))),
            lambda: Again(msgid(session, chance), at=at(chance)),
            lambda: Again(msgid(session, chance), after=effect(session, chance)),
            lambda: Beat(who, at=at(chance)),
        )
    )()


def _use(session: Session, chance: Random) -> None:
    tool = chance.choice(("drop", "duplicate", "delay", "crash", "crash", "away", "away", "cut"))
    if tool in ("drop", "duplicate", "delay"):
        session.use(tool, packet=packet(session, chance))
    elif tool == "cut":
        session.use(tool, link=f"{person(session, chance)}-server", at=at(chance))
    elif chance.random() < 0.5:
        session.use(tool, node=chance.choice((*session.scenario.people, "server")), at=at(chance))
    else:
        session.use(tool, event=chance.randrange(len(session.trace.events) + 1))


def _change(session: Session, chance: Random) -> None:
    text = str(chance.choice(session.faults)) if session.faults else "drop m1/ack:N#1"
    session.change(text, chance.choice(AMOUNTS), chance.choice((0, 1, 70, 250.5, None)))


def _take_back(session: Session, chance: Random) -> None:
    session.take_fault_back(str(chance.choice(session.faults)) if session.faults else "drop m1/ack:N#1")


def _say(session: Session, chance: Random) -> None:
    to = chance.choice((*session.scenario.people, *session.scenario.groups))
    session.say(chance.choice(TEXTS), person(session, chance), to, at(chance))


def _set(session: Session, chance: Random) -> None:
    name, values = chance.choice(
        (
            ("rto", (120.5, 300, 0)),
            ("retries", (0, 2, -1)),
            ("backoff", (1, 2)),
            ("latency", (20, 50, {"bob": 80}, {"carol": 10})),
            ("presence_timeout", (7, 1000)),
            ("heartbeat", (500, 2000)),
            ("groups", ({}, {"us": ["alice", "bob"]}, {"us": ["bob", "carol", "dave"]})),
        )
    )
    session.set(**{name: chance.choice(values)})


def _people(session: Session, chance: Random) -> None:
    if chance.random() < 0.5:
        session.add_person(chance.choice(("carol", "dave", "erin")))
    else:
        session.remove_person(person(session, chance))


STEPS = (
    _use,
    _use,
    _use,
    _change,
    _take_back,
    _say,
    lambda session, chance: session.apply(fault(session, chance)),
    lambda session, chance: session.swap(packet(session, chance), packet(session, chance)),
    lambda session, chance: session.unsay(msgid(session, chance)),
    lambda session, chance: session.resend(msgid(session, chance), at(chance)),
    lambda session, chance: session.set_online(person(session, chance), chance.random() < 0.5, at(chance)),
    lambda session, chance: session.choose(chance.choice(("retransmit", "offline", "ordered", "group"))),
    _set,
    _people,
    lambda session, chance: session.preset(chance.choice([*offered(session.scenario)])),
    lambda session, chance: session.turn("latency", chance.choice((10, 50)), person(session, chance)),
    lambda session, chance: session.gather(session.scenario.people[: chance.randrange(4)]),
    lambda session, chance: session.undo(),
    lambda session, chance: session.redo(),
    lambda session, chance: session.reset() if chance.random() < 0.2 else None,
)
