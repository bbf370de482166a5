"""The fault map: what comes of losing each packet, or each pair of packets."""
