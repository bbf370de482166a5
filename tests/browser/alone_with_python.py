"""A lab's page without Jupyter, but with its Python: what the page asks for the widget answers, in this process."""

from typing import Any

import alone
from playwright.sync_api import Locator, Page, expect

from imteach import Lab


class Desk:
    """A lab and its page. `answer` lets Python do what the page has asked for, and the page show what came of it.

    With `keep` it stands beside what is shown already.
    """

    def __init__(self, page: Page, lab: Lab, keep: bool = False) -> None:
        self.page, self.lab = page, lab
        self.root: Locator = alone.mount(page, lab, keep=keep)
        self._done = 0

    def answer(self) -> list[dict[str, Any]]:
        """Answer all that was asked for, and return it."""
        asked = self.page.evaluate("window.sent")[self._done :]
        self._done += len(asked)
        for message in asked:
            before = self._state()
            self.lab._handle_custom_msg(message, [])
            now = self._state()
            changed = {name: value for name, value in now.items() if value != before[name]}
            self.page.evaluate("(state) => window.tell(state)", changed)
        return asked

    def _state(self) -> dict[str, Any]:
        state = alone.state_of(self.lab)
        state.pop("at", None)  # the page's own
        return state

    @property
    def faults(self) -> list[str]:
        """The faults that strike now, as text."""
        return [str(fault) for fault in self.lab.faults]

    def choose(self, tool: str) -> None:
        """Choose a tool with the mouse."""
        self.root.locator(f'[data-tool="{tool}"]').click()

    def go(self, t: float) -> None:
        """Show a moment."""
        self.root.locator('[data-part="time"]').fill(str(t))
        expect(self.root.locator(".lab-when")).to_have_text(f"{t} ms")

    def click(self, selector: str) -> list[dict[str, Any]]:
        """Click in the picture, and let Python answer."""
        self.root.locator(f".lab-drawing {selector}").first.click()
        return self.answer()
