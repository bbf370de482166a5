"""The steps that a learner can take in a lab, and the way back. Plain Python, without a widget."""
