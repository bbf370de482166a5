"""Progress bars: on a terminal, after a moment; nowhere else."""

import io
import re
import sys
from contextlib import nullcontext
from time import sleep
from types import SimpleNamespace

import pytest

from imteach import bars as module
from imteach.bars import with_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def a_terminal(monkeypatch, patience=0):
    """Put a terminal on standard error, and let a bar come after so long. No fixture: pytest's capture undoes one."""
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(module, "PATIENCE", patience)
    monkeypatch.setattr(sys, "stderr", Terminal())
    return sys.stderr


def test_on_a_terminal_it_tells_how_far_it_is_and_is_gone_at_the_end(monkeypatch):
    terminal = a_terminal(monkeypatch)
    chunks = with_bar("abc", total=10, what="messages", each=4)
    next(chunks)
    assert "messages:   0%" in terminal.getvalue()
    assert "0/10" in terminal.getvalue()
    assert list(chunks) == ["b", "c"]
    assert terminal.getvalue().endswith("\r")  # the line is free again


def test_the_last_part_does_not_go_past_the_total(monkeypatch):
    monkeypatch.setattr(module, "_bar", lambda *_: bar)
    bar = Counting()
    list(with_bar("abc", total=10, what="messages", each=4))
    assert bar.n == 10


class Counting(nullcontext):
    n = 0

    def update(self, count):
        self.n += count


def test_a_search_without_a_known_end_counts_up_and_is_gone_at_the_end(monkeypatch):
    terminal = a_terminal(monkeypatch)
    states = with_bar(iter(range(30_000)), total=None, what="states")
    monkeypatch.setattr("tqdm.tqdm.monitor_interval", 0)
    for _ in range(20_001):
        next(states)
    said = terminal.getvalue()
    assert re.fullmatch(r"(\r *[0-9,]+ states so far \(00:0[0-9]\) *)+", said), said
    counts = [int(count.replace(",", "")) for count in re.findall(r"([0-9,]+) states", said)]
    assert counts == sorted(counts)
    states.close()
    assert terminal.getvalue().endswith("\r")


def test_a_search_tells_what_else_there_is_to_say_of_the_moment(monkeypatch):
    terminal = a_terminal(monkeypatch)

    def slow():
        for number in range(4):
            sleep(0.06)  # tqdm draws ten times a second
            yield number

    list(with_bar(slow(), total=None, what="states", each=1000, more=lambda: "7 wait"))
    assert re.search(r"[234],000 states so far \(00:00, 7 wait\)", terminal.getvalue())


@pytest.mark.parametrize("why", [KeyboardInterrupt, ValueError])
def test_a_search_that_is_stopped_from_inside_leaves_no_bar_behind(why, monkeypatch):
    terminal = a_terminal(monkeypatch)

    def search():
        yield 1
        raise why

    with pytest.raises(why):
        list(with_bar(search(), total=None, what="states"))
    assert "states so far" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r")


def test_a_search_that_is_soon_over_shows_nothing(monkeypatch):
    terminal = a_terminal(monkeypatch, patience=60)
    assert sum(with_bar(iter(range(1000)), total=None, what="states")) == 499_500
    assert terminal.getvalue() == ""


def test_what_is_done_in_a_moment_shows_nothing(monkeypatch):
    terminal = a_terminal(monkeypatch, patience=60)
    assert list(with_bar("abc", total=3, what="letters")) == ["a", "b", "c"]
    assert terminal.getvalue() == ""


def test_who_stops_it_leaves_no_bar_behind(monkeypatch):
    terminal = a_terminal(monkeypatch)
    letters = with_bar("abc", total=3, what="letters")
    next(letters)
    letters.close()
    assert terminal.getvalue().endswith("\r")


def test_in_a_pipe_it_is_quiet(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(module, "PATIENCE", 0)
    assert list(with_bar(iter("abc"), total=None, what="letters")) == ["a", "b", "c"]
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("stream", [None, Terminal()])
def test_it_works_without_tqdm_and_without_standard_error(stream, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(with_bar("abc", total=3, what="letters")) == ["a", "b", "c"]


# In a notebook, whose kernel has no terminal


class Shown:
    """An output of a cell, and all that it said."""

    def __init__(self):
        self.said = []

    def update(self, data, raw):
        assert raw
        self.said.append(data)


@pytest.fixture
def outputs(monkeypatch, capsys):
    """Put us in a notebook, and return the outputs of its cell."""

    def display(data, raw, display_id):
        assert raw
        assert display_id
        outputs.append(Shown())
        outputs[-1].update(data, raw)
        return outputs[-1]

    outputs = []
    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=display))
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    monkeypatch.setattr(module, "PATIENCE", 0)
    yield outputs
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("total", "says"), [(3, "letters:   0%"), (None, "0 letters so far (00:00)")])
def test_in_a_notebook_one_line_of_text_is_taken_back_at_the_end(total, says, outputs):
    assert list(with_bar("abc", total=total, what="letters")) == ["a", "b", "c"]
    (line,) = outputs
    came, *said, left = line.said
    assert came == left == {}  # nbval sees what came, a saved notebook what is left
    assert said[0]["text/plain"].startswith(says)
    assert {} not in said


def test_each_of_two_bars_in_a_cell_has_a_line_of_its_own(outputs):
    for letter in with_bar("abc", total=3, what="letters"):
        list(with_bar([letter], total=1, what="words"))
        assert {} not in outputs[0].said[1:]
    assert [output.said[1]["text/plain"][:5] for output in outputs] == ["lette", "words", "words", "words"]
    assert all(output.said[-1] == {} for output in outputs)


def test_in_a_notebook_what_is_done_in_a_moment_shows_nothing(outputs, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 60)
    list(with_bar("abc", total=3, what="letters"))
    assert outputs == []


@pytest.mark.parametrize(("config", "disable"), [({"IPKernelApp": {}}, "1"), ({}, "")])
def test_nobody_watches_where_it_is_kept_away_or_where_ipython_is_no_notebook(config, disable, outputs, monkeypatch):
    monkeypatch.setenv("TQDM_DISABLE", disable)
    shell = SimpleNamespace(config=config)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert list(with_bar("abc", total=3, what="letters")) == ["a", "b", "c"]
    assert outputs == []


@pytest.mark.parametrize("module_of_the_system", [None, SimpleNamespace()], ids=["Windows", "a browser"])
def test_where_the_system_does_not_say_how_much_memory_is_used_nor_does_it(module_of_the_system, monkeypatch):
    monkeypatch.setitem(sys.modules, "resource", module_of_the_system)
    assert module.memory_used() is None
