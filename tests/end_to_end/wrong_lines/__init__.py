"""Wrong losses, steps and layers, after real reports of ports, each with the two lines of code that differ.

Each file of ports/ is a port that is right; a wrong line is one change to it.
"""

from tests.end_to_end.wrong_lines.eighth_a import EIGHTH_A
from tests.end_to_end.wrong_lines.eighth_b import EIGHTH_B
from tests.end_to_end.wrong_lines.eighth_c import EIGHTH_C
from tests.end_to_end.wrong_lines.eighth_d import EIGHTH_D
from tests.end_to_end.wrong_lines.fifth_a_generative import FIFTH_A_GENERATIVE
from tests.end_to_end.wrong_lines.fifth_a_networks import FIFTH_A_NETWORKS
from tests.end_to_end.wrong_lines.fifth_a_optimizers import FIFTH_A_OPTIMIZERS
from tests.end_to_end.wrong_lines.fifth_a_sets import FIFTH_A_SETS
from tests.end_to_end.wrong_lines.fifth_b_sequences import FIFTH_B_SEQUENCES
from tests.end_to_end.wrong_lines.fifth_b_steps import FIFTH_B_STEPS
from tests.end_to_end.wrong_lines.fourth_losses import FOURTH_LOSSES
from tests.end_to_end.wrong_lines.fourth_more import FOURTH_MORE
from tests.end_to_end.wrong_lines.fourth_networks import FOURTH_NETWORKS
from tests.end_to_end.wrong_lines.fourth_steps import FOURTH_STEPS
from tests.end_to_end.wrong_lines.generative import GENERATIVE
from tests.end_to_end.wrong_lines.language import LANGUAGE
from tests.end_to_end.wrong_lines.optimizers import OPTIMIZERS
from tests.end_to_end.wrong_lines.policies import POLICIES
from tests.end_to_end.wrong_lines.reinforcement import REINFORCEMENT
from tests.end_to_end.wrong_lines.representations import REPRESENTATIONS
from tests.end_to_end.wrong_lines.sequences import SEQUENCES
from tests.end_to_end.wrong_lines.seventh_a import SEVENTH_A
from tests.end_to_end.wrong_lines.seventh_b import SEVENTH_B
from tests.end_to_end.wrong_lines.seventh_c import SEVENTH_C
from tests.end_to_end.wrong_lines.seventh_d import SEVENTH_D
from tests.end_to_end.wrong_lines.signals import SIGNALS
from tests.end_to_end.wrong_lines.sixth_a import SIXTH_A
from tests.end_to_end.wrong_lines.sixth_b import SIXTH_B
from tests.end_to_end.wrong_lines.sixth_c import SIXTH_C
from tests.end_to_end.wrong_lines.sixth_d import SIXTH_D
from tests.end_to_end.wrong_lines.sixth_e import SIXTH_E
from tests.end_to_end.wrong_lines.structures import STRUCTURES
from tests.end_to_end.wrong_lines.supervised import SUPERVISED
from tests.end_to_end.wrong_lines.table import PORTS, WrongLine, lines_of, text_of
from tests.end_to_end.wrong_lines.third_learning import THIRD_LEARNING
from tests.end_to_end.wrong_lines.third_pictures import THIRD_PICTURES
from tests.end_to_end.wrong_lines.third_sequences import THIRD_SEQUENCES
from tests.end_to_end.wrong_lines.third_steps import THIRD_STEPS
from tests.end_to_end.wrong_lines.third_structures import THIRD_STRUCTURES
from tests.end_to_end.wrong_lines.training import TRAINING
from tests.end_to_end.wrong_lines.vision import VISION

FIRST = (*REPRESENTATIONS, *GENERATIVE, *REINFORCEMENT, *SUPERVISED, *SEQUENCES, *TRAINING)
# Two further sets, written without knowing the rules that find lines.
SECOND = (*VISION, *LANGUAGE, *SIGNALS, *POLICIES, *OPTIMIZERS, *STRUCTURES)
THIRD = (*THIRD_PICTURES, *THIRD_LEARNING, *THIRD_SEQUENCES, *THIRD_STRUCTURES, *THIRD_STEPS)
FOURTH = (*FOURTH_NETWORKS, *FOURTH_LOSSES, *FOURTH_MORE, *FOURTH_STEPS)
FIFTH_A = (*FIFTH_A_GENERATIVE, *FIFTH_A_SETS, *FIFTH_A_NETWORKS, *FIFTH_A_OPTIMIZERS)
FIFTH_B = (*FIFTH_B_SEQUENCES, *FIFTH_B_STEPS)
FIFTH = (*FIFTH_A, *FIFTH_B)
SIXTH = (*SIXTH_A, *SIXTH_B, *SIXTH_C, *SIXTH_D, *SIXTH_E)
SEVENTH = (*SEVENTH_A, *SEVENTH_B, *SEVENTH_C, *SEVENTH_D)
EIGHTH = (*EIGHTH_A, *EIGHTH_B, *EIGHTH_C, *EIGHTH_D)
WRONG_LINES = (*FIRST, *SECOND, *THIRD, *FOURTH, *FIFTH, *SIXTH, *SEVENTH, *EIGHTH)
FAMILIES = tuple(sorted(path.stem for path in PORTS.glob("*.py")))

__all__ = [
    "EIGHTH",
    "FAMILIES",
    "FIFTH",
    "FIRST",
    "FOURTH",
    "PORTS",
    "SECOND",
    "SEVENTH",
    "SIXTH",
    "THIRD",
    "WRONG_LINES",
    "WrongLine",
    "lines_of",
    "text_of",
]
