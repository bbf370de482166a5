"""`python -m imteach` is the `imteach` command."""

import sys

from imteach.cli import main

if __name__ == "__main__":
    sys.exit(main())
