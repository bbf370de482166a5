"""What a search may leave out, because the order of some steps makes no difference."""
