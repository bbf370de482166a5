"""Work on more than one core, or more than one machine: tasks spread over an executor, results in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from imteach.errors import InputError, quoted

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

Task = TypeVar("Task")
Result = TypeVar("Result")

AHEAD = 256  # tasks handed over before the first is done: enough for many workers, little enough for any memory


def spread(
    function: Callable[[Task], Result], tasks: Iterable[Task], executor: "Executor | None" = None
) -> Iterator[Result]:
    """Yield `function(task)` for each task, in the order of the tasks, whichever is done first.

    `executor` is any `concurrent.futures.Executor`: a pool of processes, Dask's `client.get_executor()`; without one
    the tasks are done here, one by one. The results do not depend on that. If the caller stops early (an interrupt), it
    keeps the results so far, and tasks that have not begun are cancelled. Raises `InputError` for what is no executor,
    and if a task cannot be sent to the executor's processes.

    >>> list(spread(abs, [-1, 2, -3]))
    [1, 2, 3]
    """
    if executor is None:
        yield from map(function, tasks)
        return
    if isinstance(executor, type) or not callable(getattr(executor, "submit", None)):
        raise InputError(f"expected one such as ProcessPoolExecutor(), got {quoted(executor)}", where="executor")
    to_do = iter(tasks)
    waiting: deque[Future[Result]] = deque()
    try:
        with _plain_errors():
            waiting.extend(executor.submit(function, task) for task in islice(to_do, AHEAD))
        while waiting:
            with _plain_errors():
                result = waiting[0].result()
                waiting.popleft()
                waiting.extend(executor.submit(function, task) for task in islice(to_do, 1))
            yield result
    finally:
        for future in waiting:
            future.cancel()


_ADVICE = (
    "a class made in a notebook or inside a function cannot be sent to other processes: put it in a file of its own "
    "and import it from there, or leave the executor out"
)


_CANNOT = {
    "after shutdown": "it was shut down; make a new one, such as ProcessPoolExecutor()",
    "can't start new thread": "no thread can be started here, as in every browser; leave the executor out",
}
"""What is said of an executor's RuntimeError with these words in it."""


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Turn the errors of pickle and of a broken pool into plain words."""
    from concurrent.futures import BrokenExecutor
    from pickle import PicklingError

    try:
        yield
    except PicklingError as error:
        raise InputError(f"{_ADVICE} ({error})", where="executor") from error
    except (AttributeError, TypeError) as error:  # pickle's words vary from version to version
        if any(words in str(error) for words in ("pickle", "Can't get local object", "Can't get attribute")):
            raise InputError(f"{_ADVICE} ({error})", where="executor") from error
        raise
    except BrokenExecutor as error:  # a process that cannot read its task just ends
        raise InputError(f"its workers ended before the work was done; {_ADVICE}", where="executor") from error
    except RuntimeError as error:
        advice = next((advice for words, advice in _CANNOT.items() if words in str(error)), None)
        if advice is None:
            raise
        raise InputError(advice, where="executor") from error
