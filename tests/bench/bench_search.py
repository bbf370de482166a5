"""How many plans and states a second `explore` and `check` try, and what the issue asks of them."""

from collections.abc import Callable
from typing import Any

import pytest

from imteach import Say, Scenario, check, explore

Show = Callable[[str, str, str], None]
TWO = [Say("hello"), Say("and?")]


@pytest.mark.parametrize(("scenario", "faults", "most"), [(Scenario("dedup"), 3, 0.05)], ids=["dedup-3"])
def test_explore(benchmark: Any, show: Show, scenario: Scenario, faults: int, most: float) -> None:
    found = benchmark.pedantic(explore, (scenario, faults), rounds=5, warmup_rounds=1)
    seconds = benchmark.stats.stats.min
    show(f"explore {scenario.rung}, {faults} faults: {found.plans:,} plans", f"{seconds * 1000:.0f} ms", f"< {most} s")
    show("    plans a second", f"{found.plans / seconds:,.0f}", "")


CHECKS = {
    "dedup-3": (Scenario("dedup"), 3, 1.0, 3),
    "two-messages": (Scenario("dedup", say=TWO, retries=1), 1, 10.0, 1),
}


@pytest.mark.parametrize("name", CHECKS)
def test_check(benchmark: Any, show: Show, name: str) -> None:
    scenario, faults, most, rounds = CHECKS[name]
    found = benchmark.pedantic(check, (scenario, faults), rounds=rounds)
    seconds = benchmark.stats.stats.min
    assert found.finished
    show(f"check {name}: {found.states:,} states", f"{seconds:.2f} s", f"< {most:.0f} s")
    show("    states a second", f"{found.states / seconds:,.0f}", "")
