"""How long a site takes until a lab is live, beside a bare JupyterLite page until its first cell has run; their sizes.

    python tests/bench/site_beside_bare.py [ROUNDS]

It builds `imteach site`, and a page of the same JupyterLite, kernel and Pyodide without imteach. A round opens both in
turn (default 5 times) in a browser that has nothing of them yet, lets all cells of the notebook run as soon as it is
there, and waits for the first output: the diagram of a lab, and a 2. Prints the medians, what was fetched until then,
and the sizes on disk. The exit status is 1 if the lab needs more than 2 s more, or the site more than 8 MB more.

It fetches JupyterLite, Pyodide and wheels, and needs npm.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import nbformat
from click_to_repaint import driving  # which finds the tests' helpers
from playwright.sync_api import Browser
from sites import Site, served

from imteach.teacher.outputs import KERNEL

LATER, MORE = 2.0, 8.0  # seconds, MB

BARE = """
import json, shutil, sys
from pathlib import Path
from imteach.course.site import build, wheels
from imteach.course.site.lock import lock
from imteach.course.site.pyodide import fetch_pyodide
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION

work = Path("bare").resolve()
pyodide = work / "static" / "pyodide"
contents = work / "contents"
for folder in (pyodide, contents):
    folder.mkdir(parents=True)
info = fetch_pyodide(pyodide, PYODIDE_VERSION)
wheels.OURS, wheels.PAGES = {}, {}
wheels.fetch(pyodide)
kernel = build._kernel_extension()
for name in ("piplite", "pyodide_kernel", "ipykernel"):
    shutil.copy(next((kernel / "static" / "pypi").glob(f"{name}-*.whl")), pyodide)
build._write(pyodide / "pyodide-lock.json", lock(info, sorted(pyodide.glob("*.whl"))))
build._AT_ONCE.remove("imteach")
build._write(work / "jupyter-lite.json", build._settings())
build._write(work / "jupyter_lite_config.json", build._config(work, contents, [kernel]))
shutil.copy(sys.argv[1], contents)
build._run_jupyterlite(work)
"""
"""The same page, kernel, Pyodide and wheels of the kernel as they come: what everybody has who uses JupyterLite."""

FIRST = "00-welcome.ipynb"

CELLS = {"imteach": ["from imteach import Lab\nLab('dedup')"], "bare": ["1 + 1"]}
SEEN = {"imteach": '.imteach-lab [data-packet="m1/ack:N#1"]', "bare": ".jp-OutputArea-executeResult"}

RUN_ALL = """async () => {
    const widget = () => window.jupyterapp?.shell.currentWidget;
    while (!widget()?.sessionContext?.session?.kernel) await new Promise((done) => setTimeout(done, 20));
    window.jupyterapp.commands.execute("notebook:run-all-cells");
}"""


def build(home: Path) -> dict[str, Path]:
    """Build both; return their folders."""
    site = Site(home)
    for name, path in {"imteach": site.folder / "files" / FIRST, "bare": home / FIRST}.items():
        notebook = driving.notebook(CELLS[name])  # in the place of a lesson, which is listed
        notebook.metadata.update(KERNEL)  # or a dialog asks for one
        nbformat.write(notebook, str(path))
    site.run("-c", BARE, str(home / FIRST))
    return {"imteach": site.folder, "bare": home / "bare" / "site"}


def opened(browser: Browser, address: str, seen: str) -> tuple[float, int]:
    """Open the page; return after how many seconds this was seen, and how many bytes were fetched until then."""
    fetched: list[int] = []
    with browser.new_context(viewport=driving.SCREEN) as context:
        page = context.new_page()
        context.on("response", lambda response: fetched.append(int(response.headers.get("content-length", 0))))
        begun = time.perf_counter()
        page.goto(f"{address}/lab/index.html?path={FIRST}", wait_until="commit")
        page.evaluate(RUN_ALL)
        page.locator(seen).first.wait_for(timeout=60_000)
        return time.perf_counter() - begun, sum(fetched)


def megabytes(folder: Path) -> float:
    """Return the size of a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def main() -> None:
    """Measure, print and judge."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    executable = driving.chromium()
    if executable is None:
        sys.exit("no Chromium on this machine: apt install chromium")
    times: dict[str, list[float]] = {name: [] for name in CELLS}
    fetched: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as home, driving.chromium_page(executable) as page:
        folders = build(Path(home))
        sizes = {name: megabytes(folder) for name, folder in folders.items()}
        assert page.context.browser is not None
        with served(folders["imteach"]) as imteach, served(folders["bare"]) as bare:
            for _ in range(rounds):
                for name, address in {"imteach": imteach, "bare": bare}.items():
                    seconds, fetched[name] = opened(page.context.browser, address, SEEN[name])
                    times[name].append(seconds)
    for name, seconds_of in times.items():
        each = " ".join(f"{seconds:.1f}" for seconds in seconds_of)
        print(f"{name:8} median {median(seconds_of):5.1f} s ({each})")
        print(f"{'':8} {fetched[name] / 1e6:.1f} MB fetched, {sizes[name]:.1f} MB on disk")
    later = median(times["imteach"]) - median(times["bare"])
    more = sizes["imteach"] - sizes["bare"]
    print(f"{later:+.1f} s (limit {LATER}), {more:+.1f} MB (limit {MORE})")
    sys.exit(later > LATER or more > MORE)


if __name__ == "__main__":
    main()
