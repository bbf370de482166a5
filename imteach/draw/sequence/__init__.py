"""The sequence diagram: what a run says (`chronicle`), where each thing stands (`layout`), and the pictures of it."""
