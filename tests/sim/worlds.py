"""Random scenarios, and random drops of packets that do or do not occur in them."""

from hypothesis import strategies as st

from imteach import LADDER, Drop, Say, Scenario
from imteach.protocol import KINDS

PEOPLE = ("alice", "bob", "Zoë_3")
TIMES = st.integers(0, 600) | st.sampled_from([0, 50, 100, 200, 300]) | st.integers(0, 600_000).map(lambda n: n / 1000)
LATENCIES = st.sampled_from([0, 1, 20, 50, 50, 120, 0.5]) | st.integers(0, 400)


@st.composite
def says(draw, people=PEOPLE):
    sender, to = draw(st.permutations(people))[:2]
    return Say(draw(st.text(max_size=12)), sender, to, draw(TIMES))


SAYS = says()


@st.composite
def scenarios(draw, rungs=tuple(LADDER)):
    people = PEOPLE[: draw(st.integers(2, 3))]
    latency = draw(LATENCIES | st.dictionaries(st.sampled_from(people), LATENCIES))
    return Scenario(
        draw(st.sampled_from(rungs)),
        say=draw(st.lists(says(people), min_size=1, max_size=4)),
        people=draw(st.permutations(people)),
        latency=latency,
        rto=draw(st.sampled_from([300, 300, 60, 0.001, 1, 200]) | st.integers(1, 800)),
        retries=draw(st.integers(0, 4)),
        backoff=draw(st.sampled_from([1, 1, 2, 1.5, 10**9])),
    )


@st.composite
def drops(draw, scenario):
    """Some drops: of any packet that the scenario's messages can have, and of a few that they can't."""
    names = st.builds(
        lambda msgid, kind, number: Drop(f"{msgid}/{kind}#{number}"),
        st.sampled_from([*scenario.msgids, "m99"]),
        st.sampled_from(list(KINDS)),
        st.integers(1, scenario.retries + 2),
    )
    return draw(st.lists(names, max_size=8))


@st.composite
def runs(draw, rungs=tuple(LADDER)):
    """A scenario and the faults to run it under."""
    scenario = draw(scenarios(rungs))
    return scenario, draw(drops(scenario))
