"""The fault map: what comes of each loss, and of each two."""
