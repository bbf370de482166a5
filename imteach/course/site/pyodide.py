"""Pyodide, the Python of a browser: its core comes from npm, without the packages that Pyodide brings along."""

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

from imteach.course.site.wheels import last_line
from imteach.errors import InputError

_CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")


def fetch_pyodide(folder: Path, version: str) -> dict[str, Any]:
    """Put Pyodide's core into the folder; return what its own list says of it. Raises `InputError` if npm cannot."""
    npm = shutil.which("npm")
    if npm is None:
        raise InputError("npm is not installed, and Pyodide comes from there; on Debian: apt install npm")
    done = subprocess.run(
        [npm, "pack", "--silent", f"pyodide@{version}"], cwd=folder, capture_output=True, text=True, check=False
    )
    packed = next(folder.glob("pyodide-*.tgz"), None)
    if done.returncode or packed is None:
        raise InputError(f"npm cannot fetch pyodide {version}: {last_line(done.stderr, 'ERR')}")
    with tarfile.open(packed) as archive:
        for name in _CORE:
            source = archive.extractfile(f"package/{name}")
            assert source is not None, name
            (folder / name).write_bytes(source.read())
    packed.unlink()
    info: dict[str, Any] = json.loads((folder / "pyodide-lock.json").read_text("utf-8"))["info"]
    return info
