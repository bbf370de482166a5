"""Every fault plan with a clock, every interleaving without one: what could happen."""
