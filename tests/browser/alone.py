"""A widget's page without Jupyter: its script, its style and what Python sent it, in an empty page of Chromium."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Locator, Page

MOUNT = """async ([script, css, state, shadow, keep]) => {
    if (!keep) document.body.replaceChildren();
    const host = document.body.appendChild(document.createElement("div"));
    const home = shadow ? host.attachShadow({mode: "open"}) : host;
    home.appendChild(document.createElement("style")).textContent = css;
    const el = home.appendChild(document.createElement("div"));
    const heard = {};
    window.sent = [];
    window.ahead = [];
    window.kept = [];
    const viewOf = (text) => new DataView(Uint8Array.from(atob(text), (byte) => byte.charCodeAt()).buffer);
    const opened = (value) => (/^deflated /.test(value) ? viewOf(value.slice(9)) : value);
    window.tell = (changed) => {  // as if Python had sent these traits
        for (const [name, value] of Object.entries(changed)) state[name] = opened(value);
        for (const name of Object.keys(changed)) for (const listen of heard[`change:${name}`] ?? []) listen();
    };
    window.cutOff = () => {  // as ipywidgets does when the kernel has ended
        el.classList.add("jupyter-widgets-disconnected");
        for (const listen of heard["comm_live_update"] ?? []) listen();
    };
    window.custom = (content, buffers) => {  // as if Python had sent this message
        for (const listen of heard["msg:custom"] ?? []) listen(content, buffers.map(viewOf));
    };
    const model = {
        get: (name) => state[name],
        on: (event, listen) => (heard[event] ??= []).push(listen),
        off: (event, listen) => (heard[event] = heard[event].filter((other) => other !== listen)),
        send: (message) => (message.do === "ready" ? window.ahead : window.sent).push(message),
        set: (name, value) => window.kept.push([name, (state[name] = value)]),
        save_changes: () => {},
    };
    const {default: widget} = await import(script);
    window.unmount = await widget.render({model, el});
}"""


def mount(page: Page, widget: Any, shadow: bool = False, keep: bool = False) -> Locator:
    """Show a widget, perhaps in a shadow root as marimo does, and return its root. With `keep` beside those before.

    What it sends lies in `window.sent`, what it asks for ahead in `window.ahead`, what it keeps in traits in
    `window.kept`; `window.tell` and `window.custom` answer, `window.cutOff` ends the kernel.
    """
    return mount_state(page, widget, state_of(widget), shadow, keep)


def mount_state(page: Page, widget: Any, state: dict[str, Any], shadow: bool = False, keep: bool = False) -> Locator:
    """Show a widget as it was when `state_of` gave this state."""
    assert page.url == "about:blank", f"this would empty {page.url}: the module needs pytestmark = pytest.mark.alone"
    script = "data:text/javascript;base64," + base64.b64encode(widget._esm.encode()).decode()
    css = str(widget._css)
    page.evaluate(MOUNT, [script, css, state, shadow, keep])
    return page.locator(".imteach-lab, .imteach-map, .imteach-predict, .imteach-exercise").last


def told(page: Page, widget: Any, *names: str) -> None:
    """Let the page know what the widget holds now: all that Python changes, or these traits."""
    page.evaluate(
        "(state) => window.tell(state)", state_of(widget, names or [name for name in widget.keys if name != "at"])
    )


def state_of(widget: Any, names: Sequence[str] = ()) -> dict[str, Any]:
    """The traits as the page has them, what travels compressed already unpacked; those of ipywidgets left out."""
    state = {name: getattr(widget, name) for name in names or widget.keys if not name.startswith("_")}
    return json.loads(json.dumps(state, default=str))
