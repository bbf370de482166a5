"""How it looks: a trace becomes a layout (geometry only), and the layout a picture."""

from typing import TYPE_CHECKING

from imteach.lazily import offer

if TYPE_CHECKING:
    from imteach.draw.layout import Layout, lay_out
    from imteach.draw.mermaid import to_mermaid
    from imteach.draw.notebook import alt_text, image, mimebundle
    from imteach.draw.svg import to_svg
    from imteach.draw.text import to_text
    from imteach.draw.window import Window, window_of, windows

__all__ = [
    "Layout",
    "Window",
    "alt_text",
    "image",
    "lay_out",
    "mimebundle",
    "to_mermaid",
    "to_svg",
    "to_text",
    "window_of",
    "windows",
]

offer(
    __name__,
    {
        "layout": ["Layout", "lay_out"],
        "mermaid": ["to_mermaid"],
        "notebook": ["alt_text", "image", "mimebundle"],
        "svg": ["to_svg"],
        "text": ["to_text"],
        "window": ["Window", "window_of", "windows"],
    },
)
