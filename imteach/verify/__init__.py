"""What could happen, and why it did: sentences about a run. Imports `sim` and `protocol`."""
