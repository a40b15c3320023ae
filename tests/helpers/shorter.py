"""`SHORTER=1000 python -m tests.benchmark` takes a thousandth of the steps and rounds: to see it run, not to measure.

The variable reaches the processes that such a script starts.
"""

import os

SHORTER = int(os.environ.get("SHORTER", "1"))


def shorter(number: int, least: int = 1) -> int:
    """So many steps, rounds or seeds, fewer where the environment asks for less."""
    return max(min(least, number), number // SHORTER)
