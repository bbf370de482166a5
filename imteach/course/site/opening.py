"""How a site opens: with the first lesson, and with a line that says what is loading until Python is there.

Its page has scripts of ours beside JupyterLab's, in the folder `page`: each says what it is for.
"""

import shutil
from html import escape
from pathlib import Path
from urllib.parse import quote

from imteach.errors import InputError, comes_with

_SCRIPTS = "imteach"
"""The folder of a site with our scripts."""

_ADDED = ("few", "loading", "going_on", "newer")

_STYLE = """\
#imteach-loading { position: fixed; z-index: 2000; bottom: 8%; left: 50%; transform: translateX(-50%); margin: 0;
  padding: 0.6em 1.2em; border-radius: 4px; background: #1f2937; color: #fff; font: 16px/1.4 sans-serif;
  pointer-events: none; width: max-content; max-width: 80%; }
#imteach-loading[hidden] { display: none; }"""

_FIRST = "Loading the lessons: first JupyterLab, then Python, together {size} MB. The first time it takes a while."
_PYTHON = "Python is starting in this page. You can read on; cells run as soon as it is there."
_FAILED = "Python did not start. Load the page again."

# JupyterLab's page reads this one, too: by its empty settings it knows where the site begins.
_ROOT = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>imteach</title>
<meta http-equiv="refresh" content="0; url={address}">
<script id="jupyter-config-data" type="application/json" data-jupyter-lite-root=".">{{}}</script>
</head>
<body><p><a href="{address}">The lessons</a> are loading.</p></body>
</html>
"""


def open_first(site: Path, lesson: str) -> None:
    """Let the site's address open this lesson. Any other one is opened by its own: `lab/index.html?path=NAME`."""
    (site / "index.html").write_text(_ROOT.format(address=f"lab/index.html?path={quote(lesson)}"), "utf-8")


def say_what_is_loading(site: Path) -> None:
    """Put the line into JupyterLab's page, where it stands before any script is there, and our scripts."""
    page = site / "lab" / "index.html"
    text = page.read_text("utf-8")
    if "</head>" not in text or "<noscript>" not in text:
        raise InputError(f"JupyterLite's page is not as expected; {comes_with('site')}")
    shutil.copytree(Path(__file__).with_name("page"), site / _SCRIPTS)
    text = text.replace("<title>JupyterLite</title>", "<title>imteach</title>", 1)
    text = text.replace("</head>", f"<style>\n{_STYLE}\n</style>\n</head>", 1)
    page.write_text(text.replace("<noscript>", f"{_line(megabytes(site))}\n<noscript>", 1), "utf-8")


def megabytes(site: Path) -> int:
    """Return how much a reader's browser loads at most: the page, and Python with its wheels."""
    parts = [site / "build", site / "extensions", site / "static"]
    return round(sum(path.stat().st_size for part in parts for path in part.rglob("*") if path.is_file()) / 1e6)


def _line(size: int) -> str:
    said = f'data-python="{escape(_PYTHON)}" data-failed="{escape(_FAILED)}"'
    scripts = "\n".join(f'<script type="module" src="../{_SCRIPTS}/{name}.js"></script>' for name in _ADDED)
    return f'<p id="imteach-loading" role="status" {said}>{_FIRST.format(size=size)}</p>\n{scripts}'
