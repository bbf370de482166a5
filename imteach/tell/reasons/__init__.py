"""Why something happened, and why something did not: sentences that each know what to mark in a picture."""
