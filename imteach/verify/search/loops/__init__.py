"""Runs that go round for ever: whether there can be any, and the first one among the states that were seen."""
