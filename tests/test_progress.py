"""Progress bars: on a terminal, after a moment; nowhere else."""

import io
import sys
from types import SimpleNamespace

import pytest

from imteach import progress as module
from imteach.progress import progress


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
    chunks = progress("abc", total=10, what="messages", each=4)
    next(chunks)
    assert "messages:   0%" in terminal.getvalue()
    assert "0/10" in terminal.getvalue()
    assert list(chunks) == ["b", "c"]
    assert terminal.getvalue().endswith("\r")  # the line is free again


def test_the_last_part_does_not_go_past_the_total(monkeypatch):
    monkeypatch.setattr(module, "_bar", lambda *_: bar)
    bar = Counting()
    list(progress("abc", total=10, what="messages", each=4))
    assert bar.n == 10


class Counting(module._NoBar):
    def update(self, count):
        self.n += count


def test_what_is_done_in_a_moment_shows_nothing(monkeypatch):
    terminal = a_terminal(monkeypatch, patience=60)
    assert list(progress("abc", total=3, what="letters")) == ["a", "b", "c"]
    assert terminal.getvalue() == ""


def test_who_stops_it_leaves_no_bar_behind(monkeypatch):
    terminal = a_terminal(monkeypatch)
    letters = progress("abc", total=3, what="letters")
    next(letters)
    letters.close()
    assert terminal.getvalue().endswith("\r")


def test_in_a_pipe_it_is_quiet(monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setattr(module, "PATIENCE", 0)
    assert list(progress(iter("abc"), total=None, what="letters")) == ["a", "b", "c"]
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("stream", [None, Terminal()])
def test_it_works_without_tqdm_and_without_standard_error(stream, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(sys, "stderr", stream)
    assert list(progress("abc", total=3, what="letters")) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("config", "disable", "watched"),
    [({"IPKernelApp": {}}, "", True), ({"IPKernelApp": {}}, "1", False), ({}, "", False)],
)
def test_a_notebook_is_watched_though_its_kernel_has_no_terminal(config, disable, watched, monkeypatch):
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    monkeypatch.setenv("TQDM_DISABLE", disable)
    shell = SimpleNamespace(config=config)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    assert module._is_watched() is watched
