"""Build the site: what it needs is fetched, JupyterLite puts it together, and then it takes its place in one move."""

import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from stat import S_ISDIR
from tempfile import TemporaryDirectory
from typing import Any

from imteach.course.site.lock import lock
from imteach.course.site.opening import open_first, say_what_is_loading
from imteach.course.site.own import own_wheel
from imteach.course.site.pyodide import compile_first, fetch_pyodide
from imteach.course.site.wheels import OURS, fetch, last_line
from imteach.course.workspace import MANIFEST, lesson_names, refresh
from imteach.errors import InputError, comes_with
from imteach.files import left_behind

MARK = "imteach-site.json"
"""The file by which a folder is known as a site of ours, so that a newer one may take its place."""

VERSION = "imteach_site"
"""In a lesson's metadata: which version of it a site has."""

_BESIDE = ".imteach-site-"
"""How the folder's name begins in which a site is built, beside the place that it will take."""

_BEFORE = "before"
"""In there: the site before, from the moment when it is moved away to that when the new one is in its place."""

_AT_ONCE = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "imteach"]
"""What Pyodide loads side by side when it starts; what the kernel misses here it would fetch later, one by one."""

_ATTEMPTS = 20
"""How often a build tries to take its place, if others take it at the same moment."""

_PROGRESS = {"IMTEACH_PROGRESS": "/drive/progress.jsonl"}
"""Beside the lessons, in the browser's storage: a home folder there lasts as long as its kernel."""

_KERNEL = "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/package.json"


def build(target: Path, version: str) -> Path:
    """Build the site of this version of imteach in `target`, or anew where there is one, and return it.

    It needs the extra `site`, pip, npm and a network. What somebody put into the folder of a site, such as the file
    CNAME or a git repository, is in that of the new one, too.

    Raises `InputError` if something else is there, which stays as it is, or if a part cannot be fetched.
    """
    _check_place(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _clear_up(target)
        with TemporaryDirectory(prefix=_BESIDE, dir=target.parent) as folder:
            work = Path(folder).absolute()  # JupyterLite runs in there; Python 3.11 makes a relative one of "public"
            site = _built(work, version)
            ours = sorted([MARK, *(path.name for path in site.iterdir())])
            _write(site / MARK, {"imteach": version, "files": ours})
            _check_place(target)  # it took a minute
            _take_place(site, target, work / _BEFORE)
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror or error}") from None
    return target


def _check_place(target: Path) -> None:
    """Raise `InputError` unless there is nothing at `target`, or a site of ours."""
    if _is_no_folder(target):
        raise InputError(f"{target} is no folder; name a new one for the site")
    if all(_holds_something_else(target) for _ in range(2)):  # twice, for another build may be moving it right now
        raise InputError(f"{target} holds something that is no site of imteach, and stays as it is; name a new folder")


def _is_no_folder(target: Path) -> bool:
    """Whether something else is there. It is looked at once, for another build may be moving it right now."""
    try:
        return not S_ISDIR(target.lstat().st_mode)
    except FileNotFoundError:
        return False


def _clear_up(target: Path) -> None:
    """Put right what a build has left that was killed: the site that it had moved away, and what it had fetched."""
    for work in list(target.parent.glob(f"{_BESIDE}*")):
        before = work / _BEFORE / target.name
        with suppress(OSError):  # it is there again, for another build is at work
            if not target.exists():
                before.rename(target)
    for left in left_behind(target.parent, f"{re.escape(_BESIDE)}.*"):
        moved = Path(left).glob(f"{_BEFORE}/*")
        if all((target.parent / before.name).exists() for before in moved):  # or its own next build puts it back
            shutil.rmtree(left, ignore_errors=True)


def _bring_others(before: Path, site: Path) -> None:
    """Copy what stands beside the files of the site before, and is none of them: somebody has put it there."""
    ours = {*_files_of(before), *(path.name for path in site.iterdir())}
    for path in before.iterdir() if before.is_dir() else ():
        if path.name not in ours:
            _copy(path, site / path.name)


def _copy(path: Path, to: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        to.mkdir()
        for each in path.iterdir():
            _copy(each, to / each.name)
    else:
        shutil.copy2(path, to, follow_symlinks=False)


def _files_of(site: Path) -> list[str]:
    """Return the names that a site's mark says are the site's own: at its top, files and folders."""
    try:
        marked = json.loads((site / MARK).read_text("utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []  # no site, or a mark that somebody has changed
    return [name for name in marked if isinstance(name, str)] if isinstance(marked, list) else []


def _take_place(site: Path, target: Path, before: Path) -> None:
    """Move the site to its place. Whatever ends this in between, the one before is there, or its next build finds it.

    What others have put there is copied when it is away: so it is that of this very site, and another build that takes
    the place at the same moment does the same. Both take their turn, and the place has one of them, whole.
    """
    away = before / target.name
    before.mkdir()
    for attempt in range(_ATTEMPTS):
        if away.exists() and target.exists():  # it was taken in the meantime
            shutil.rmtree(away)
        with suppress(FileNotFoundError):  # there is none, or another build has just moved it
            target.rename(away)
        try:
            _bring_others(away, site)
            site.rename(target)
        except BaseException as error:
            taken = target.exists()
            if away.exists() and not taken:
                away.rename(target)
            if not taken or not isinstance(error, OSError) or attempt == _ATTEMPTS - 1:
                raise
        else:
            return


def _holds_something_else(target: Path) -> bool:
    try:
        names = os.listdir(target)
    except FileNotFoundError:
        return False
    return bool(names) and MARK not in names


def _built(work: Path, version: str) -> Path:
    kernel = _kernel_extension()
    pyodide, wheels, contents = work / "static" / "pyodide", work / "wheels", work / "lessons"
    for each in (pyodide, wheels):
        each.mkdir(parents=True)
    _fill(pyodide, wheels, kernel, version)
    refresh(contents)
    (contents / MANIFEST).unlink()
    for name in lesson_names(contents):
        _name_version(contents / name)
    lab = Path(__file__).resolve().parents[2] / "lab" / "jupyter_data" / "labextensions" / "imteach"
    pages = [next(wheels.glob(f"{name}-*.whl")) for name in ("jupyterlab_widgets", "anywidget")]
    _write(work / "jupyter-lite.json", _settings())
    _write(work / "jupyter_lite_config.json", _config(work, contents, [kernel, lab, *pages]))
    _run_jupyterlite(work)
    open_first(work / "site", lesson_names(contents)[0])
    say_what_is_loading(work / "site")
    return work / "site"


def _kernel_extension() -> Path:
    """Return the folder of JupyterLite's kernel, as it is installed."""
    installed = distribution("jupyterlite-pyodide-kernel")
    names = [name for name in installed.files or () if name.as_posix().endswith(_KERNEL)]
    if not names:
        raise InputError(f"jupyterlite-pyodide-kernel is not whole here; {comes_with('site')}")
    return Path(str(installed.locate_file(names[0]))).resolve().parent


def _fill(pyodide: Path, wheels: Path, kernel: Path, version: str) -> None:
    """Fetch Pyodide and the wheels, and write the list of what can be imported."""
    from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

    info = fetch_pyodide(pyodide, PYODIDE_VERSION)
    for wheel in fetch(wheels):
        if not wheel.name.startswith("jupyterlab_widgets-"):
            shutil.copy(wheel, pyodide)
    for name in ("piplite", "pyodide_kernel", "ipykernel"):
        shutil.copy(next((kernel / "static" / "pypi").glob(f"{name}-*.whl")), pyodide)
    own_wheel(pyodide, version, OURS)
    listed = pyodide / "pyodide-lock.json"
    _write(listed, lock(info, sorted(pyodide.glob("*.whl"))))
    compile_first(pyodide, _AT_ONCE)
    _write(listed, lock(info, sorted(pyodide.glob("*.whl"))))  # the wheels are others now


def _settings() -> dict[str, Any]:
    """Return what the page is told."""
    kernel = {"loadPyodideOptions": {"packages": _AT_ONCE, "env": _PROGRESS}, "disablePyPIFallback": True}
    data = {
        "appName": "imteach",
        "exposeAppInBrowser": True,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def _config(work: Path, contents: Path, extensions: list[Path]) -> dict[str, Any]:
    """Return what the build is told. Nothing else that is installed here gets into the site."""
    return {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": [str(contents)],
            "federated_extensions": [str(each) for each in extensions],
            "ignore_sys_prefix": True,
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "output_dir": str(work / "site"),
        }
    }


def _name_version(lesson: Path) -> None:
    """Let a lesson say which version it is, also when it was saved in a browser: `page/newer.js` compares."""
    content = lesson.read_text("utf-8")
    book = json.loads(content)
    book["metadata"][VERSION] = sha256(content.encode()).hexdigest()[:16]
    _write(lesson, book)


def _run_jupyterlite(work: Path) -> None:
    """Run its build, in this folder: it leaves notes behind there, by which a second one would leave things out."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTERLITE_")}
    done = subprocess.run(
        [sys.executable, "-m", "jupyterlite_core", "build"],
        cwd=work,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise InputError(f"JupyterLite cannot build the site: {last_line(done.stderr or done.stdout)}")


def _write(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
