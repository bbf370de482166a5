"""Jupyter: the interactive diagram. Python draws; the small JavaScript only listens."""
