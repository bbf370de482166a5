"""The shelf of lessons: a working copy of them, the Jupyter that serves them, what learners do in them."""
