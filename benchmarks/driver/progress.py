"""What the driver says while it works; the figures alone go to standard output."""

import sys


def tell(text):
    print(text, file=sys.stderr, flush=True)
