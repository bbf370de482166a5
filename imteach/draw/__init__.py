"""How it looks: a trace becomes a layout (geometry only), and the layout a picture. Imports `tell`."""

from typing import TYPE_CHECKING

from imteach.lazily import offer

if TYPE_CHECKING:
    from imteach.draw.sequence.layout.shapes import Layout
    from imteach.draw.sequence.layout.whole import lay_out
    from imteach.draw.sequence.mermaid import to_mermaid
    from imteach.draw.sequence.notebook import alt_text, image, mimebundle
    from imteach.draw.sequence.plantuml import to_plantuml
    from imteach.draw.sequence.png import to_png
    from imteach.draw.sequence.shiviz import to_shiviz
    from imteach.draw.sequence.svg.picture import Drawn, drawn, to_svg
    from imteach.draw.sequence.text import to_text
    from imteach.draw.sequence.window import Window, window_of, windows

__all__ = [
    "Drawn",
    "Layout",
    "Window",
    "alt_text",
    "drawn",
    "image",
    "lay_out",
    "mimebundle",
    "to_mermaid",
    "to_plantuml",
    "to_png",
    "to_shiviz",
    "to_svg",
    "to_text",
    "window_of",
    "windows",
]

offer(
    __name__,
    {
        "sequence.layout.shapes": ["Layout"],
        "sequence.layout.whole": ["lay_out"],
        "sequence.mermaid": ["to_mermaid"],
        "sequence.notebook": ["alt_text", "image", "mimebundle"],
        "sequence.plantuml": ["to_plantuml"],
        "sequence.png": ["to_png"],
        "sequence.shiviz": ["to_shiviz"],
        "sequence.svg.picture": ["Drawn", "drawn", "to_svg"],
        "sequence.text": ["to_text"],
        "sequence.window": ["Window", "window_of", "windows"],
    },
)
