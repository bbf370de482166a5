"""The shelf of lessons: a working copy of them, the Jupyter that serves them, the check that they still run."""
