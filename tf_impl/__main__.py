"""`python -m tf_impl CASE` trains one case on this side alone; with --serve it is the worker of compare."""

import sys

from compare.running.worker import main

if __name__ == "__main__":
    sys.exit(main("tf_impl"))
