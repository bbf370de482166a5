"""A run without a clock, step by step: each step is a sentence, and the caller says which comes next."""
