"""Which promises a run keeps, those among them that only a search asks for: read from its trace alone."""

from imteach.trace.leftovers import left_behind


def kept(trace):
    """Return by name, for each promise that a search judges, whether this run keeps it."""
    return {**trace.promises, "nothing_left_behind": not left_behind(trace), "it_ends": trace.loop is None}
