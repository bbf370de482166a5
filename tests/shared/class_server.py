"""`docs/jupyterhub_config.py` in a real JupyterHub, which is fetched into an environment of its own."""

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ports import free_port

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "docs" / "jupyterhub_config.py"

JUPYTERHUB = "jupyterhub==6.1.0"
PROXY = "configurable-http-proxy@5.3.0"

PATIENCE = 150  # seconds for the server of a learner

TRIED_OUT = """
load_subconfig({config!r})
c.JupyterHub.services = [dict(name="tests", api_token={token!r})]
scopes = ["admin:users", "admin:servers", "access:servers"]
c.JupyterHub.load_roles = [dict(name="tests", services=["tests"], scopes=scopes)]
"""


@dataclass(frozen=True)
class ClassServer:
    """A JupyterHub that runs: where it is, what it is told, and what the class has there."""

    home: Path
    address: str
    password: str
    token: str
    process: "subprocess.Popen[bytes]"

    def ask(self, path: str, asked: dict[str, Any] | None = None, method: str | None = None) -> Any:
        """Ask for this path, or post there; return what is answered."""
        headers = {"Authorization": f"token {self.token}"}
        data = None if asked is None else json.dumps(asked).encode()
        request = urllib.request.Request(f"{self.address}/{path}", data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or "null")

    def start(self, learner: str) -> str:
        """Start this learner's server, and return the path at which it is asked."""
        self.ask(f"hub/api/users/{learner}/server", {})
        for _ in range(PATIENCE):
            if self.ask(f"hub/api/users/{learner}")["servers"].get("", {}).get("ready"):
                return f"user/{learner}/api"
            time.sleep(1)
        raise RuntimeError(f"the server of {learner} did not start:\n{self.log()[-4000:]}")

    def stop(self, learner: str) -> None:
        """Stop this learner's server."""
        self.ask(f"hub/api/users/{learner}/server", method="DELETE")
        while self.ask(f"hub/api/users/{learner}")["servers"]:
            time.sleep(0.2)

    def lessons(self, learner: str) -> Path:
        """Where this learner has the lessons."""
        return self.home / "class" / learner / "imteach-lessons"

    def log(self) -> str:
        """What it has written."""
        return (self.home / "hub.log").read_text("utf-8", "replace")


def install(home: Path) -> dict[str, str]:
    """Fetch JupyterHub and its proxy into this folder, and install imteach beside it; return their environment."""
    venv.create(home / "env", with_pip=True)
    pip = [home / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", JUPYTERHUB, f"{ROOT}[lab]"]
    subprocess.run(pip, check=True, timeout=600)
    subprocess.run(["npm", "install", "--silent", "--prefix", home, PROXY], check=True, timeout=200)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IMTEACH", "PYTHON"))}
    places = [home / "env" / "bin", home / "node_modules" / ".bin", os.environ["PATH"]]
    return {**kept, "PATH": os.pathsep.join(map(str, places)), "HOME": str(home)}


@contextmanager
def class_server(home: Path, environment: dict[str, str]) -> Iterator[ClassServer]:
    """Start the Hub on ports of its own, and end it with all that it has started."""
    password, token = secrets.token_hex(16), secrets.token_hex(16)
    (home / "tried_out.py").write_text(TRIED_OUT.format(config=str(CONFIG), token=token))
    address, proxy, hub = (f"http://127.0.0.1:{free_port()}" for _ in range(3))
    command = [
        *(home / "env" / "bin" / "jupyterhub", "--config", "tried_out.py", f"--JupyterHub.bind_url={address}"),
        *(f"--ConfigurableHTTPProxy.api_url={proxy}", f"--JupyterHub.hub_bind_url={hub}"),
    ]
    with (home / "hub.log").open("wb") as log:
        told = {**environment, "IMTEACH_PASSWORD": password}
        process = subprocess.Popen(command, cwd=home, env=told, stdout=log, stderr=subprocess.STDOUT)
        server = ClassServer(home, address, password, token, process)
        try:
            _wait(server)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(server: ClassServer) -> None:
    for _ in range(600):
        try:
            server.ask("hub/api/")
        except (urllib.error.URLError, ConnectionError):
            if server.process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"JupyterHub did not start:\n{server.log()}")
