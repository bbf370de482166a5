#!/usr/bin/env bash
#
# jupyterlite-pyodide-kernel 0.8.6 (its wheel pyodide_kernel), in Pyodide 314.0.6                  2026-11-30
#
# What it does. When the kernel of JupyterLite starts, it puts modules of its own in the place of some. `resource`, which
# Pyodide does not have, can then be imported and is empty. `fcntl` and `termios`, which Pyodide has, are empty from then
# on, but for one number: no `fcntl.flock`, no `termios.tcgetattr`.
#
# What one would have guessed. A module that a platform does not have cannot be imported there, as `resource` on Windows.
# So `try: import resource` with `except ImportError`, the usual guard, is enough; and what was tried in Pyodide itself is
# the same in a notebook.
#
# Why it matters. Code with this guard works on Linux, on Windows and in Pyodide, and raises AttributeError in a notebook of
# JupyterLite, at the first use. To import the name (`from resource import getrusage`) raises ImportError in all of them
# where it should.
#
# Needs npm and node. Ends with 0 if it is as described, with 1 if it is not, with 77 if they are not there, with anything
# else if it could not be tried.

set -eu
for program in npm node; do
    command -v "$program" >/dev/null || {
        echo "Not tried: no $program on PATH."
        exit 77
    }
done
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
unset PYTHONPATH
python3 -m venv "$folder/venv" || exit 2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --no-compile \
    jupyterlite-pyodide-kernel==0.8.6 || exit 2
cd "$folder"
npm install --silent --no-audit --no-fund pyodide@314.0.6 || exit 2
cp "$(find venv -name 'pyodide_kernel-0.8.6-*.whl' | head -n 1)" kernel.whl || exit 2

cat >finding.py <<'PYTHON'
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from zipfile import ZipFile

GONE = "ModuleNotFoundError"
EMPTIED = {"resource": [], "fcntl": [], "termios": ["TCSAFLUSH"]}


def has(name):
    """What the module offers, or the error that its import raises."""
    try:
        return sorted(word for word in vars(import_module(name)) if not word.startswith("__"))
    except ImportError as error:
        return type(error).__name__


print("Python", sys.version.split()[0], "on", sys.platform)
before = {name: has(name) for name in EMPTIED}
with ZipFile("kernel.whl") as wheel:
    wheel.extractall("kernel")
spec = spec_from_file_location("mocks", "kernel/pyodide_kernel/mocks.py")  # what the kernel does first when it starts
mocks = module_from_spec(spec)
spec.loader.exec_module(mocks)
mocks.apply_mocks()
after = {name: has(name) for name in EMPTIED}
for name in EMPTIED:
    pyodide = before[name] if before[name] == GONE else f"{len(before[name])} names"
    print(f"{name:8} in Pyodide: {pyodide}; in the kernel: {after[name]}")
had = {name for name in EMPTIED if before[name] != GONE and len(before[name]) > 10}
as_described = had == {"fcntl", "termios"} and before["resource"] == GONE and after == EMPTIED
print("\nAs described." if as_described else "\nThe behaviour has changed.")
as_described
PYTHON

cat >finding.mjs <<'NODE'
import { readFileSync } from "node:fs";
import { loadPyodide, version } from "pyodide";

const python = await loadPyodide();
console.log("pyodide", version);
python.FS.writeFile("kernel.whl", readFileSync("kernel.whl"));
process.exit(python.runPython(readFileSync("finding.py", "utf-8")) ? 0 : 1);
NODE
node finding.mjs
