"""`imteach lab`: a real JupyterLab, started as a learner starts it, with nothing of this machine's own settings."""

import asyncio
import hashlib
import json
import os
import secrets
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from ports import free_port
from tornado.websocket import websocket_connect

from imteach.course.serve import CONFIG, DATA, _command, _environment
from imteach.course.workspace import MANIFEST, lesson_names, shipped_lessons

NAGLE_PROBE = '''
"""A server extension that tells whether TCP_NODELAY is set on the open kernel WebSockets."""
import gc, json, socket
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler

class Probe(JupyterHandler):
    def get(self):
        handlers = [thing for thing in gc.get_objects() if isinstance(thing, KernelWebsocketHandler)]
        sockets = [handler.ws_connection.stream.socket for handler in handlers if handler.ws_connection]
        self.finish(json.dumps([bool(s.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)) for s in sockets]))

def _jupyter_server_extension_points():
    return [{"module": "nagle_probe"}]

def _load_jupyter_server_extension(serverapp):
    serverapp.web_app.add_handlers(".*$", [(serverapp.base_url + "probe", Probe)])
'''


EXTENSION = DATA / "labextensions" / "imteach"


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab."""

    folder: Path
    port: int
    token: str
    log: Path

    def ask(self, path: str, data: bytes | None = None) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def run(self, kernel: str, code: str) -> None:
        """Run code in a kernel, as a page does, and wait until it is idle again."""

        async def sent() -> None:
            connection = await websocket_connect(
                f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?token={self.token}"
            )
            header = {"msg_id": secrets.token_hex(8), "msg_type": "execute_request", "version": "5.3"}
            header |= {"session": secrets.token_hex(8), "username": "", "date": "2026-11-30T10:45:00Z"}
            request = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell", "buffers": []}
            content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
            await connection.write_message(json.dumps({**request, "content": content}))
            while (answer := await connection.read_message()) is not None:
                if json.loads(answer)["header"]["msg_type"] == "execute_reply":
                    connection.close()

        asyncio.run(asyncio.wait_for(sent(), 60))

    def nodelay(self) -> list[bool]:
        """For each open kernel WebSocket, whether TCP_NODELAY is set, once one kernel is connected."""
        kernel = self.ask("api/kernels", data=b"{}")["id"]

        async def connected() -> list[bool]:
            url = f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels?token={self.token}"
            connection = await websocket_connect(url)
            try:
                return list(await asyncio.to_thread(self.ask, "probe"))
            finally:
                connection.close()
                while await connection.read_message() is not None:
                    pass  # until the other side has closed too

        return asyncio.run(connected())


@contextmanager
def running(
    home: Path, server: tuple[str, ...] = ("imteach", "lab"), extensions: str = "{'nagle_probe': True}"
) -> Iterator[Lab]:
    """Start `imteach lab`, or this server, with a home of its own, and end it afterwards."""
    (home / "nagle_probe.py").write_text(NAGLE_PROBE)
    port = free_port()
    lab = Lab(home / "imteach-lessons", port, secrets.token_hex(8), home / "log")
    command = [
        *(sys.executable, "-m", *server, "--no-browser", "--port", str(port), "--ServerApp.port_retries=0"),
        *(f"--IdentityProvider.token={lab.token}", f"--ServerApp.jpserver_extensions={extensions}"),
    ]
    outer = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "IPYTHON"))}
    paths = os.pathsep.join(filter(None, [str(home), outer.get("PYTHONPATH")]))
    with lab.log.open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, env={**outer, "HOME": str(home), "PYTHONPATH": paths}
        )
        try:
            _wait(lab, process)
            yield lab
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait(lab: Lab, process: subprocess.Popen[bytes]) -> None:
    """Wait until JupyterLab answers; what it wrote is the failure's text if it doesn't."""
    for _ in range(300):
        try:
            lab.ask("api/status")
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None:
                break
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"JupyterLab did not start:\n{lab.log.read_text('utf-8', 'replace')}", pytrace=False)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("Ada's home, größer than [1] %41")) as lab:
        yield lab


def test_the_lessons_are_served(lab: Lab) -> None:
    served = [entry["name"] for entry in lab.ask("api/contents")["content"] if entry["type"] == "notebook"]
    assert sorted(served) == lesson_names(shipped_lessons())
    assert served
    assert (lab.folder / MANIFEST).is_file()


def test_nobody_gets_in_without_the_token(lab: Lab) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        Lab(lab.folder, lab.port, "wrong", lab.log).ask("api/contents")
    with refused.value:
        assert refused.value.code == 403


ANSWER = """
import os
os.environ["IMTEACH_PROGRESS"] = "progress.jsonl"
from imteach import Predict
Predict("How often?", "dedup", choices=["once", "twice"], answer="once").answer("twice")
"""


def test_progress_knows_the_lesson_that_a_kernel_belongs_to(lab: Lab) -> None:
    name = lesson_names(shipped_lessons())[5]
    asked = {"path": name, "name": name, "type": "notebook", "kernel": {"name": "python3"}}
    lab.run(lab.ask("api/sessions", data=json.dumps(asked).encode())["kernel"]["id"], ANSWER)
    kept = lab.folder / "progress.jsonl"
    done = json.loads(kept.read_text("utf-8"))
    assert (done["lesson"], done["about"], done["said"]) == (Path(name).stem, "How often?", "twice")


def test_the_news_toast_is_off(lab: Lab) -> None:
    setting = lab.ask("lab/api/settings/@jupyterlab/apputils-extension:notification")
    properties = setting["schema"]["properties"]
    assert properties["fetchNews"]["default"] == "false"
    assert properties["checkForUpdates"]["default"] is False
    assert setting["settings"] == {}  # the learner's own settings are untouched


def test_a_lesson_ends_where_its_last_cell_does(lab: Lab) -> None:
    """JupyterLab can scroll past the last cell, to a blank page that a learner takes for a crash."""
    properties = lab.ask("lab/api/settings/@jupyterlab/notebook-extension:tracker")["schema"]["properties"]
    assert properties["scrollPastEnd"]["default"] is False
    assert properties["windowingMode"]["default"] == "none"


def test_the_kernels_websocket_does_not_wait(lab: Lab) -> None:
    assert lab.nodelay() == [True]


def test_without_the_extension_it_would_wait(tmp_path: Path) -> None:
    """Jupyter itself does not set it: the day it does, `nodelay` has done its work."""
    without = "{'nagle_probe': True, 'imteach.lab.jupyter.nodelay': False}"
    with running(tmp_path, ("jupyter_server", "--allow-root"), without) as lab:  # JupyterLab on top takes seconds more
        assert lab.nodelay() == [False]


def test_the_first_lesson_opens(lab: Lab) -> None:
    first = lesson_names(shipped_lessons())[0]
    assert f"http://127.0.0.1:{lab.port}/lab/tree/{first}" in lab.log.read_text("utf-8")


def ours(*options: str, root: bool = False) -> list[str]:
    """The options that we add to those of the learner, which go unchanged."""
    command = _command(Path("lessons"), options, root=root)
    assert command[:4] == [sys.executable, "-P", "-m", "jupyterlab"]
    assert command[len(command) - len(options) :] == list(options)
    return [option.partition("=")[0] for option in command[4 : len(command) - len(options)]]


IP, FOLDER, URL = "--ServerApp.ip", "--ServerApp.root_dir", "--LabApp.default_url"


@pytest.mark.parametrize(
    ("options", "added"),
    [
        ([], [IP, FOLDER, URL]),
        (["--port", "8899", "--no-browser"], [IP, FOLDER, URL]),
        (["--ip", "0.0.0.0"], [FOLDER, URL]),
        (["--ServerApp.ip=0.0.0.0"], [FOLDER, URL]),
        (["--notebook-dir=x"], [IP, URL]),
        (["--ServerApp.default_url=/lab"], [IP, FOLDER]),
    ],
)
def test_what_the_learner_chooses_is_not_chosen_for_them(options: list[str], added: list[str]) -> None:
    assert ours(*options) == added


def test_root_is_let_in_once() -> None:
    assert "--allow-root" in ours(root=True)
    assert "--allow-root" not in ours("--allow-root", root=True)
    assert "--allow-root" not in ours(root=False)


def test_our_settings_stand_beside_those_of_the_learner() -> None:
    ours = {"JUPYTER_CONFIG_PATH": str(CONFIG), "JUPYTER_PATH": str(DATA)}
    assert _environment({"HOME": "/h"}) == {"HOME": "/h", **ours}
    theirs = {"JUPYTER_CONFIG_PATH": "/theirs", "JUPYTER_PATH": "/also"}
    assert _environment(theirs) == {
        "JUPYTER_CONFIG_PATH": f"{CONFIG}{os.pathsep}/theirs",
        "JUPYTER_PATH": f"{DATA}{os.pathsep}/also",
    }
    assert theirs == {"JUPYTER_CONFIG_PATH": "/theirs", "JUPYTER_PATH": "/also"}


class _Server:
    """As much of a Jupyter server as the extension looks at."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.log = self

    def warning(self, text: str, *values: object) -> None:
        self.warnings.append(text % values)


def test_without_what_it_wraps_the_extension_only_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from imteach.lab.jupyter import nodelay

    def missing(_: str) -> object:
        raise ImportError("moved")

    monkeypatch.setattr(nodelay, "import_module", missing)
    server = _Server()
    nodelay._load_jupyter_server_extension(server)
    assert server.warnings == ["imteach: no TCP_NODELAY for the kernel's WebSocket (moved); clicks take longer"]


def test_a_websocket_opens_though_the_delay_cannot_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_server.services.kernels import websocket

    from imteach.lab.jupyter.nodelay import _load_jupyter_server_extension

    class Handler:
        def open(self, kernel_id: str) -> str:
            return f"opened {kernel_id}"

    monkeypatch.setattr(websocket, "KernelWebsocketHandler", Handler)
    server = _Server()
    _load_jupyter_server_extension(server)
    _load_jupyter_server_extension(server)
    assert Handler().open("k1") == "opened k1"  # and Handler has no set_nodelay
    assert len(server.warnings) == 1


def test_a_browser_that_has_an_older_extension_asks_for_this_one(lab: Lab) -> None:
    """Jupyter's server lets browsers keep an extension for a year, so another version needs another address."""
    package = json.loads((EXTENSION / "package.json").read_text("utf-8"))
    script = (EXTENSION / "static" / "remoteEntry.js").read_bytes()
    load = package["jupyterlab"]["_build"]["load"]
    assert load == f"static/remoteEntry.js?v={hashlib.sha256(script).hexdigest()[:16]}"
    assert package["version"] == metadata.version("imteach")
    request = urllib.request.Request(
        f"http://127.0.0.1:{lab.port}/lab/extensions/imteach/{load}", headers={"Authorization": f"token {lab.token}"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.read() == script
        assert "immutable" in answer.headers["Cache-Control"]
