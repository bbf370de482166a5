"""Starting JupyterLab on the lessons: on this machine only, with Jupyter's token, our settings beside the learner's."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from imteach.course.workspace import lesson_names, shipped_lessons
from imteach.lazily import load

_LAB = Path(__file__).resolve().parents[1] / "lab"

CONFIG = _LAB / "jupyter_config"
"""Our settings for Jupyter: no news toast, no blank page below a lesson, and the server's extension `nodelay`.

Jupyter reads them here; `imteach lab` copies them nowhere. A wheel installs only the extension, for every JupyterLab of
its environment: how those look is not ours to choose.
"""

DATA = _LAB / "jupyter_data"
"""Our extension for the page of JupyterLab and Notebook 7. A wheel installs it too; this one fits this version."""


def serve(folder: Path, options: Sequence[str]) -> int:
    """Start JupyterLab on `folder` and return its exit status when it ends. `options` go to it unchanged."""
    command, environment = _command(folder, options, root=as_root()), _environment(os.environ)
    if os.name == "posix":
        os.execve(command[0], command, environment)  # becomes JupyterLab: Ctrl-C and a kill reach it as they should
    return subprocess.call(command, env=environment)


def as_root() -> bool:
    """Whether this process runs as root, which JupyterLab refuses without --allow-root."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def options_of_jupyterlab() -> list[str]:
    """Return the options that the JupyterLab of this environment has, besides its settings such as --ServerApp.ip.

    >>> {"--port", "--no-browser", "--help-all", "-y"} <= set(options_of_jupyterlab())
    True
    """
    app = load("jupyterlab.labapp:LabApp")
    names = [name for keys in (*app.aliases, *app.flags) for name in ([keys] if isinstance(keys, str) else keys)]
    own = ["--help", "--help-all", "--version", "-h", "-V"]  # of every program of Jupyter
    return [*own, *(f"-{name}" if len(name) == 1 else f"--{name}" for name in names)]


def _command(folder: Path, options: Sequence[str], root: bool) -> list[str]:
    """Return the command line: our options, except those that the learner sets, then the learner's options.

    >>> _command(Path("lessons"), ["--ip=0.0.0.0", "--LabApp.default_url=/lab"], root=False)[4:]
    ['--ServerApp.root_dir=lessons', '--ip=0.0.0.0', '--LabApp.default_url=/lab']
    """
    ours = {
        "--ServerApp.ip=127.0.0.1": {"ip"},
        f"--ServerApp.root_dir={folder}": {"root_dir", "notebook_dir"},
    }
    for first in lesson_names(shipped_lessons())[:1]:
        ours[f"--LabApp.default_url=/lab/tree/{quote(first)}"] = {"default_url"}
    if root:
        ours["--allow-root"] = {"allow_root"}  # JupyterLab refuses to run as root; in containers everyone is
    chosen = {_setting(option) for option in options}
    # -P: a learner's own queue.py in the current folder must not stand in for Python's.
    command = [sys.executable, "-P", "-m", "jupyterlab"]
    return [*command, *(option for option, settings in ours.items() if not settings & chosen), *options]


def _setting(option: str) -> str:
    """Return which setting an option sets: `--ServerApp.ip=…`, `--ip …` and `--ip=…` are one.

    >>> _setting("--ServerApp.ip=0.0.0.0"), _setting("--notebook-dir"), _setting("8899")
    ('ip', 'notebook_dir', '')
    """
    if not option.startswith("-"):
        return ""
    return option.lstrip("-").partition("=")[0].rpartition(".")[2].replace("-", "_")


def _environment(outer: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with our folders first in Jupyter's search paths; the learner's files are not touched.

    >>> _environment({"JUPYTER_CONFIG_PATH": "/etc/j"})["JUPYTER_CONFIG_PATH"] == f"{CONFIG}{os.pathsep}/etc/j"
    True
    """
    ours = {"JUPYTER_CONFIG_PATH": CONFIG, "JUPYTER_PATH": DATA}
    paths = {name: os.pathsep.join(filter(None, [str(path), outer.get(name)])) for name, path in ours.items()}
    return {**outer, **paths}
