"""What `explore` and `check` say of each rung, with 0 to 3 faults: the settings, and the table in `verdicts.md`.

`IMTEACH_NIGHTLY=1 IMTEACH_WRITE_GOLDEN=1 pytest tests/verify/test_verdicts.py` writes it anew. In the gate, three rungs
whose searches take seconds are searched with fewer faults.
"""

from dataclasses import dataclass

from nightly import by_night

from imteach import Offline, Say, Scenario, check, explore
from imteach.draw.tables import Table, as_markdown
from imteach.tell.promise import PROMISE_TITLES

MOST_FAULTS = 3
SLOW = by_night(MOST_FAULTS, in_the_gate=1)


@dataclass(frozen=True)
class Setting:
    """A scenario to search, the kinds of fault, what strikes in any case, how many states `check` may reach.

    And how many faults there may be.
    """

    scenario: Scenario
    kinds: tuple[str, ...] = ("drop",)
    given: tuple[Offline, ...] = ()
    most_states: int = 100_000
    most_faults: int = MOST_FAULTS


SETTINGS = {
    **{rung: Setting(Scenario(rung)) for rung in ("basic", "acked", "retransmit", "dedup")},
    "offline": Setting(Scenario("offline", retries=1), given=(Offline("bob", at=0, lasting=1000),), most_faults=SLOW),
    "durable": Setting(Scenario("durable", retries=0), kinds=("drop", "crash"), most_states=300_000, most_faults=SLOW),
    "ordered": Setting(Scenario("ordered", say=[Say("one"), Say("two", at=10)], retries=0)),
    "group": Setting(
        Scenario("group", say=[Say("hi", to="friends")], groups={"friends": ["alice", "bob"]}, retries=0),
        most_faults=SLOW,
    ),
}

TOO_EARLY = "Without a clock, alice's timer may run out while the answer is still on its way"
REASONS = {
    ("basic", "no_false_failure"): f"{TOO_EARLY}: her screen says failed, and bob has it. No loss is needed.",
    ("acked", "no_false_failure"): f"{TOO_EARLY}; then one loss is enough, that of the ack which would mend it.",
    ("retransmit", "no_duplicates"): f"{TOO_EARLY}: she sends again, and bob is shown both. No loss is needed.",
    ("offline", "no_false_failure"): (
        f"{TOO_EARLY}, twice; then one loss is enough. With the clock, a retry is left for it."
    ),
    ("offline", "all_delivered"): (
        "Without a clock, bob's pull may reach the server before the news of his leaving does. The server then stores "
        "what he will not ask for again. With the clock, news takes one latency, as packets do, and comes in order."
    ),
    ("ordered", "all_delivered"): (
        f"{TOO_EARLY}: she gives “one” up and says “two”, and bob, told not to wait for “one”, never shows it."
    ),
}
"""Why the two disagree about a promise, by rung and promise."""


def verdict(found, promise):
    """One sign: it holds, it is broken, or the search did not finish."""
    return str(found.promises[promise])[0]


def searched(setting):
    """Return what both searches found, with 0, 1 … faults."""
    return [
        (
            explore(setting.scenario, faults, setting.kinds, setting.given),
            check(setting.scenario, faults, setting.kinds, setting.given, setting.most_states),
        )
        for faults in range(setting.most_faults + 1)
    ]


def disagreements(found):
    """Yield the promises of which one search says that it holds, and the other that it is broken."""
    for promise in found[0][0].promises:
        if any({verdict(timed, promise), verdict(free, promise)} == {"✓", "✕"} for timed, free in found):
            yield promise


def table(rung, found):
    """Return the table of one rung."""
    rows = [
        [
            f"{PROMISE_TITLES[promise]} (`{promise}`)",
            *(f"{verdict(timed, promise)} {verdict(free, promise)}" for timed, free in found),
            REASONS.get((rung, promise), ""),
        ]
        for promise in found[0][0].promises
    ]
    sizes = [
        ["*plans*", *(str(timed.plans) for timed, _ in found), ""],
        ["*states*", *(f"{free.states}{'' if free.finished else ' and more'}" for _, free in found), ""],
    ]
    columns = ["promise", *(f"{faults} faults" if faults != 1 else "1 fault" for faults in range(len(found)))]
    return Table(caption(rung), [*columns, "why they disagree"], [*rows, *sizes], [], words=True)


def caption(rung):
    """Say what was searched."""
    setting = SETTINGS[rung]
    given = f", given {', '.join(map(repr, setting.given))}" if setting.given else ""
    return f"{setting.scenario!r}{given}; kinds: {', '.join(setting.kinds)}"


HEAD = """# What explore and check say of each rung

In each cell the first sign is the verdict of `explore` (every plan of faults, with the clock), the second that of
`check` (every interleaving, without a clock): ✓ holds, ✕ broken, ? the search did not finish and found nothing against
it. Of steps whose order makes no difference `check` follows only one order. It was told to stop early at `durable`,
where a crash may fall anywhere.
"""


def whole(found):
    """Return all of `verdicts.md`, from what was found by rung."""
    return "\n".join([HEAD, *(f"## {rung}\n\n{as_markdown([table(rung, found[rung])])}" for rung in found)])


def as_far_as_searched(text):
    """Return the text of `verdicts.md` without the columns of more faults than are searched with."""
    head, *rungs = text.split("\n## ")
    return "\n## ".join([head, *(_cut(rung, SETTINGS[rung.split()[0]].most_faults) for rung in rungs)])


def _cut(text, most_faults):
    lines = [line.split(" | ") for line in text.split("\n")]
    return "\n".join(" | ".join([*cells[: most_faults + 2], *cells[most_faults + 2 :][-1:]]) for cells in lines)
