"""How much memory a class takes on a JupyterHub, and a learner who opens all lessons. Linux only.

    python tests/bench/class_memory.py [LEARNERS] [KERNELS]

It fetches JupyterHub into a temporary folder and starts it with `docs/jupyterhub_config.py`. So many LEARNERS (4) get
a server each, with so many KERNELS each (5, of which none is let go). It is measured when the kernels have started, and
again when each has shown a Lab. Then, by `imteach lab`, one learner opens every lesson and runs all of it: once all
kernels stay, once those that `imteach lab` keeps. The ratio of the two is printed.

MiB are PSS of /proc/PID/smaps_rollup: what a process has for itself (USS), and its share of what it has together with
others, such as the code of libraries. So the sum of all is what the machine really holds, which a sum of RSS is not.
USS stands beside it: what one more of them takes.
"""

import asyncio
import json
import os
import secrets
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "shared"))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import driving
import nbformat
from class_server import ClassServer, class_server, install
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

SHOW_A_LAB = "from imteach import Lab\nLab('dedup')"
ALL = 99
SETTLED = 15  # seconds; the last kernels that are let go end 10 s after a start

KINDS = {"kernel": "ipykernel_launcher", "server": "jupyterhub-singleuser", "proxy": "configurable-http-proxy"}


def memory(pid: int) -> tuple[float, float]:
    """Return the PSS and the USS of a process, in MiB."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kib = {name.rstrip(":"): int(size) for name, size, _ in map(str.split, lines)}
    return kib["Pss"] / 1024, (kib["Private_Clean"] + kib["Private_Dirty"]) / 1024


def below(pid: int) -> list[int]:
    """Return a process and all that it has started."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has just ended
        children.setdefault(parent, []).append(int(stat.parent.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def by_kind(pid: int) -> dict[str, list[tuple[float, float]]]:
    """Return the memory of a process and of all that it has started, by what they are."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in below(pid):
        command = Path(f"/proc/{one}/cmdline").read_text("utf-8").split("\0")
        kind = next((kind for kind, word in KINDS.items() if any(word in part for part in command)), "rest")
        found.setdefault(kind, []).append(memory(one))
    return found


def tell(what: str, sizes: Iterable[tuple[float, float]]) -> None:
    """Print a line: how many, and MiB for each and for all."""
    pss, uss = zip(*sizes, strict=True)
    each = f"{sum(pss) / len(pss):6.1f} each (USS {sum(uss) / len(uss):.1f})" if len(pss) > 1 else ""
    print(f"{what:32} {len(pss):4}  {sum(pss):7.0f} MiB  {each}", flush=True)


def _is_reply(message: str | bytes | None, errors: bool) -> bool:
    if not isinstance(message, str):
        return False  # a widget's own files come as bytes
    answer = json.loads(message)
    if answer["content"].get("status") == "error" and not errors:
        raise SystemExit(f"a cell failed: {answer['content']}")
    return bool(answer["header"]["msg_type"] == "execute_reply")


async def _run(kernel: str, token: str, cells: list[str], errors: bool) -> None:
    channels = HTTPRequest(kernel.replace("http", "ws", 1), headers={"Authorization": f"token {token}"})
    connection = await websocket_connect(channels)
    for code in cells:
        header = {"msg_id": secrets.token_hex(8), "msg_type": "execute_request", "version": "5.3"}
        header |= {"session": secrets.token_hex(8), "username": "", "date": "2026-11-30T10:45:00Z"}
        request = {"header": header, "parent_header": {}, "metadata": {}, "channel": "shell", "buffers": []}
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "stop_on_error": False}
        await connection.write_message(json.dumps({**request, "content": content}))
        while not _is_reply(await connection.read_message(), errors):
            pass
    connection.close()


def run(api: str, token: str, kernel: str, cells: list[str], errors: bool = False) -> None:
    """Run these cells in a kernel, as a page does."""
    asyncio.run(asyncio.wait_for(_run(f"{api}/kernels/{kernel}/channels", token, cells, errors), 300))


def a_class(server: ClassServer, learners: int, kernels: int) -> None:
    """Let so many learners come, and print what they take."""
    started = []
    for number in range(learners):
        server.ask(f"hub/api/users/learner-{number}", {})
        api = server.start(f"learner-{number}")
        started += [(api, server.ask(f"{api}/kernels", {})["id"]) for _ in range(kernels)]
    time.sleep(SETTLED)
    tell("kernels that have started", by_kind(server.process.pid)["kernel"])
    for api, kernel in started:
        run(f"{server.address}/{api}", server.token, kernel, [SHOW_A_LAB])
    time.sleep(1)
    found = by_kind(server.process.pid)
    tell("kernels with a Lab", found["kernel"])
    tell("servers of learners", found["server"])
    tell("the Hub and its proxy", found["proxy"] + found["rest"])
    tell("all together", [size for sizes in found.values() for size in sizes])


def all_lessons(home: Path, settings: dict[str, Any]) -> float:
    """Open all lessons by `imteach lab` and run all of them; return the MiB of the kernels that are left."""
    config = home / "config_dir" / "jupyter_server_config.json"
    config.parent.mkdir(parents=True)
    config.write_text(json.dumps(settings))
    with driving.jupyterlab(home) as server:
        api = f"{server.address}/api"
        before = time.monotonic()
        for lesson in sorted(server.folder.glob("*.ipynb")):
            asked = {"path": lesson.name, "name": lesson.name, "type": "notebook", "kernel": {"name": "python3"}}
            headers = {"Authorization": f"token {server.token}"}
            request = urllib.request.Request(f"{api}/sessions", data=json.dumps(asked).encode(), headers=headers)
            with urllib.request.urlopen(request, timeout=60) as answer:
                kernel = json.load(answer)["kernel"]["id"]
            cells = [cell.source for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "code"]
            run(api, server.token, kernel, cells, errors=True)  # some lessons show one
        time.sleep(SETTLED)
        sizes = by_kind(os.getpid())["kernel"]
    tell(f"all lessons, after {time.monotonic() - before:.0f} s", sizes)
    return sum(pss for pss, _ in sizes)


def main(learners: str = "4", kernels: str = "5") -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for part in ("class", "before", "after"):
            (home / part).mkdir()
        with class_server(home / "class", install(home / "class")) as server:
            a_class(server, int(learners), int(kernels))
        before = all_lessons(home / "before", {"FewKernels": {"most": ALL}})
        after = all_lessons(home / "after", {})
        print(f"of all lessons, those that keep their kernels take × {after / before:.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
