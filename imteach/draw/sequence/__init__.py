"""The sequence diagram: what a run says (`chronicle`), where that stands (`layout`), and the pictures of it."""
