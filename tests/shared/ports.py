"""A port for a server that a test starts, while other tests start theirs."""

import secrets
import socket
from contextlib import suppress


def free_port() -> int:
    """A port that is free, and that no kernel is given before the server takes it: those get one above 32,767."""
    while True:
        port = 10_000 + secrets.randbelow(20_000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
