"""Random scenarios on every rung, and random faults of every kind that strike them, or miss."""

from hypothesis import strategies as st

from imteach import LADDER, Again, Beat, Crash, Delay, Drop, Duplicate, Late, Loss, Offline, Partition, Say, Scenario
from imteach.protocol import KINDS, SERVER
from imteach.scenario import Resend

PEOPLE = ("alice", "bob", "Zoë_3")
GROUP = "friends"
TIMES = st.integers(0, 600) | st.sampled_from([0, 50, 100, 200, 300]) | st.integers(0, 600_000).map(lambda n: n / 1000)
MOMENTS = st.sampled_from([0, 50, 100, 150, 300, 350, 400]) | st.integers(0, 2500)
SPANS = st.sampled_from([1, 50, 100, 1000]) | st.integers(1, 2500)
LATENCIES = st.sampled_from([0, 1, 20, 50, 50, 120, 0.5]) | st.integers(0, 400)
JITTERS = st.sampled_from([0, 0, 0, 30, 200, 0.5])
OF_A_PERSON = [kind for kind in KINDS if kind.startswith("offline")]
OF_A_MEMBER = [*OF_A_PERSON, "ack:R", "ack:A"]
PACKET_FAULTS = (Drop, Duplicate, Delay)
WITHOUT_CRASHES = (*PACKET_FAULTS, Offline, Partition, Loss, Late, Again, Beat)
EVERY_FAULT = (*WITHOUT_CRASHES, Crash)


@st.composite
def says(draw, people=PEOPLE, groups=()):
    sender, to = draw(st.permutations(people))[:2]
    return Say(draw(st.text(max_size=12)), sender, draw(st.sampled_from([to, *groups])), draw(TIMES))


SAYS = says()


@st.composite
def scenarios(draw, rungs=tuple(LADDER), most_said=4, resends=True):
    rung = draw(st.sampled_from(rungs))
    people = PEOPLE[: draw(st.integers(2, 3))]
    links = [link for name in people for link in (name, f"{name}>{SERVER}", f"{SERVER}>{name}")]
    latency = draw(LATENCIES | st.dictionaries(st.sampled_from(links), LATENCIES))
    groups = {GROUP: people} if LADDER[rung].groups and draw(st.booleans()) else {}
    say = draw(st.lists(says(people, groups), min_size=1, max_size=most_said))
    rto = draw(st.sampled_from([300, 300, 60, 0.001, 1, 200]) | st.integers(1, 800))
    retries = draw(st.integers(0, 4))
    # a wait of days would be filled with heartbeats
    backoff = draw(st.sampled_from([1, 1, 2, 1.5] if groups else [1, 1, 2, 1.5, 10**9]))
    resend = st.builds(Resend, st.sampled_from([f"m{n + 1}" for n in range(len(say))]), st.integers(0, 4000))
    return Scenario(
        rung,
        say=say,
        people=draw(st.permutations(people)),
        latency=latency,
        rto=rto,
        retries=retries,
        backoff=backoff,
        resend=draw(st.lists(resend, max_size=2)) if resends else (),
        groups=groups,
        ack_every=draw(st.integers(1, 3)) if groups else 1,
        ack_delay=draw(st.sampled_from([200, 1, 500])) if groups else 200,
        heartbeat=draw(st.sampled_from([2000, 700, 150])) if groups else 2000,
        presence_timeout=draw(st.sampled_from([1000, 1000, 0, 300, 5000])),
        jitter=draw(JITTERS),
        seed=draw(st.integers(0, 3)),
    )


@st.composite
def names(draw, scenario, kinds=tuple(KINDS)):
    """The name of a packet that the scenario can have, or of one that it can't."""
    kind = draw(st.sampled_from(kinds))
    of_person = kind in OF_A_PERSON or (kind in OF_A_MEMBER and scenario.groups and draw(st.booleans()))
    owner = draw(st.sampled_from(scenario.people if of_person else [*scenario.msgids, "m99"]))
    to = ""
    if kind == "msg:N" and owner in scenario.msgids:
        say = scenario.in_order[scenario.msgids.index(owner)]
        to = f">{draw(st.sampled_from(scenario.people))}" if say.to in scenario.groups else ""
    number = draw(st.integers(1, scenario.retries + 2) | st.just(1))
    return f"{owner}/{kind}{to}#{number}"


@st.composite
def effects(draw, scenario):
    """An effect of a node as a crash can follow it."""
    effect = draw(st.sampled_from(["show", "send", "store", "write"]))
    if effect == "send":
        return f"send {draw(names(scenario))}"
    of = draw(st.sampled_from([*scenario.msgids, *scenario.people] if effect == "write" else scenario.msgids))
    return f"{effect} {of}{draw(st.sampled_from(['', '', '#2']))}"


def timers(scenario):
    """The name of a timer as a client cancels it, for the first time or again."""
    of_groups = [f"{what}:{group}" for group in scenario.groups for what in ("pull", "ack")]
    names = st.sampled_from([*scenario.msgids, *scenario.msgids, "pull", *of_groups])
    return st.builds("{}{}".format, names, st.sampled_from(["", "", "#2"]))


def faults(scenario, kinds=EVERY_FAULT, most=8):
    """Some faults of these kinds."""
    people, nodes = st.sampled_from(scenario.people), st.sampled_from([*scenario.people, SERVER])
    links = st.tuples(people, st.booleans()).map(lambda link: (link[0], SERVER) if link[1] else (SERVER, link[0]))
    named, after = names(scenario), effects(scenario)
    each = {
        Drop: st.builds(Drop, named),
        Duplicate: st.builds(Duplicate, named, st.none() | st.integers(0, 900)),
        Delay: st.builds(Delay, named, st.integers(0, 1500)),
        Crash: st.builds(lambda node, at, down: Crash(node, at=at, down=down), nodes, MOMENTS, SPANS)
        | st.builds(lambda node, after, down: Crash(node, after=after, down=down), nodes, after, SPANS),
        Offline: st.builds(Offline, people, MOMENTS, st.none() | SPANS)
        | st.builds(lambda who, after, lasting: Offline(who, after=after, lasting=lasting), people, after, SPANS),
        Partition: st.builds(
            lambda link, at, lasting, both: Partition(*link, at=at, lasting=lasting, both=both),
            links,
            MOMENTS,
            st.none() | SPANS,
            st.booleans(),
        ),
        Loss: st.builds(Loss, st.sampled_from([0.1, 0.3, 0.6]), st.integers(0, 99)),
        Late: st.builds(Late, people, timers(scenario)),
        Beat: st.builds(Beat, people, at=MOMENTS) | st.builds(Beat, people, after=after),
        Again: st.builds(Again, st.sampled_from(scenario.msgids), at=MOMENTS)
        | st.builds(Again, st.sampled_from(scenario.msgids), after=after),
    }
    if not scenario.groups:
        del each[Beat]  # nobody has a heartbeat
    return st.lists(st.one_of([each[kind] for kind in kinds if kind in each]), max_size=most)


@st.composite
def runs(draw, rungs=tuple(LADDER), kinds=EVERY_FAULT, resends=True):
    """A scenario and the faults to run it under."""
    scenario = draw(scenarios(rungs, resends=resends))
    return scenario, draw(faults(scenario, kinds))
