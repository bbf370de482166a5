"""Ratios that the benchmarks found, shown in a table at the end of their run. One process: nothing else may run."""

from collections.abc import Callable, Generator

import pytest

ROWS = pytest.StashKey[list[tuple[str, str, str]]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, object, object]:
    config.option.numprocesses = 0
    return (yield)


@pytest.fixture
def show(request: pytest.FixtureRequest) -> Callable[[str, str, str], None]:
    """Put a row into the table at the end: what was measured, the figure, what it should be."""
    rows = request.config.stash.setdefault(ROWS, [])
    return lambda *row: rows.append(row)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    rows = config.stash.get(ROWS, [])
    if not rows:
        return
    terminalreporter.section("how fast")
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    for what, figure, wanted in rows:
        terminalreporter.write_line(f"{what:{first}}  {figure:>{second}}  {wanted}".rstrip())
