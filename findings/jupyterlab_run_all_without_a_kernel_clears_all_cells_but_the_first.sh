#!/usr/bin/env bash
#
# JupyterLab 4.6.6                                                                                2026-11-30
#
# What it does. In a notebook that is open and whose kernel was shut down (by *Shut Down Kernel* of its menu, or by the
# server because it was idle), *Run All Cells* starts a kernel and runs the first cell. All other code cells lose their
# outputs and do not run: no number, no error, no message. *Run All Cells* once more runs all of them.
#
# What one would have guessed. *Run All Cells* runs all cells, as it does in a notebook that was just opened; or, where
# there is no kernel, it says so and leaves the outputs alone.
#
# Why it matters. Servers for a class end idle kernels to save memory. A learner comes back, chooses *Run All Cells*, and
# half an hour of outputs is gone without a word; whoever saves now has lost them. An extension can wait for the kernel
# before it lets a command run cells.
#
# Needs Chromium or Chrome. Ends with 0 if it is as described, with 1 if it is not, with 77 if there is no browser, with
# anything else if it could not be tried.

set -eu
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
    echo "Not tried: no chromium, chromium-browser or google-chrome on PATH."
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv" || exit 2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-compile jupyterlab==4.6.6 playwright==1.65.2 \
    || exit 2

# None of this user's own settings or files.
export HOME="$folder" IPYTHONDIR="$folder/ipython" JUPYTER_PLATFORM_DIRS=0
export JUPYTER_CONFIG_DIR="$folder/config" JUPYTER_DATA_DIR="$folder/data" JUPYTER_RUNTIME_DIR="$folder/runtime"
export JUPYTERLAB_SETTINGS_DIR="$folder/settings" JUPYTERLAB_WORKSPACES_DIR="$folder/workspaces"
unset JUPYTER_PATH JUPYTER_CONFIG_PATH JUPYTERLAB_DIR PYTHONPATH
mkdir "$folder/files"
cd "$folder"

cat >"$folder/finding.py" <<'PYTHON'
import json
import secrets
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import sync_playwright

PATIENCE = 40  # seconds

CELLS = ["1 + 10", "2 + 20", "3 + 30"]
DONE = [(1, "11"), (2, "22"), (3, "33")]

OPEN = """async () => {
    await window.jupyterapp.restored;
    const panel = await window.jupyterapp.commands.execute("docmanager:open", {path: "book.ipynb"});
    await panel.context.ready;
    await panel.sessionContext.ready;
    await panel.sessionContext.session.kernel.info;
}"""

COMMAND = "(id) => window.jupyterapp.commands.execute(id).then(() => null)"

SHUT_DOWN = """async () => {
    await window.jupyterapp.commands.execute("kernelmenu:shutdown");
    const {sessionContext} = window.jupyterapp.shell.currentWidget;
    while (!sessionContext.hasNoKernel) await new Promise((done) => setTimeout(done, 50));
}"""

SHOWN = """() => window.jupyterapp.shell.currentWidget.model.toJSON().cells.map((cell) => [
    cell.execution_count,
    cell.outputs.map((output) => output.data["text/plain"]).join(),
])"""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextmanager
def jupyterlab(port, token):
    options = [
        "--no-browser",
        "--allow-root",
        "--ServerApp.root_dir=files",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]
    with open("jupyterlab.log", "wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/api", server)
            yield
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def wait_for(address, server):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            urlopen(address).close()
            return
        except URLError:
            time.sleep(0.2)
    print(Path("jupyterlab.log").read_text(), "JupyterLab did not start.", file=sys.stderr)
    sys.exit(3)


def settled(page):
    """What each cell shows, once it has been the same for three seconds."""
    shown, since = page.evaluate(SHOWN), time.monotonic()
    while time.monotonic() - since < 3:
        time.sleep(0.2)
        if (now := page.evaluate(SHOWN)) != shown:
            shown, since = now, time.monotonic()
    return [(number, text) for number, text in shown]


def tried(browser, port, token):
    """What stands below the cells after each step."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser)
        try:
            page = chromium.new_page()
            page.set_default_timeout(1000 * PATIENCE)
            page.goto(f"http://127.0.0.1:{port}/lab?token={token}")
            page.wait_for_function("() => window.jupyterapp !== undefined")
            page.evaluate(OPEN)
            steps = {}
            page.evaluate(COMMAND, "notebook:run-all-cells")
            steps["Run All Cells"] = settled(page)
            page.evaluate(SHUT_DOWN)
            steps["Shut Down Kernel"] = settled(page)
            page.evaluate(COMMAND, "notebook:run-all-cells")
            steps["Run All Cells, without a kernel"] = settled(page)
            page.evaluate(COMMAND, "notebook:run-all-cells")
            steps["Run All Cells, once more"] = settled(page)
            return steps
        finally:
            chromium.close()


def book():
    """A notebook with these cells, never run."""
    empty = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"cell-{place}", "source": code} for place, code in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def main(browser):
    print(f"jupyterlab {version('jupyterlab')}\n")
    Path("files", "book.ipynb").write_text(json.dumps(book()), "utf-8")
    port, token = free_port(), secrets.token_hex(16)
    with jupyterlab(port, token):
        steps = tried(browser, port, token)
    for step, cells in steps.items():
        print(f"{step:32} {cells}")
    print()
    if list(steps.values()) != [DONE, DONE, [DONE[0], (None, ""), (None, "")], [(2, "11"), (3, "22"), (4, "33")]]:
        print("The behaviour has changed.")
        return 1
    print("As described: without a kernel, Run All Cells runs the first cell and clears all others.")
    return 0


sys.exit(main(sys.argv[1]))
PYTHON

"$folder/venv/bin/python" "$folder/finding.py" "$browser"
