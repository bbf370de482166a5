"""Letters: how wide they are, and which way they run."""
