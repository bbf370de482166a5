"""Brings lessons, or builds a site, and is killed at its nth change of a file, or in it, or has no more room from then.

    python surviving.py lessons|site killed|torn|full HOME

`test_survives.py` has prepared the folders 0, 1, 2 … in HOME, one for each n, and looks at them afterwards.
"""

import errno
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import NoReturn

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate"}
NEED_ROOM = {"open", "os.mkdir", "os.link", "os.symlink"}


def after(changes: int, how: str) -> None:
    """Let it happen at this change, and where there is no more room, at all that follow and need some."""
    left = [changes]

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open":
            _, _, flags = arguments
            if not (isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
                return
        elif event not in CHANGES:
            return
        left[0] -= 1
        if left[0] < 0 and how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if left[0] == -1 and how == "torn":
            signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))  # it is killed when it has written one byte
        if left[0] < 0 and how == "full" and event in NEED_ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))

    sys.addaudithook(look)


def bring(folder: Path) -> None:
    """Bring the lessons."""
    from imteach.course.workspace import refresh

    refresh(folder / "mine", folder / "shipped")


def build(folder: Path) -> None:
    """Build a site of two files."""
    from imteach.course.site import build as module

    module._built = built  # what it fetches would take a minute
    module.build(folder / "public", "9.9")


def built(work: Path, version: str) -> Path:
    """What JupyterLite would have written."""
    (work / "site" / "lab").mkdir(parents=True)
    (work / "site" / "index.html").write_text(f"new {version}")
    (work / "site" / "lab" / "index.html").write_text("new, too")
    return work / "site"


def main(what: str, how: str, home: str) -> None:
    """Do it in each folder of `home`, until it comes to its end. Prints a line for each: how it ended, what it said."""
    act = build if what == "site" else bring
    act(Path(home, "warm"))  # so that everything is imported, and only what is looked at is counted
    sys.dont_write_bytecode = True
    for changes in count():
        ends, said = os.pipe()
        child = os.fork()
        if child == 0:
            _ended(said, act, Path(home, str(changes)), changes, how)
        os.close(said)
        with open(ends, encoding="utf-8") as told:
            words = told.read()
        os.waitpid(child, 0)
        print(f"{changes} {words or 'killed'}", flush=True)
        if words.startswith("done"):
            return


def _ended(said: int, act: Callable[[Path], None], folder: Path, changes: int, how: str) -> NoReturn:
    from imteach.errors import InputError

    after(changes, how)
    try:
        act(folder)
        words = "done"
    except InputError as error:
        words = f"refused: {error}"
    except BaseException:
        words = f"wrong: {traceback.format_exc()!r}"
    os.write(said, words.encode())
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
