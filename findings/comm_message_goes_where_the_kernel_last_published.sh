#!/usr/bin/env bash
#
# ipykernel 7.4.0 (with jupyter_client 8.10.0, comm 0.2.3)                                        2026-11-29
#
# What it does. A comm message that a front end addresses to a subshell (`subshell_id` in the message's header) is not
# handled in that subshell, but in the one for which the kernel last published on this comm, whatever the header says.
# So after a cell of the main shell has sent anything on the comm, the next such message waits until the running cell
# has ended. If its handler answers on the comm, the one after it is handled beside the running cell, as addressed: the
# answer counts as the subshell's, though the main thread sent it. Once something was published for the subshell, a
# message that names no subshell, which by the protocol is for the main shell, is handled in the subshell too. A comm
# that a cell opened starts out in the main shell, because its comm_open counts as published. With ipykernel 7.3.0 the
# header decides.
#
# What one would have guessed. The header decides, as it does for execute_request: that is what `subshell_id` is for.
#
# Why it matters. A widget is a comm that a cell opened. A front end that gives clicks to a subshell, so that they are
# answered while a cell runs, gets no such thing for the first click, nor for the first after each cell that changed the
# widget; later ones are quick. So the thread of a callback differs from click to click: a kit of widgets needs a lock
# around its state, and a test that clicks once while a cell runs tells the opposite of one that clicks twice.
#
# Ends with 0 if it is as described, with 1 if it is not, with anything else if it could not be tried.

set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    ipykernel==7.4.0 jupyter_client==8.10.0 comm==0.2.3 ipython==9.18.1 pyzmq==27.3.0 tornado==6.6.1 traitlets==5.16.1 \
    || exit 2

# None of this user's own settings, kernels or history.
export HOME="$folder" IPYTHONDIR="$folder/ipython" JUPYTER_PLATFORM_DIRS=0
export JUPYTER_CONFIG_DIR="$folder/config" JUPYTER_DATA_DIR="$folder/data" JUPYTER_RUNTIME_DIR="$folder/runtime"
unset JUPYTER_PATH JUPYTER_CONFIG_PATH PYTHONPATH
cd "$folder"

cat >"$folder/finding.py" <<'PYTHON'
import sys
import time
from importlib.metadata import version

from jupyter_client import KernelManager

CELL_SECONDS = 3
PATIENCE = 30

SET_UP = """
import threading, time
from comm import create_comm, get_comm_manager

comms, busy = {}, False

def serve(comm):
    comms[comm.comm_id] = comm
    comm.on_msg(lambda message: answer(comm, message))

def answer(comm, message):
    where = "the main shell" if threading.current_thread() is threading.main_thread() else "the subshell"
    comm.send({"answered in": where, "cell still running": busy})

get_comm_manager().register_target("finding", lambda comm, message: serve(comm))
"""

OPEN_IN_A_CELL = """
comm = create_comm(target_name="finding", comm_id="opened by the kernel")
serve(comm)
"""

LONG_CELL = f"""
busy = True
print("running", flush=True)
time.sleep({CELL_SECONDS})
busy = False
"""


class FrontEnd:
    """Talks to one kernel."""

    def __init__(self, client):
        self.client = client
        self.subshell = self.control("create_subshell_request", {})["subshell_id"]

    def control(self, kind, content):
        request = self.client.session.msg(kind, content)
        self.client.control_channel.send(request)
        return self.client.get_control_msg(timeout=PATIENCE)["content"]

    def send(self, kind, content, subshell=None):
        """Send a message on the shell channel, and return its id."""
        message = self.client.session.msg(kind, content)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)
        return message["header"]["msg_id"]

    def wait_for(self, kind, parent, what=lambda content: True):
        """The content of the first message that the kernel publishes of this kind, because of that parent."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            because = message["parent_header"].get("msg_id")
            if (message["msg_type"], because) == (kind, parent) and what(message["content"]):
                return message["content"]
        sys.exit(f"no {kind} within {PATIENCE} s")

    def start(self, code, subshell=None):
        return self.send("execute_request", {"code": code, "silent": False, "allow_stdin": False}, subshell)

    def run(self, code, subshell=None):
        self.done(self.start(code, subshell))

    def done(self, request):
        self.wait_for("status", request, lambda content: content["execution_state"] == "idle")

    def while_a_cell_runs(self, kind, content, subshell, reply, read):
        """Send this while a cell of the main shell runs; return where it was handled, if the cell still ran, when."""
        cell = self.start(LONG_CELL)
        self.wait_for("stream", cell)
        sent = time.monotonic()
        seen = read(self.wait_for(reply, self.send(kind, content, subshell)))
        seconds = time.monotonic() - sent
        if seen[1]:  # otherwise its end is already behind us
            self.done(cell)
        return *seen, seconds

    def click(self, comm, subshell):
        content = {"comm_id": comm, "data": {"click": True}}
        keys = ("answered in", "cell still running")
        return self.while_a_cell_runs(
            "comm_msg", content, subshell, "comm_msg", lambda reply: [reply["data"][key] for key in keys]
        )

    def execute(self, subshell):
        code = "('the main shell' if threading.current_thread() is threading.main_thread() else 'the subshell', busy)"
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        return self.while_a_cell_runs(
            "execute_request", content, subshell, "execute_result", lambda reply: eval(reply["data"]["text/plain"])
        )


def rows(front_end):
    """Each step: what it is, where the message was handled, if the cell still ran then, after how many seconds."""
    subshell, here, there = front_end.subshell, "opened by the front end", "opened by the kernel"
    front_end.run(SET_UP)
    yield "execute_request, for the subshell", front_end.execute(subshell)
    front_end.done(front_end.send("comm_open", {"comm_id": here, "target_name": "finding", "data": {}}))
    yield "opened by the front end; nothing published yet; for the subshell", front_end.click(here, subshell)
    front_end.run(f"comms[{here!r}].send('from a cell')")
    yield "a cell of the main shell has sent on it; for the subshell", front_end.click(here, subshell)
    yield "once more, after its answer; for the subshell", front_end.click(here, subshell)
    front_end.run(f"comms[{here!r}].send('from the subshell')", subshell)
    yield "the subshell has sent on it; for the main shell (no subshell_id)", front_end.click(here, None)
    front_end.run(OPEN_IN_A_CELL)
    yield "opened by a cell of the main shell; for the subshell", front_end.click(there, subshell)


SUBSHELL, MAIN = ("the subshell", True), ("the main shell", False)
EXPECTED = [SUBSHELL, SUBSHELL, MAIN, SUBSHELL, SUBSHELL, MAIN]


def main():
    print(", ".join(f"{name} {version(name)}" for name in ("ipykernel", "jupyter_client", "comm")))
    print(f"Each message is sent while a cell of {CELL_SECONDS} s runs in the main shell.\n")
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(extra_arguments=["--log-level=ERROR"])  # it warns that loopback is not encrypted
    try:
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
        seen = []
        for what, (where, running, seconds) in rows(FrontEnd(client)):
            print(f"{what:64} -> {where:14} {'beside' if running else 'after'} the cell, {seconds:.1f} s", flush=True)
            seen.append((where, running))
        client.stop_channels()
    finally:
        manager.shutdown_kernel(now=True)
    print()
    if seen != EXPECTED:
        print("The behaviour has changed.")
        return 1
    print("As described: where the kernel last published on the comm decides, not the header.")
    return 0


sys.exit(main())
PYTHON

"$folder/venv/bin/python" "$folder/finding.py"
