"""Graphs of what could happen: the states of a scenario, and those of one node."""
