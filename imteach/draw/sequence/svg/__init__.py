"""The layout as SVG, one text: its style, its lines and words, and its packets, which are buttons."""
