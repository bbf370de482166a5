"""Graphs of states: what is drawn, in graphviz's language, as a picture and in a notebook."""
