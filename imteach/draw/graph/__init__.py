"""Graphs of states: in graphviz's language, as a picture, and in a notebook."""
