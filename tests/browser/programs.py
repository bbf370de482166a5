"""Programs that are fetched by night, each into an environment of its own, and serve a page that a test opens."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from driving import soon
from ports import free_port

ROOT = Path(__file__).parents[2]


def fetch(home: Path, *packages: str) -> Path:
    """Make an environment with these packages and with imteach as a wheel brings it; return the folder of programs."""
    subprocess.run([sys.executable, "-m", "venv", str(home / "venv")], check=True)
    programs = home / "venv" / "bin"
    install = [str(programs / "pip"), "install", "--quiet", *packages, f"{ROOT}[lab]"]
    subprocess.run(install, check=True, timeout=900)
    return programs


@contextmanager
def served(home: Path, programs: Path, command: Sequence[str]) -> Iterator[str]:
    """Run a program of the environment in this folder, with {port} filled in; give its address once it answers."""
    port = free_port()
    program, *options = (word.format(port=port) for word in command)
    ours = ("JUPYTER", "IPYTHON", "IMTEACH", "PYTHON")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"HOME": str(home), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    with (home / "said.log").open("wb") as said:
        run = [str(programs / program), *options]
        with subprocess.Popen(run, cwd=home, env=environment, stdout=said, stderr=said) as server:
            try:
                soon(lambda: _answers(port) or server.poll() is not None, True)
                assert server.poll() is None, (home / "said.log").read_text("utf-8", "replace")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
