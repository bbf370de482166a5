"""Every plan of faults, with a clock: `explore`."""
