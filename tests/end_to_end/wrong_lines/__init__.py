"""Wrong losses, steps and layers, after real reports of ports, each with the two lines of code that differ.

Each file of ports/ is a port that is right; a wrong line is one change to it.
"""

from tests.end_to_end.wrong_lines.generative import GENERATIVE
from tests.end_to_end.wrong_lines.reinforcement import REINFORCEMENT
from tests.end_to_end.wrong_lines.representations import REPRESENTATIONS
from tests.end_to_end.wrong_lines.sequences import SEQUENCES
from tests.end_to_end.wrong_lines.supervised import SUPERVISED
from tests.end_to_end.wrong_lines.table import PORTS, WrongLine, lines_of, text_of
from tests.end_to_end.wrong_lines.training import TRAINING

WRONG_LINES = (*REPRESENTATIONS, *GENERATIVE, *REINFORCEMENT, *SUPERVISED, *SEQUENCES, *TRAINING)
FAMILIES = tuple(sorted(path.stem for path in PORTS.glob("*.py")))

__all__ = ["FAMILIES", "PORTS", "WRONG_LINES", "WrongLine", "lines_of", "text_of"]
