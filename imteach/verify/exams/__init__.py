"""A class of one's own in every scenario that exposes bugs: what breaks it first, and why."""
