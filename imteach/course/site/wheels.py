"""The wheels that a site holds, each of one version: a site made tomorrow is the same, and nothing asks a CDN."""

import subprocess
import sys
from pathlib import Path

from imteach.errors import InputError

KERNEL = {
    "asttokens": "3.0.1",
    "comm": "0.2.3",
    "decorator": "5.2.1",
    "executing": "2.2.1",
    "ipython": "9.12.0",
    "jedi": "0.19.2",  # later ones hold three times as much
    "matplotlib-inline": "0.2.1",
    "micropip": "0.11.1",
    "packaging": "26.1",
    "parso": "0.8.6",
    "prompt-toolkit": "3.0.52",
    "pure-eval": "0.2.3",
    "pygments": "2.20.0",
    "six": "1.17.0",
    "stack-data": "0.6.3",
    "traitlets": "5.14.3",
    "wcwidth": "0.6.0",
}
"""What JupyterLite's kernel needs, in the versions of Pyodide's own list."""

OURS = {
    "anywidget": "0.11.0",
    "graphviz": "0.21",
    "graphviz-anywidget": "0.8.0",
    "ipywidgets": "8.1.9",
    "msgspec": "0.23.0",
    "networkx": "3.6.1",
    "psygnal": "0.15.1",
    "tqdm": "4.67.3",
    "typing-extensions": "4.15.0",
}
"""What imteach needs there. Without matplotlib: its numbers are 20 MB, and only a plot needs them."""

PAGES = {"jupyterlab-widgets": "3.0.17"}
"""What only JupyterLab's page needs, and no Python."""

_PYTHON = ["--python-version", "3.14", "--implementation", "cp", "--abi", "cp314", "--abi", "none"]
_PLATFORM = ["--platform", "pyemscripten_2026_0_wasm32", "--only-binary", ":all:", "--no-deps"]


def fetch(folder: Path) -> list[Path]:
    """Let pip put all of them into the folder, and return them. Raises `InputError` if it cannot."""
    named = [f"{name}=={version}" for name, version in (KERNEL | OURS | PAGES).items()]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--dest", str(folder)]
    done = subprocess.run([*pip, *_PLATFORM, *_PYTHON, *named], capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"pip cannot fetch the wheels of a site: {last_line(done.stderr, 'ERROR')}")
    return sorted(folder.glob("*.whl"))


def last_line(said: str, sign: str = "") -> str:
    r"""Return the last line that has this sign, or the last one at all: where a program says why it failed.

    >>> last_line("ERROR: no such wheel\nNotice: a new pip", "ERROR")
    'ERROR: no such wheel'
    """
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    signed = (line for line in reversed(lines) if sign in line and line != "ERROR: Exception:")  # pip's own stumbling
    return next(signed, lines[-1] if lines else "it said nothing")
