"""More than one core, more than one machine: the same result from any executor, and plain words where one fails."""

import os
import subprocess
import sys
import warnings
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from threading import Event

import pytest

import imteach
from imteach import Client, InputError, Scenario
from imteach.verify import explore, stats
from imteach.verify.workers import AHEAD, spread

ROOT = Path(imteach.__file__).parents[1]
ASK = {"scenario": Scenario("retransmit"), "loss": 0.2, "messages": 1100, "seed": 3}


class Backwards(Executor):
    """Does the last task first, when somebody asks for a result."""

    def __init__(self):
        self.to_do, self.most = [], 0

    def submit(self, function, /, *args):
        future = Later(self)
        self.to_do.append((future, function, args))
        self.most = max(self.most, len(self.to_do))
        return future


class Later(Future):
    def __init__(self, executor):
        super().__init__()
        self.executor = executor

    def result(self, timeout=None):
        while self.executor.to_do and not self.done():
            future, function, args = self.executor.to_do.pop()
            future.set_result(function(*args))
        return super().result(timeout)


@pytest.fixture(scope="module")
def pool():
    """Two processes that start afresh: with threads about, a fork may stand still for ever."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as executor:
        yield executor


def test_a_pool_of_processes_gives_the_same_result_to_the_byte(pool):
    alone = stats(**ASK)
    shared = stats(**ASK, executor=pool)
    assert shared.counts == alone.counts
    assert list(shared.counts.first.items()) == list(alone.counts.first.items())
    assert shared.to_json() == alone.to_json()
    assert shared.to_text() == alone.to_text()


@pytest.mark.parametrize("workers", [1, 3])
def test_so_do_any_number_of_threads(workers):
    with ThreadPoolExecutor(workers) as executor:
        assert stats(**ASK, executor=executor).to_json() == stats(**ASK).to_json()


def test_so_does_one_that_does_the_last_task_first():
    assert stats(**ASK, executor=Backwards()).to_json() == stats(**ASK).to_json()


def test_so_does_a_dask_cluster():
    if not os.environ.get("IMTEACH_CI"):  # where everything is installed it must not be skipped
        pytest.importorskip("distributed")
    import distributed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Dask says of itself
        cluster = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None, silence_logs=50
        )
        with cluster, distributed.Client(cluster) as client:
            shared = stats(**ASK, executor=client.get_executor())
            explored = explore(Scenario("dedup"), 3, ("drop", "crash"), executor=client.get_executor())
    assert shared.to_json() == stats(**ASK).to_json()
    assert explored.to_json() == explore(Scenario("dedup"), 3, ("drop", "crash")).to_json()


def test_results_come_in_the_order_of_the_tasks():
    assert list(spread(str, range(1000), Backwards())) == [str(number) for number in range(1000)]


def test_tasks_without_end_are_handed_over_bit_by_bit():
    executor = Backwards()
    results = spread(abs, iter(int, 1), executor)  # zeros for ever
    assert [next(results) for _ in range(AHEAD * 2)] == [0] * AHEAD * 2
    assert executor.most <= AHEAD


def test_who_stops_taking_results_cancels_what_nobody_has_begun():
    with ThreadPoolExecutor(1) as executor:
        begun, go_on = [], Event()

        def work(number):
            begun.append(number)
            if number:
                go_on.wait(20)
            return number

        results = spread(work, range(50), executor)
        assert next(results) == 0
        results.close()
        go_on.set()
    assert len(begun) <= 3


def test_a_mistake_of_the_task_is_told_as_it_is():
    def mistaken(_):
        raise AttributeError("'NoneType' object has no attribute 'msgid'")

    for executor in (None, Backwards()):
        with pytest.raises(AttributeError, match="has no attribute 'msgid'"):
            list(spread(mistaken, [1], executor))


# Classes that cannot travel


def test_a_class_from_a_file_goes_to_other_processes(pool):
    shared = stats(Scenario("dedup", client=FromHere), 0.2, 300, executor=pool)
    assert shared.counts == stats(Scenario("dedup"), 0.2, 300).counts


class FromHere(Client):
    """Can be found by its name."""


def test_a_class_made_inside_a_function_cannot_and_the_error_says_what_to_do(pool):
    class Mine(Client):
        pass

    with pytest.raises(InputError, match="put it in a file of its own and import it from there") as caught:
        stats(Scenario("dedup", client=Mine), 0.2, 300, executor=pool)
    assert "\n" not in str(caught.value)
    assert stats(**ASK, executor=pool).finished  # the pool lives on


NOTEBOOK = """
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from imteach import Client, Scenario
from imteach.verify import stats
class Mine(Client):
    pass
with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
    try:
        stats(Scenario("dedup", client=Mine), 0.2, 300, executor=executor)
    except ValueError as error:
        print(type(error).__name__, error)
"""


def test_a_class_made_in_a_notebook_cannot_either():
    run = subprocess.run(
        [sys.executable, "-c", NOTEBOOK],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("InputError executor: its workers ended before the work was done; a class made in a")


def test_where_no_thread_can_be_started_that_is_told(monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", start)
    with pytest.raises(InputError, match="executor: no thread can be started here, as in every browser; leave the"):
        explore(Scenario("dedup"), executor=ThreadPoolExecutor(1))


def test_an_executor_that_was_shut_down_is_told():
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    with pytest.raises(InputError, match="executor: it was shut down; make a new one"):
        stats(**ASK, executor=pool)


def test_a_class_of_executors_is_none():
    with pytest.raises(InputError, match="executor: expected one such as ProcessPoolExecutor"):
        stats(**ASK, executor=ThreadPoolExecutor)
