"""Two runs side by side: as a picture, as text, in a notebook."""
