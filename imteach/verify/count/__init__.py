"""What happens in the mean: runs counted, formulas, their tables and plots."""
