"""How long a click in the lab takes until the page shows what came of it, in real JupyterLab.

    python tests/bench/click_to_repaint.py [CLICKS] [MESSAGES] [CHECKOUT]

The lab shows a run of so many MESSAGES, six packets each (default 5), with every panel unfolded. With the folder of
another CHECKOUT its lab is measured too, in the same run, and the ratio of the two is printed. A lab is compared with
a click on an ipywidgets Button that does nothing, in the same page: the load of the machine and Jupyter's own way to
the kernel and back are in both. They are clicked in turn, CLICKS times each (default 60, after 5 that do not count).
A button is held down for 80 ms, as by a person (60 to 120 ms are usual): meanwhile the lab asks Python what the click
would show. "At once" it is clicked without that, as by a program. The exit status is 1 if a held click's median is more
than 1.25 times the Button's.

A click is timed in the page, by its own clock, from the click event to the second animation frame after the page
changed: the first of them paints the change, and when the next begins, it is on the screen. The Button's handler
counts its clicks in a Label, for otherwise the page could not tell when a click that does nothing is done. The
time until the page changed, before anything is painted, is printed too; it has no limit.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "shared"))
sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))

import driving
from playwright.sync_api import Page

LIMIT = 1.25
WARM_UP = 5
HELD = 80  # ms

CELLS = [
    "from imteach import Lab, Say, Scenario",
    "Lab(Scenario('dedup', say=[Say('hello', at=100 * number) for number in range(MESSAGES)]))",
    """import ipywidgets
button, done = ipywidgets.Button(description="no-op"), ipywidgets.Label("0")
button.on_click(lambda _: setattr(done, "value", str(int(done.value) + 1)))
ipywidgets.VBox([button, done])""",
]

CLICK = """async ([what, shows, held]) => {
    const target = document.querySelector(what);
    if (held) {
        target.dispatchEvent(new PointerEvent("pointerdown", {bubbles: true, cancelable: true}));
        await new Promise((done) => setTimeout(done, held));
    }
    return new Promise((resolve) => {
    const root = document.querySelector(shows);
    let began;
    const changed = new MutationObserver(() => {
        changed.disconnect();
        const until = performance.now() - began;
        requestAnimationFrame(() => requestAnimationFrame(() => resolve([performance.now() - began, until])));
    });
    changed.observe(root, {childList: true, subtree: true, characterData: true});
    began = performance.now();
    target.dispatchEvent(new MouseEvent("click", {bubbles: true, cancelable: true}));
    });
}"""

LAB = ['.imteach-lab [data-packet="m1/msg:N#1"] > path', ".imteach-lab .lab-picture"]
BUTTON = [".jupyter-button", ".widget-label"]

Times = list[tuple[float, float]]  # ms until a click's change was on the screen, and in the page


@contextmanager
def notebook(page: Page, messages: int, checkout: str | None) -> Iterator[Page]:
    """The page with a lab of this checkout and a Button, ready to be clicked."""
    cells = [cell.replace("MESSAGES", str(messages)) for cell in CELLS]
    with tempfile.TemporaryDirectory() as home, driving.jupyterlab(Path(home), checkout=checkout) as server:
        driving.enter(page, server)
        with driving.running(page, driving.write_notebook(server, "bench.ipynb", cells)):
            driving.first_lab(page)
            page.locator(".jupyter-button").wait_for()
            for fold in page.locator("[data-fold]").all():
                fold.click()
            yield page


def measure(clicks: int, messages: int, checkout: str | None = None) -> dict[str, Times]:
    """Click all in turn; return the times of each."""
    executable = driving.chromium()
    if executable is None:
        sys.exit("no Chromium on this machine: apt install chromium")
    times: dict[str, Times] = {}
    with driving.chromium_page(executable) as page, ExitStack() as stack:
        stack.enter_context(notebook(page, messages, None))
        what = {"Lab": (page, LAB), "Button": (page, BUTTON)}
        if checkout is not None:
            other = page.context.browser.new_page(viewport=driving.SCREEN)
            what["Other"] = (stack.enter_context(notebook(other, messages, checkout)), LAB)
        for _ in range(WARM_UP + clicks):
            for name, (clicked, click) in what.items():
                clicked.bring_to_front()
                for how, held in {"held": HELD, "at once": 0}.items():
                    took = driving.ask(clicked, CLICK, [*click, held])
                    times.setdefault(f"{name}, {how}", []).append(tuple(took))
                    clicked.wait_for_timeout(80)  # what follows a click, such as the kernel's "idle", is over
    return {name: values[WARM_UP:] for name, values in times.items()}


def main() -> None:
    """Measure, print and judge."""
    clicks = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    messages = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    times = measure(clicks, messages, sys.argv[3] if len(sys.argv) > 3 else None)
    medians = {}
    for name, values in times.items():
        repaint, change = zip(*values, strict=True)
        low, medians[name], high = statistics.quantiles(repaint, n=4)
        print(
            f"{name:15}  repaint: median {medians[name]:5.1f} ms, quartiles {low:5.1f} and {high:5.1f} ms;  "
            f"page changed after {statistics.median(change):5.1f} ms  ({clicks} clicks)"
        )
    for how in ("held", "at once"):
        for other in ("Button", "Other"):
            if f"{other}, {how}" in medians:
                print(f"Lab to {other}, {how}: {medians[f'Lab, {how}'] / medians[f'{other}, {how}']:.2f}")
    sys.exit(medians["Lab, held"] > LIMIT * medians["Button, held"])


if __name__ == "__main__":
    main()
