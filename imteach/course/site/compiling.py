"""Compile what a page imports first, so that no reader's browser has to: a quarter of the time until Python answers.

This file is run by the site's own Python, that of a browser, for what another one compiles it does not take:
`compile.mjs` starts both in node when a site is built. Imports only the standard library.
"""

import sys
from importlib.util import MAGIC_NUMBER, source_hash
from marshal import dumps
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PLACE = "/lib/python3.14/site-packages/"
"""Where wheels are unpacked in a browser."""

_NOT_THERE = ("/tests/", ".data/", "/labextension/")
"""In the names of files that no browser's Python reads: tests, and what a Jupyter on a machine shows a page by."""

_UNCHECKED = (1).to_bytes(4, "little")
"""Of PEP 552: nobody compares with the source, which came in the same wheel, if it came at all."""


def imported() -> set[str]:
    """Return the files that were imported from wheels until now, by their names in the wheels."""
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    return {file.removeprefix(PLACE) for file in files if file.startswith(PLACE) and file.endswith(".py")}


def compile_in(wheel: str, files: set[str], target: str) -> None:
    """Write the wheel anew, with these of its files compiled, and without what no browser's Python reads.

    A file of imteach stays beside what was made of it: a lesson shows it, and an error points at its line.
    """
    with ZipFile(wheel) as before, ZipFile(target, "w") as after:
        for name in before.namelist():
            if any(part in name for part in _NOT_THERE):
                continue
            content = before.read(name)
            if name in files:
                after.writestr(ZipInfo(_compiled_name(name)), _compiled(name, content), ZIP_DEFLATED, 9)
            if name not in files or name.startswith("imteach/"):
                after.writestr(ZipInfo(name), content, ZIP_DEFLATED, 9)


def _compiled_name(name: str) -> str:
    """Where Python looks: in `__pycache__` where there is a source, else in the place of the source."""
    if not name.startswith("imteach/"):
        return f"{name}c"
    folder, _, file = name.rpartition("/")
    return f"{folder}/__pycache__/{file.removesuffix('.py')}.{sys.implementation.cache_tag}.pyc"


def _compiled(name: str, source: bytes) -> bytes:
    code = compile(source, PLACE + name, "exec", dont_inherit=True)
    return MAGIC_NUMBER + _UNCHECKED + source_hash(source) + dumps(code)
