"""Where everything in a sequence diagram stands, in pixels, and what is written there. No markup."""
