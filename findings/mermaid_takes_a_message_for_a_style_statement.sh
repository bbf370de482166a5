#!/usr/bin/env bash
#
# Mermaid 11.16.1, as JupyterLab 4.6.6 brings it                                                  2026-11-29
#
# What it does. A message or a note of a sequence diagram may stand for a sign by an entity code, such as `#36;` for the
# dollar. But where a line has the letters `style` (or `classDef`) anywhere, even inside a word, and after them a colon
# that no space parts from an entity, its last `;` is taken away. The last entity of that line then has no end, and from
# there on nothing is drawn: `lifestyle:5#36; a month` becomes `lifestyle:5`. No error, and the rest of the picture is
# whole. The entity that is lost need not be the one that stands at the colon.
#
# What one would have guessed. An entity code means the same in every text. `style` and `classDef` begin statements in
# flowcharts; a sequence diagram has neither, and what stands behind a message's colon is text up to the line's end.
#
# Why it matters. A program that writes learners' words into a Mermaid diagram replaces the signs of its language by
# entities, and has done all that the manual asks. Still a text loses its end, without a word, depending on letters that
# no list of special signs contains. Writing the colon as an entity too (`#58;`) helps.
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

# What is written, and what of it is drawn.
DRAWN = {
    "fashion:5#36; a month": "fashion:5$ a month",
    "lifestyle: 5#36; a month": "lifestyle: 5$ a month",
    "lifestyle:5#36; a month": "lifestyle:5",
    "classDef:5#36; a month": "classDef:5",
    "lifestyle:5#36; or 6#36; a month": "lifestyle:5$ or 6",
    "line style.css:12#44; then pay 6#36; a month": "line style.css:12, then pay 6",
    "lifestyle#58;5#36; a month": "lifestyle:5$ a month",
}

OPEN = """async (path) => {
    await window.jupyterapp.restored;
    await window.jupyterapp.commands.execute("docmanager:open", {path, factory: "Markdown Preview"});
}"""

TEXTS = """(img) => {
    const svg = decodeURIComponent(img.src.slice(img.src.indexOf(",") + 1));
    const drawn = new DOMParser().parseFromString(svg, "image/svg+xml");
    return [...drawn.querySelectorAll("text")].map((text) => text.textContent);
}"""


def diagram(texts):
    """Each text as a message, then each as a note."""
    messages = [f"    buyer->>shop: {text}" for text in texts]
    notes = [f"    Note over buyer: {text}" for text in texts]
    return "\n".join(["```mermaid", "sequenceDiagram", *messages, *notes, "```", ""])


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


def drawn(browser, port, token):
    """All texts of the picture, as JupyterLab's preview of a Markdown file shows it."""
    with sync_playwright() as playwright:
        only_here = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        chromium = playwright.chromium.launch(executable_path=browser, args=[only_here])
        try:
            page = chromium.new_page()
            page.set_default_timeout(1000 * PATIENCE)
            page.goto(f"http://127.0.0.1:{port}/lab?token={token}")
            page.wait_for_function("() => window.jupyterapp !== undefined")
            page.evaluate(OPEN, "page.md")
            return page.locator(".jp-RenderedMermaid img").evaluate(TEXTS)
        finally:
            chromium.close()


def bundled(package):
    """The version of a JavaScript package in this JupyterLab, as its list of licences has it."""
    licences = Path(sys.prefix, "share", "jupyter", "lab", "static", "third-party-licenses.json")
    packages = json.loads(licences.read_text("utf-8"))["packages"]
    return next(found["versionInfo"] for found in packages if found["name"] == package)


def main(browser):
    print(f"jupyterlab {version('jupyterlab')}, mermaid {bundled('mermaid')}\n")
    Path("files", "page.md").write_text(diagram(DRAWN), "utf-8")
    port, token = free_port(), secrets.token_hex(16)
    with jupyterlab(port, token):
        texts = drawn(browser, port, token)
    # Each participant's name stands above its line and below; what is left are the messages and notes.
    texts = [text for text in texts if text not in {"buyer", "shop"}]
    for written, expected in DRAWN.items():
        count = texts.count(expected)
        print(f"{written:46} -> {expected if count else 'otherwise'}")
    print()
    if sorted(texts) != sorted([*DRAWN.values()] * 2):
        print("The behaviour has changed. Drawn were, as messages and as notes:", *texts, sep="\n    ")
        return 1
    print("As described, in messages and in notes: behind `style…:…#` a line's last entity is lost, and all after it.")
    return 0


sys.exit(main(sys.argv[1]))
PYTHON

"$folder/venv/bin/python" "$folder/finding.py" "$browser"
