"""What a picture of a run says, in words, before anything has a place."""
