"""Which kernels end when there are too many."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from imteach.lab.jupyter.few_kernels import FewKernels

AN_HOUR_AGO = datetime.now(UTC) - timedelta(hours=1)


class Ear:
    """As much of a kernel's stream as is used."""

    def on_recv(self, hear: Any) -> None:
        self.hear = hear

    def close(self) -> None:
        self.hear = None


@dataclass
class Kernel:
    """As much of a kernel as is looked at."""

    last_activity: datetime
    execution_state: str = "idle"
    ear: Any = None

    def connect_iopub(self) -> Ear:
        self.ear = Ear()
        return self.ear

    def run(self) -> None:
        if self.ear.hear:
            self.ear.hear([b"kernel.k1.execute_input", b"<IDS|MSG>"])


@pytest.fixture
def kernels(monkeypatch: pytest.MonkeyPatch) -> tuple[FewKernels, dict[str, Kernel]]:
    """A manager of three kernels at most, and its kernels, whose names say when they were used."""
    there: dict[str, Kernel] = {}
    manager = FewKernels(most=3)

    async def shut_down(_: FewKernels, kernel_id: str) -> None:
        manager.stop_watching_activity(kernel_id)
        await asyncio.sleep(0)
        del there[kernel_id]

    monkeypatch.setattr(FewKernels, "shutdown_kernel", shut_down)
    monkeypatch.setattr(FewKernels, "list_kernel_ids", lambda _: list(there))
    monkeypatch.setattr(FewKernels, "get_kernel", lambda _, kernel_id: there[kernel_id])
    monkeypatch.setattr(AsyncMappingKernelManager, "start_watching_activity", lambda *_: None)
    monkeypatch.setattr(AsyncMappingKernelManager, "stop_watching_activity", lambda *_: None)
    return manager, there


def start(manager: FewKernels, there: dict[str, Kernel], *moments: int) -> None:
    for moment in moments:
        there[f"at {moment}"] = Kernel(AN_HOUR_AGO + timedelta(minutes=moment))
        manager.start_watching_activity(f"at {moment}")


def test_those_used_last_stay(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    manager, there = kernels
    start(manager, there, 4, 2, 5, 1, 3)
    for kernel in there.values():
        kernel.run()
    asyncio.run(manager.let_go())
    assert set(there) == {"at 3", "at 4", "at 5"}
    asyncio.run(manager.let_go())
    assert len(there) == 3


def test_what_has_run_nothing_ends_first(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    """A page that is loaded anew starts a kernel for each tab that has none: these are no reason to end a lab."""
    manager, there = kernels
    start(manager, there, 1, 2, 3, 4, 5)
    for used in ("at 1", "at 2"):
        there[used].ear.hear([b"kernel.k1.status", b"<IDS|MSG>"])
        there[used].run()
        there[used].run()
    asyncio.run(manager.let_go())
    assert set(there) == {"at 1", "at 2", "at 5"}
    assert list(manager._unused) == ["at 5"]


def test_what_is_busy_or_has_just_been_started_does_not_end(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    manager, there = kernels
    start(manager, there, 1, 2, 3, 4, 5)
    for name in ("at 1", "at 2"):
        there[name].execution_state = "busy"
    for name in ("at 3", "at 4"):
        there[name] = Kernel(datetime.now(UTC), "starting")
    asyncio.run(manager.let_go())
    assert set(there) == {"at 1", "at 2", "at 3", "at 4"}


def test_what_no_page_has_asked_for_long_ends(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    manager, there = kernels
    start(manager, there, 1, 2, 3, 4)
    for kernel in there.values():
        kernel.execution_state = "starting"
    asyncio.run(manager.let_go())
    assert set(there) == {"at 2", "at 3", "at 4"}


def test_two_at_once_end_no_more_than_one(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    manager, there = kernels
    start(manager, there, 1, 2, 3, 4, 5)

    async def both() -> None:
        await asyncio.gather(manager.let_go(), manager.let_go())

    asyncio.run(both())
    assert set(there) == {"at 3", "at 4", "at 5"}


def test_what_was_busy_ends_once_it_is_at_rest(kernels: tuple[FewKernels, dict[str, Kernel]]) -> None:
    manager, there = kernels
    manager.pause = 0
    start(manager, there, 1, 2, 3, 4)
    for kernel in there.values():
        kernel.run()
        kernel.execution_state = "busy"

    async def at_rest_later() -> None:
        await manager.let_go()
        assert len(there) == 4
        there["at 2"].execution_state = "idle"
        for _ in range(100):
            await asyncio.sleep(0.01)
            if len(there) == 3:
                return

    asyncio.run(at_rest_later())
    assert set(there) == {"at 1", "at 3", "at 4"}
