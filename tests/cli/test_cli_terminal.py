"""The command as a process of its own: poor terminals, readers who leave, and what it loads."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


def imteach(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "imteach", *arguments]
    return subprocess.run(command, capture_output=True, env={**os.environ, **environment}, timeout=60, check=False)


@pytest.mark.parametrize(
    "locale",
    [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}],
    ids=["C", "ascii"],
)
def test_a_poor_terminal_gets_utf8_and_no_traceback(locale: dict[str, str]) -> None:
    run = imteach("run", "--drop", "ack:N", **locale)
    assert run.returncode == 0
    assert run.stderr == b""
    assert run.stdout == imteach("run", "--drop", "ack:N", PYTHONIOENCODING="utf-8").stdout
    assert "✓✓ delivered" in run.stdout.decode()


def test_a_name_in_another_encoding_gets_one_line() -> None:
    command = [os.fsencode(sys.executable), b"-m", b"imteach", b"run", b"--say", b"alice>bob:\xff"]
    run = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stderr.startswith(b"imteach run: --say: ")
    assert run.stderr.count(b"\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes of another kind")
def test_a_reader_who_leaves_is_let_go() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "imteach", "run", "--format", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()  # before it has written anything
    _, said = process.communicate(timeout=60)
    assert said == b""
    assert process.returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_gets_one_line() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "imteach", "run", "--format", "json"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stderr == b"imteach run: cannot write to standard output: No space left on device\n"


def test_run_loads_nothing_of_jupyter() -> None:
    program = (
        "import sys; from imteach.cli import main; main(['run', '--format', 'svg']); "
        "print(*sys.modules, sep='\\n', file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    loaded = {name.partition(".")[0] for name in run.stderr.split()}
    assert "imteach" in loaded
    heavy = {
        "IPython",
        "ipywidgets",
        "anywidget",
        "traitlets",
        "jupyter_core",
        "jupyter_server",
        "nbformat",
        "nbclient",
    }
    assert not loaded & heavy


@pytest.mark.parametrize("command", ["lab", "validate"])
def test_without_jupyter_it_says_what_to_install(command: str, tmp_path: Path) -> None:
    hidden = ("jupyterlab", "nbclient")
    program = (
        "import sys, importlib.util as util; find = util.find_spec; "
        f"util.find_spec = lambda name, *rest: None if name in {hidden} else find(name, *rest); "
        f"from imteach.cli import main; main([{command!r}, {str(tmp_path / 'lessons')!r}])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "pip install 'imteach[lab]'" in run.stderr
    assert not (tmp_path / "lessons").exists()
