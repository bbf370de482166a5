"""Where the answer of a command goes: to the terminal, or with `-o FILE` to a file, which costs nobody their work.

A file that is there already is replaced only where it says itself that imteach made it, and holds the same kind of
thing: a picture, a page, JSON. A text, a scenario file or a notebook looks like somebody's own, and stays. Who means to
write over it says so to the shell, with `> FILE`.
"""

import re
from os.path import isfile
from shlex import quote

from imteach.cli.terminal import say
from imteach.errors import InputError
from imteach.files import check_writable, write_whole

_BEGINNING = 4096  # bytes, in which a file says what it is

_MARKS = {
    "svg": rb'<svg [^>]*class="imteach-',
    "html": rb'<!doctype html>[^\0]*<meta name="generator" content="imteach">',
    "png": rb"\x89PNG[^\0]*\0.*tEXtSoftware\0imteach",
    "json": rb'\s*\{\s*"schema": "imteach/%s/',
    "junit": rb'<\?xml [^>]*>\s*<testsuites>\s*<testsuite name="imteach validate"',
}
"""How a file of each format begins that imteach wrote. A format that is not here is plain text, and looks like any."""

_NEVER = rb"(?!)"

_OPENED = {
    "svg": "open it in a browser",
    "html": "open it in a browser",
    "png": "open it in a browser",
    "json": "open it in an editor",
    "junit": "give it to your CI",
    "toml": "run it with imteach run",
    "mermaid": "put it on a page that draws Mermaid",
    "plantuml": "give it to PlantUML",
    "shiviz": "open it in ShiViz",
    "dot": "give it to Graphviz",
}
_TEXT = "open it in an editor"


def check_output(path: str | None, form: str, kind: str = "") -> None:
    """Raise `InputError`, before long work, if the answer in this format cannot go to this file, or would cost another.

    `kind` is what a JSON of this command calls itself. None stands for the terminal.
    """
    check_writable(path)
    if path is None or not isfile(path):
        return
    try:
        with open(path, "rb") as file:
            begins = file.read(_BEGINNING)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    if begins and not re.match(_mark(form, kind), begins, re.DOTALL):
        raise InputError(f"{path} is there already, and {_not_ours(form)}: it stays as it is; {_instead(path, form)}")


def _mark(form: str, kind: str) -> bytes:
    mark = _MARKS.get(form, _NEVER)
    return mark % kind.encode() if form == "json" else mark


def _not_ours(form: str) -> str:
    if form in _MARKS:
        return f"is no {form.upper()} that this command wrote"
    return "a text may be somebody's own work"


def _instead(path: str, form: str) -> str:
    if form in _MARKS:
        return "name another file"
    return f"name another file, or let the shell write over it: > {quote(path)}"


def hand_over(content: str | bytes, path: str | None, form: str) -> int:
    """Write the answer to the terminal, or to this file and say so. Returns the exit status.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     hand_over("<svg/>", f"{folder}/a.svg", "svg")  # doctest: +ELLIPSIS
    /.../a.svg: open it in a browser
    0
    """
    if path is None:
        return say(content if isinstance(content, str) else content.decode())
    write_whole(path, content)
    return say(f"{path}: {_OPENED.get(form, _TEXT)}\n") if isfile(path) else 0
