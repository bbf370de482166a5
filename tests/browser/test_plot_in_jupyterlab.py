"""The plot of shares over the loss in real JupyterLab: one image, with alternative text, and its words to unfold."""

import driving
import pytest
from driving import soon

from imteach import Scenario, sweep

OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"


SIZE = """image => image.decode().then(() => [
    image.clientWidth, image.clientHeight / image.clientWidth * image.naturalWidth / image.naturalHeight,
])"""


@pytest.mark.parametrize("before", ["", "import matplotlib.pyplot"])  # with it IPython draws figures in its own way
def test_a_plot_is_an_image_with_its_words(server, page, shoot, before):
    cells = [before, "from imteach import sweep", "sweep('dedup', losses=[0, 0.9], messages=50).plot()"]
    with driving.running(page, driving.write_notebook(server, "plot.ipynb", cells)):
        outputs = page.locator(OUTPUTS)
        image = outputs.locator("img")
        soon(lambda: image.count() or outputs.all_inner_texts(), 1)
        words = sweep(Scenario("dedup"), [0, 0.9], 50).plot()._repr_mimebundle_()["text/plain"]
        soon(lambda: image.get_attribute("alt"), words)
        soon(lambda: image.evaluate(SIZE), [750, pytest.approx(1, abs=0.01)])  # not squeezed
        shoot(outputs.last, "plot")
        outputs.get_by_text("The plot in words").click()
        outputs.get_by_text("90% loss: shown to the receiver").wait_for()
