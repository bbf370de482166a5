"""A progress bar in real JupyterLab: it counts up, and leaves nothing behind, neither in the page nor when saved."""

import json
from collections.abc import Callable

import driving
from playwright.sync_api import Locator, Page, expect

AT_ONCE = driving.OPEN.replace('await app.commands.execute("notebook:run', 'app.commands.execute("notebook:run')
"""Opens and runs it all, and does not wait for the end."""

SLOW = """import time
from imteach.bars import with_bar

print("before")
for state in with_bar(iter(range(30)), total=None, what="states"):
    time.sleep(0.1)
print("after")"""


def test_a_bar_counts_up_and_leaves_nothing_behind(
    page: Page, server: driving.Server, shoot: Callable[[Locator, str], None]
):
    name = driving.write_notebook(server, "slow.ipynb", [SLOW])
    notebook = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    driving.ask(page, AT_ONCE, name)
    bar = notebook.get_by_text("states so far")
    expect(bar).to_be_visible()
    shoot(notebook.locator(".jp-Cell").first, "progress")
    expect(notebook.get_by_text("after", exact=True)).to_be_visible()
    expect(bar).to_have_count(0)
    shoot(notebook.locator(".jp-Cell").first, "progress-gone")
    driving.ask(page, driving.CLOSE)
    (cell,) = json.loads((server.folder / name).read_text("utf-8"))["cells"]
    assert [(output["name"], "".join(output["text"])) for output in cell["outputs"]] == [
        ("stdout", "before\n"),
        ("stdout", "after\n"),
    ]
