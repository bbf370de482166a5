"""Sites of JupyterLite for tests and benchmarks: built in an environment of their own, and handed out.

Where JupyterLite is installed, every JupyterLab has its extension; so it is in no environment that does anything else.
"""

import os
import subprocess
import sys
import threading
import tomllib
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import imteach

ROOT = Path(imteach.__file__).parents[1]


class _Quiet(SimpleHTTPRequestHandler):
    """A web server that only hands files out, as any does."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Site:
    """A site in a folder, and what builds it."""

    def __init__(self, home: Path) -> None:
        self.home, self.folder = home, home / "größe & [1] %41" / "сайт"
        venv.create(home / "env", with_pip=True)
        self.python = home / "env" / "bin" / "python"
        packages = next((home / "env" / "lib").glob("python3*")) / "site-packages"
        beside = [str(ROOT), *(each for each in sys.path if each.endswith("-packages"))]
        (packages / "beside.pth").write_text("\n".join(beside))  # so that pip fetches only what is not here
        extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
        self.run("-m", "pip", "install", "--quiet", *extras["site"])
        self.build()

    def run(self, *arguments: str) -> str:
        """Run the environment's Python."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IMTEACH"))}
        command = [self.python, *arguments]
        done = subprocess.run(command, cwd=self.home, env=env, capture_output=True, text=True, timeout=400, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def build(self) -> None:
        """Build the site, or build it anew."""
        self.run("-m", "imteach", "site", "-o", str(self.folder))


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Hand the folder out; gives its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
