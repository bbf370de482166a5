"""Pyodide, the Python of a browser: its core comes from npm, without the packages that Pyodide brings along.

node, which comes with npm, runs it when a site is built, to compile what a page imports first.
"""

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from imteach.course.site.wheels import last_line
from imteach.errors import InputError

_CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


_HERE = Path(__file__).resolve().parent


def fetch_pyodide(folder: Path, version: str) -> dict[str, Any]:
    """Put Pyodide's core into the folder; return what its own list says of it. Raises `InputError` if npm cannot."""
    npm = shutil.which("npm")
    if npm is None:
        raise InputError("npm is not installed, and Pyodide comes from there; on Debian: apt install npm")
    done = subprocess.run(
        [npm, "pack", "--loglevel=error", f"pyodide@{version}"], cwd=folder, capture_output=True, text=True, check=False
    )
    packed = next(folder.glob("pyodide-*.tgz"), None)
    if done.returncode or packed is None:
        raise InputError(f"npm cannot fetch pyodide {version}: {_why(done.stderr)}")
    with tarfile.open(packed) as archive:
        for name in _CORE:
            source = archive.extractfile(f"package/{name}")
            assert source is not None, name
            (folder / name).write_bytes(source.read())
    packed.unlink()
    info: dict[str, Any] = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["info"]
    return info


def _why(said: str) -> str:
    r"""Return npm's first line that is a sentence: before it stand numbers, and after it what it says to everybody.

    >>> _why("npm error code ENOSPC\nnpm error nospc ENOSPC: no space left\nnpm error nospc Clear up")
    'npm error nospc ENOSPC: no space left'
    """
    lines = [line for line in said.splitlines() if not re.match(r"npm (error|ERR!) (code|syscall|errno|path)\b", line)]
    return lines[0] if lines else last_line(said)


def compile_first(folder: Path, packages: Iterable[str]) -> None:
    """Let this Pyodide compile, in the wheels beside it, what is imported until a first lab is there.

    `packages` are those that it starts with. Raises `InputError` if it cannot.
    """
    node = shutil.which("node")
    if node is None:
        raise InputError("node is not installed, and Pyodide runs in it; on Debian: apt install nodejs")
    command = [node, str(_HERE / "compile.mjs"), str(folder), str(_HERE / "compiling.py"), *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError(f"Pyodide cannot compile the wheels of a site: {last_line(done.stderr, 'Error')[:300]}")
