"""What happens on average: many runs counted, closed forms, their tables and plots."""
