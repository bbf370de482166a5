"""How long a committed prediction takes until its verdict is on the screen, in real JupyterLab.

    python tests/bench/answer_to_verdict.py [ANSWERS]

So many predictions (default 30, after 5 that do not count) are committed one by one, in turn with a click on an
ipywidgets Button that does nothing, in the same page. Each runs its scenario, grades the answer from the trace and
draws the run. Timed as `click_to_repaint.py` does; the exit status is 1 if the predictions' median is more than 1.25
times the Button's.
"""

import statistics
import sys
import tempfile
from pathlib import Path

from click_to_repaint import BUTTON, CLICK, WARM_UP, driving  # which finds the tests' helpers

LIMIT = 1.25

CELLS = [
    "from imteach import Drop, Lab, Predict",
    """import ipywidgets
button, done = ipywidgets.Button(description="no-op"), ipywidgets.Label("0")
button.on_click(lambda _: setattr(done, "value", str(int(done.value) + 1)))
ipywidgets.VBox([button, done])""",
    """ipywidgets.VBox([
    Predict(f"Question {number}: how often is hello shown?", "retransmit", Drop("ack:N"),
            choices=["never", "once", "twice"], answer=lambda trace: trace.happened("show")).view
    for number in range(COUNT)])""",
    "Lab('basic')",
]

ROOT = ".imteach-predict >> nth={}"


def measure(answers: int) -> dict[str, list[float]]:
    """Answer all in turn with the Button; return the times of each, in ms."""
    executable = driving.chromium()
    if executable is None:
        sys.exit("no Chromium on this machine: apt install chromium")
    count = WARM_UP + answers
    times: dict[str, list[float]] = {"Predict": [], "Button": []}
    with (
        tempfile.TemporaryDirectory() as home,
        driving.chromium_page(executable) as page,
        driving.jupyterlab(Path(home)) as server,
    ):
        driving.enter(page, server)
        cells = [cell.replace("COUNT", str(count)) for cell in CELLS]
        with driving.running(page, driving.write_notebook(server, "bench.ipynb", cells)):
            page.locator(ROOT.format(count - 1)).wait_for()
            for place in range(count):
                root = page.locator(ROOT.format(place))
                root.scroll_into_view_if_needed()
                root.locator('[data-choice="1"]').click()
                root.evaluate(
                    "root => { document.querySelector('.now-asked')?.classList.remove('now-asked');"
                    " root.classList.add('now-asked'); }"
                )
                page.wait_for_timeout(100)
                for name, click in (
                    ("Predict", [".now-asked [data-commit]", ".now-asked .predict-verdict"]),
                    ("Button", BUTTON),
                ):
                    times[name].append(driving.ask(page, CLICK, click)[0])
                    page.wait_for_timeout(50)
    return {name: values[WARM_UP:] for name, values in times.items()}


def main() -> None:
    """Measure, print and judge."""
    answers = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    medians = {}
    for name, values in measure(answers).items():
        low, medians[name], high = statistics.quantiles(values, n=4)
        print(f"{name:7}  median {medians[name]:5.1f} ms, quartiles {low:5.1f} and {high:5.1f} ms  ({answers} times)")
    ratio = medians["Predict"] / medians["Button"]
    print(f"ratio   {ratio:.2f} (limit {LIMIT})")
    sys.exit(ratio > LIMIT)


if __name__ == "__main__":
    main()
