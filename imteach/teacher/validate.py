"""Running the lessons from top to bottom, and comparing their outputs with those saved, or saving them.

What is saved depends on the lesson alone: no times, no paths, no versions, no ids of live widgets. So `--write`
twice gives the same bytes, and every difference means something.
"""

import asyncio
import atexit
import json
import math
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty
from time import monotonic
from typing import Any

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client.channels import AsyncZMQSocketChannel
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbclient.util import run_sync

from imteach.bars import stopwatch
from imteach.course.hidden import hide_outputs
from imteach.course.progress.kept import VARIABLE
from imteach.course.workspace import lesson_names
from imteach.errors import InputError, quoted
from imteach.files import write_whole
from imteach.scenario.checks import can_be_written
from imteach.teacher.outputs import Notebook, Wrong, code_cells, differences, tidy

CELL_LIMIT = 120  # seconds for one cell; the slowest lesson needs one

LOOK_AGAIN = 0.2  # seconds

MAY_FAIL = "raises-exception"
"""The tag of a cell whose error is part of the lesson."""

_GREETING = re.compile(r"\[IPKernelApp\] WARNING .*")  # a healthy kernel may say this
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")

_nbformat: Any = nbformat


@dataclass(frozen=True)
class LessonReport:
    """The result of one lesson: what was `done` in a few words, and what is `wrong`, with an entry for each cell.

    `seconds` is how long that took, on the wall's clock.
    """

    lesson: str
    done: str
    wrong: tuple[Wrong, ...] = ()
    seconds: float = field(default=0, compare=False)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def __str__(self) -> str:
        if self.good:
            return f"✓ {self.lesson}: {self.done}"
        what = f"✗ {self.lesson}: {self.done}: " if self.done else f"✗ {self.lesson}: "
        return "\n".join(f"{what}{wrong}" for wrong in self.wrong)


def validate(folder: Path, write: bool = False) -> Iterator[LessonReport]:
    """Run every lesson in `folder`, in reading order, each in a fresh kernel of this very Python; report on each.

    `write` saves the outputs of those that ran without an unexpected error. Raises `InputError` if there is no
    lesson, or one that is no notebook.
    """
    if not folder.is_dir():
        raise InputError(f"no folder {folder}; expected one with lessons (*.ipynb)")
    names = lesson_names(folder)
    if not names:
        raise InputError(f"no lessons (*.ipynb) in {folder}")
    for name in names:
        yield validate_lesson(folder / name, write)


def validate_lesson(path: Path, write: bool = False) -> LessonReport:
    """Run one lesson, as `validate` does with each, and report on it. Raises `InputError` if it is no notebook."""
    seconds = stopwatch()
    report = _save(path) if write else _compare(path)
    return replace(report, seconds=seconds())


def _compare(path: Path) -> LessonReport:
    saved, fresh = _read(path), _read(path)
    problem = _run(fresh, path.parent)
    if problem:
        return LessonReport(path.name, "", (problem,))
    tidy(saved)
    tidy(fresh)
    wrong = tuple(differences(saved, fresh))
    return LessonReport(path.name, "" if wrong else _count(fresh), wrong)


def _save(path: Path) -> LessonReport:
    lesson = _read(path)
    problem = _run(lesson, path.parent)
    if problem:
        return LessonReport(path.name, "not saved", (problem,))
    tidy(lesson)
    hide_outputs(lesson)
    text = _nbformat.writes(lesson, version=4).rstrip("\n") + "\n"
    if text == path.read_text("utf-8"):
        return LessonReport(path.name, f"{_count(lesson)}, nothing to save")
    write_whole(path, text)
    return LessonReport(path.name, f"{_count(lesson)}, outputs saved")


def _count(lesson: Notebook) -> str:
    return f"{len(code_cells(lesson))} cells run"


# Reading


def _read(path: Path) -> Notebook:
    try:
        raw = json.loads(path.read_text("utf-8"))
        if not isinstance(raw, dict) or raw.get("nbformat") != 4:
            raise InputError("expected a notebook of format 4", where=str(path))
        if not isinstance(raw.get("cells"), list):
            raise InputError("expected a notebook, got none with a list of cells", where=str(path))
        if not can_be_written(json.dumps(raw, ensure_ascii=False)):
            raise InputError("expected whole characters, got half of one", where=str(path))
        _give_ids(raw)
        lesson = _nbformat.from_dict(raw)
        _nbformat.validate(lesson)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except InputError:
        raise
    except Exception as error:  # nbformat goes on reading what is none, until it stumbles over something
        raise InputError(f"not a notebook: {quoted(str(error), 120)}", where=str(path)) from None
    return _nbformat.reads(json.dumps(lesson), as_version=4)


def _give_ids(raw: dict[str, Any]) -> None:
    """Give each cell without an id one that depends on its place alone; nbformat would take a random one."""
    cells = raw["cells"]
    taken = {cell.get("id") for cell in cells}
    for number, cell in enumerate(cells, 1):
        if "id" not in cell:
            cell["id"] = next(name for name in _ids(number) if name not in taken)
            taken.add(cell["id"])
    raw["nbformat_minor"] = max(5, raw.get("nbformat_minor", 0))  # the first with ids


def _ids(number: int) -> Iterator[str]:
    yield f"cell-{number}"
    yield from (f"cell-{number}-{again}" for again in range(2, 10_000))


# Running


class _Attentive(AsyncZMQSocketChannel):
    """Looks again and again whether a message came, where one is waited for.

    While it waits, nbclient sends through the same socket what an `Output` widget holds. ZeroMQ then no longer tells
    of a message that came in that moment, and the wait would go on to its end: two minutes a cell.
    """

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:  # type: ignore[override]
        until = math.inf if timeout is None else monotonic() + timeout
        while (left := until - monotonic()) > LOOK_AGAIN:
            with suppress(Empty):
                return await super().get_msg(LOOK_AGAIN)
        return await super().get_msg(max(0, left))


class _ThisPython(AsyncKernelManager):
    """Starts the kernel with the Python that runs this, whatever kernels the machine has under that name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())

    def client(self, **options: Any) -> Any:
        client = super().client(**options)
        client.shell_channel_class = _Attentive
        return client


def _run(lesson: Notebook, folder: Path) -> Wrong | None:
    """Run the lesson in its own folder and return what went wrong, if anything did."""
    for cell in lesson.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    running: list[Any] = []
    client = NotebookClient(  # it keeps the widgets' state, for without it nbclient 0.11 cannot run an Output widget
        lesson,
        timeout=CELL_LIMIT,
        kernel_manager_class=_ThisPython,
        record_timing=False,
        on_cell_execute=lambda cell, **_: running.append(cell),
        resources={"metadata": {"path": str(folder)}},
    )
    with tempfile.TemporaryDirectory() as profile, Path(profile, "stderr").open("w+", encoding="utf-8") as aside:
        try:
            # An empty profile: nobody's own start-up files take part. The kernel's own messages go aside.
            # No progress bars: how far a cell is after a second depends on the machine. And what is answered here is
            # nobody's progress.
            ours = {"IPYTHONDIR": profile, "TQDM_DISABLE": "1", VARIABLE: ""}
            _execute(client, env={**os.environ, **ours}, stderr=aside)
            return None
        except Exception as error:  # of the lesson, the kernel or nbclient: whatever it is, it is reported
            aside.seek(0)
            problem = _what_is_wrong(error, bool(running), aside.read())
            atexit.unregister(client._cleanup_kernel)  # nbclient forgets this for a kernel that never was ready
    return Wrong(problem, len(running), running[-1].source if running else "")


@run_sync
async def _execute(client: NotebookClient, **how: Any) -> None:
    """Run a lesson, and cancel the tasks that nbclient leaves behind when it fails: asyncio would complain later."""
    before = asyncio.all_tasks()
    try:
        await client.async_execute(**how)
    finally:
        left = asyncio.all_tasks() - before
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _what_is_wrong(error: Exception, began: bool, last_words: str) -> str:
    """Say in a line why a lesson cannot be run; `began` if a cell was, `last_words` are the kernel's."""
    if isinstance(error, CellExecutionError):
        return f"{error.ename}: {_plain(error.evalue)}"
    if isinstance(error, CellTimeoutError):
        return f"not done after {CELL_LIMIT} s"
    if isinstance(error, DeadKernelError) or (isinstance(error, RuntimeError) and not began):  # it was never ready
        last_words = _plain(_GREETING.sub("", last_words))
        return f"the kernel died{': ' if last_words else ''}{last_words}"
    said = str(error).strip().partition("\n")[0]
    return f"nbclient, which runs the lessons, cannot go on: {type(error).__name__}{': ' if said else ''}{said}"


def _plain(text: str) -> str:
    """Return the last line of `text`, without colours."""
    lines = _COLOUR.sub("", text).strip().splitlines()
    return lines[-1] if lines else ""
