"""Pyodide's list of what can be imported (`pyodide-lock.json`), written anew for the wheels of a site.

`import imteach` in a notebook then loads it and what it needs from beside the page. What an entry `depends` on is
loaded with it; what is imported later, inside a function, is not looked up any more. So imteach depends on all its
extras. Pyodide's own tool for this, pyodide-lock 0.2.1, refuses msgspec's wheel.
"""

import hashlib
import re
from collections.abc import Iterable
from email import message_from_bytes
from pathlib import Path
from typing import Any
from zipfile import ZipFile

_BROWSER = {
    "extra": "",
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "wasm32",
    "platform_python_implementation": "CPython",
    "platform_system": "Emscripten",
    "python_full_version": "3.14.2",
    "python_version": "3.14",
    "sys_platform": "emscripten",
}


def lock(info: dict[str, Any], wheels: Iterable[Path]) -> dict[str, Any]:
    """Return the list for these wheels; `info` says which Python of Pyodide's it is for, as in Pyodide's own list."""
    entries = [entry(wheel) for wheel in wheels]
    known = {each["name"] for each in entries}
    for each in entries:
        each["depends"] = sorted(known & set(each["depends"]))
    return {"info": info, "packages": {each["name"]: each for each in sorted(entries, key=lambda each: each["name"])}}


def entry(wheel: Path) -> dict[str, Any]:
    """Return what the list says of one wheel: what it needs in a browser, what can be imported, its sha256."""
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        metadata = message_from_bytes(
            archive.read(next(name for name in names if name.endswith(".dist-info/METADATA")))
        )
    return {
        "name": normal(metadata["Name"]),
        "version": metadata["Version"],
        "file_name": wheel.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": _imports(names),
        "depends": _needed(metadata.get_all("Requires-Dist", [])),
        "unvendored_tests": False,
    }


def normal(name: str) -> str:
    """Return a project's name as PyPI compares it.

    >>> normal("jupyterlab_widgets")
    'jupyterlab-widgets'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def _imports(names: list[str]) -> list[str]:
    parts = [re.sub(r"\.pyc$", ".py", name).split("/") for name in names]
    modules = {part[0].removesuffix(".py") for part in parts if len(part) == 1 and part[0].endswith(".py")}
    return sorted(modules | {part[0] for part in parts if len(part) == 2 and part[1] == "__init__.py"})


def _needed(required: list[str]) -> list[str]:
    from packaging.requirements import Requirement  # it came with JupyterLite

    each = [Requirement(text) for text in required]
    return [normal(one.name) for one in each if one.marker is None or one.marker.evaluate(_BROWSER)]
