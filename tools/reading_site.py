"""Builds the site to read: the pages, the lessons, a gallery, the reference, and labs to click in. Extra: `docs`.

`python tools/reading_site.py -o DIR` writes it: files that a browser opens from the disk, or that any web server hands
out under any path. Nothing is loaded from elsewhere. Sphinx does the work; here its sources are laid out, from the real
thing: the pages as they are, the lessons as they are saved, the pictures drawn anew. Any warning ends it.

- `lesson_pages.py`: a lesson as a page. What a cell gives is folded away, and its Lab is live.
- `gallery_pages.py`: each picture that tests keep, with the code that makes it.
- `reference_pages.py`: which names are public, and a page for each room.
- `conf.py`, `index.md`, `more.md`, `gallery.md`: what Sphinx is told, and the pages that are written for the site.
"""

import argparse
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

HERE = Path(__file__).resolve().parent / "reading"
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

import gallery_pages  # noqa: E402
import lesson_pages  # noqa: E402
import reference_pages  # noqa: E402

from imteach.errors import comes_with  # noqa: E402

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"]
PAGES += ["tests/verify/verdicts.md", "tests/draw/golden/dedup-discards.svg"]
"""What the pages link to, besides each other and the lessons."""

OWN = ["conf.py", "site.css", "site.js", "ticks.svg", "index.md", "more.md"]
"""What is written for the site alone."""

MARK = ".buildinfo"
"""A file that Sphinx leaves in what it has built."""

GUIDES = """

```{{toctree}}
:hidden:

{}
```
"""


def lay_out(source: Path) -> None:
    """Put all that Sphinx reads into this folder; files stand to each other as in the repository, so links hold."""
    for file in (*(ROOT / name for name in PAGES), *sorted((ROOT / "docs").glob("*.*"))):
        (source / file.relative_to(ROOT)).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, source / file.relative_to(ROOT))
    for name in OWN:
        shutil.copy(HERE / name, source)
    guides = sorted(file.stem for file in (ROOT / "docs").glob("*.md") if file.stem != "README")
    with (source / "docs" / "README.md").open("a", encoding="utf-8") as page:
        page.write(GUIDES.format("\n".join(guides)))
    lesson_pages.write(source)
    gallery_pages.write(source)
    reference_pages.write(source)


def build(target: Path) -> int:
    """Build the site in this folder. Returns Sphinx's exit status: 0 if there was not a single warning."""
    from sphinx.cmd.build import main as sphinx

    if (target / MARK).exists():
        shutil.rmtree(target)  # or pages would stay that are not there any more
    with TemporaryDirectory() as work:
        source = Path(work) / "source"
        lay_out(source)
        status: int = sphinx(["-q", "-b", "html", "-W", "--keep-going", "-d", f"{work}/read", str(source), str(target)])
    if status == 0:
        print(f"{target}: open {target / 'index.html'} in a browser", flush=True)
    return status


def main() -> int:
    """Read the arguments, and build."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-o", dest="target", metavar="DIR", type=Path, required=True, help="the folder to write into")
    target = parser.parse_args().target
    if shutil.which("dot") is None:
        parser.error("graphviz's program dot draws the graphs, and it is not here: apt install graphviz")
    if find_spec("myst_nb") is None:
        parser.error(f"what writes the site is not here; {comes_with('docs')}")
    if target.exists() and any(target.iterdir()) and not (target / MARK).exists():
        parser.error(f"expected a folder that is new, or empty, or has such a site, got {target}")
    return build(target)


if __name__ == "__main__":
    raise SystemExit(main())
