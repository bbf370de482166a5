"""How it looks: a trace becomes a layout (geometry only), and the layout a picture."""

from imteach.draw.layout import Layout, lay_out
from imteach.draw.mermaid import to_mermaid
from imteach.draw.notebook import alt_text, image, mimebundle
from imteach.draw.svg import to_svg
from imteach.draw.text import to_text

__all__ = ["Layout", "alt_text", "image", "lay_out", "mimebundle", "to_mermaid", "to_svg", "to_text"]
