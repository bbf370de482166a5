"""`PredictView`: the page of a prediction. It asks, and shows the verdict; Python grades."""

from time import sleep
from typing import Any

from traitlets import Dict, Unicode

from imteach.errors import InputError
from imteach.lab.live import LARGE, LiveWidget
from imteach.lab.scripts import page_script, style_with_pictures
from imteach.lab.still import for_listeners

BREATH = 0.001
"""Seconds in which the thread that writes to the page takes the verdict, before the run keeps Python busy."""


class PredictView(LiveWidget):
    """The page of a `Predict`. As long as no answer is committed, nothing that it holds depends on the run."""

    _esm = page_script("predict.js")
    _css = style_with_pictures("predict.css")

    asked = Dict().tag(**LARGE)
    verdict = Dict().tag(sync=True)
    run = Dict().tag(**LARGE)
    refusal = Unicode().tag(sync=True)

    def __init__(self, prediction: Any) -> None:
        self._prediction = prediction
        super().__init__(prediction.lock)
        self.asked = prediction.asked
        self.show()

    def show(self) -> None:
        """Show the verdict if there is one by now: at once, and then the run, which takes longer to draw."""
        with self.hold_sync():
            self.verdict, self.refusal = self._prediction.verdict, ""
            if self.verdict:
                self.send_state("verdict")
                sleep(BREATH)
            self.run = self._prediction.run

    def bundle(self, still: dict[str, Any], **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the live view, beside the still question for a page that has no kernel."""
        data, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        return for_listeners({**data, **still}), metadata

    def _answer(self, content: object) -> None:
        """Commit what the page sent; if that cannot be, say why. No traceback where nobody looks for one."""
        try:
            self._prediction.hear(content.get("commit") if isinstance(content, dict) else None)
        except InputError as error:
            self.refusal = str(error)
        except Exception as error:
            self.refusal = f"The run of this question stopped with {type(error).__name__}: {error}"
