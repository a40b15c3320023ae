"""A function that is right where it is called elsewhere is not to blame: its caller is."""

from dataclasses import replace

import numpy as np

from compare.judging.callers import line_that_makes, line_that_takes, line_that_uses, line_to_blame
from compare.traces.operations import Operation, Operations, Value
from compare.traces.places import Place

HELPER, FIRST, SECOND = (Place("/home/user/port.py", line, "loss") for line in (3, 10, 11))
SAME, OTHER = 0, 1  # numbers of values: the one is of a class that both sides have
CLASSES, BOTH = {SAME: 7, OTHER: 8}, frozenset((7,))


def record(*operations):
    return Operations(
        tuple(Operation(name, (), (output,), stack) for name, output, stack in operations),
        tuple(Value((), "float64", None, np.zeros(())) for _ in range(2)),
    )


def blamed(number, *operations):
    return line_to_blame(record(*operations), CLASSES, BOTH, number)


def test_where_a_helper_is_right_elsewhere_its_caller_is_to_blame():
    right, wrong = ("Mean", SAME, (HELPER, FIRST)), ("Mean", OTHER, (HELPER, SECOND))
    assert blamed(1, right, wrong) == SECOND


def test_where_a_helper_is_wrong_everywhere_it_is_to_blame_itself():
    assert blamed(1, ("Mean", OTHER, (HELPER, FIRST)), ("Mean", OTHER, (HELPER, SECOND))) == HELPER


def test_a_helper_that_comes_to_the_same_again_was_given_the_same():
    """As a loss that is taken of one order of the logits twice."""
    again = ("Mean", SAME, (HELPER, FIRST)), ("Mean", SAME, (HELPER, SECOND))
    assert blamed(1, *again) == SECOND
    assert blamed(1, again[0], again[0]) == HELPER


def test_a_loop_calls_from_one_place():
    assert blamed(1, ("Mean", SAME, (HELPER, FIRST)), ("Mean", OTHER, (HELPER, FIRST))) == HELPER


CELL, LOOP, STEP = (
    Place("/home/user/port.py", line, name) for line, name in ((3, "cell"), (10, "model"), (20, "step"))
)


def in_pieces(*wrong):
    """A model that calls its cell twice, on two pieces, so that each call is of a number of its own."""
    outputs = [OTHER if number in wrong else SAME for number in range(4)]
    operations = tuple(
        Operation("Tanh", (), (outputs[number],), (CELL, LOOP, STEP), calls=(number + 1, 11 + number // 2, 21))
        for number in range(4)
    )
    return Operations(operations, tuple(Value((), "float64", None) for _ in range(2)))


def test_of_loops_the_one_is_to_blame_that_went_on_with_something_else():
    assert line_to_blame(in_pieces(1, 2, 3), CLASSES, BOTH, 1) == LOOP, "the second call of the first piece"
    assert line_to_blame(in_pieces(2, 3), CLASSES, BOTH, 2) == STEP, "the first call of the second piece"
    assert line_to_blame(in_pieces(0, 1, 2, 3), CLASSES, BOTH, 0) == CELL
    assert line_to_blame(in_pieces(2), CLASSES, BOTH, 2) == CELL, "the next call has nothing of it"


def test_a_loop_whose_last_call_is_wrong_is_to_blame_for_a_helper_that_is_right_elsewhere():
    """Though the first of its calls came to the right thing, as where a layer inside is given what is right."""
    operations = [Operation("Tanh", (), (SAME,), (CELL, FIRST), calls=(1, 9))]
    for number, outputs in enumerate(((OTHER, SAME), (OTHER, OTHER)), 2):
        for output in outputs:
            operations.append(Operation("Tanh", (), (output,), (CELL, SECOND), calls=(number, 9)))
    values = tuple(Value((), "float64", None) for _ in range(2))
    assert line_to_blame(Operations(tuple(operations), values), CLASSES, BOTH, 1) == SECOND


def test_a_state_is_told_by_the_loop_that_carries_it():
    pieces = in_pieces()
    of_one_piece = replace(pieces.operations[1], inputs=(2,)), replace(pieces.operations[0], outputs=(2,))
    of_both = replace(pieces.operations[2], inputs=(2,)), replace(pieces.operations[1], outputs=(2,))
    for (using, making), line in ((of_one_piece, LOOP), (of_both, STEP)):
        values = tuple(Value((), "float64", None) for _ in range(3))
        assert line_that_uses(Operations((making, using), values), 1, 2) == line


def test_what_a_call_comes_to_is_what_counts_and_not_what_is_on_the_way():
    on_the_way, end = ("Exp", OTHER, (HELPER, FIRST)), ("Mean", SAME, (HELPER, FIRST))
    wrong = ("Exp", SAME, (HELPER, SECOND)), ("Mean", OTHER, (HELPER, SECOND))
    assert blamed(3, on_the_way, end, *wrong) == SECOND
    assert blamed(2, end, on_the_way, *wrong) == HELPER


def test_what_no_line_of_the_users_ran_has_none():
    assert blamed(0, ("Mean", OTHER, ())) is None


def test_a_helper_is_given_a_value_where_the_function_that_made_it_calls_it():
    inside, outside = Place("/home/user/port.py", 3, "smoothed"), Place("/home/user/port.py", 10, "loss")
    made = Operation("Slice", (), (SAME,), (Place("/home/user/port.py", 9, "loss"),))
    taken = Operation("LogSoftmax", (SAME,), (OTHER,), (inside, outside))
    values = tuple(Value((), "float64", None) for _ in range(2))
    assert line_that_takes(Operations((made, taken), values), 1, SAME) == outside
    assert line_that_takes(Operations((taken,), values), 0, SAME) == inside


def test_a_helper_makes_a_value_where_the_function_that_takes_it_calls_it(tmp_path):
    """Though a method of another class has the name of that function."""
    file = tmp_path / "port.py"
    norm, model = "class Norm:\n  def call(self, x):\n    return 2 * x\n", "class Model:\n  def call(self, x):\n"
    file.write_text(f"{norm}{model}    x = self.norm(x)\n    y = self.norm(x)\n    return y * self.w\n")
    norm, before, makes, takes = (Place(str(file), line, "call") for line in (3, 6, 7, 8))
    first, made = (Operation("Mul", (), (each,), (norm, by)) for each, by in ((OTHER, before), (SAME, makes)))
    taken = Operation("MatMul", (SAME,), (OTHER,), (takes,))
    values = tuple(Value((), "float64", None) for _ in range(2))
    assert line_that_makes(Operations((first, made, taken), values), SAME, 2) == makes
    assert line_that_makes(Operations((made, taken), values), SAME, 1) == norm, "which is called once"
    assert line_that_makes(Operations((taken,), values), SAME, 0) is None


def test_a_cell_that_makes_a_state_and_uses_it_in_another_call_is_told_by_that_call():
    encoder, decoder = (HELPER, FIRST), (HELPER, SECOND)
    values = tuple(Value((), "float64", None) for _ in range(2))

    def used(made, using):
        operations = Operation("Mul", (), (SAME,), made), Operation("Mul", (SAME,), (OTHER,), using)
        return line_that_uses(Operations(operations, values), 1, SAME)

    assert used(encoder, decoder) == SECOND
    assert used(encoder, encoder) == HELPER, "a loop"
    assert used((FIRST,), decoder) == HELPER
