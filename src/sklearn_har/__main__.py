"""``python -m sklearn_har``: the command line where the console script is not on the path."""

import sys

from sklearn_har.cli import main

if __name__ == "__main__":
    sys.exit(main())
