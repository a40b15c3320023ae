"""The numbers that a statement takes from elsewhere are found in the text of its file, where they are plain."""

import textwrap

import pytest

from compare.judging.constants import Number, numbers_of, only_in_one
from compare.traces.places import Place

FILE = """
    import math

    TEMPERATURE, LIMIT = 0.07, 5
    SHARED = 2 * TEMPERATURE


    class Focal:
        alpha = 0.25

        def __init__(self, gamma=2.0, weight=1.0):
            self.gamma = gamma
            self.scale = math.sqrt(4.0)
            self.table = [1, 2]

        def loss(self, x, eps=1e-8):
            bound = (0.01 * 255) ** 2
            low, high = -1.0, tf.constant(3.0)
            twice = 1
            twice = 2
            x = x + bound  # bound
            x = x * self.gamma  # gamma
            x = x * self.scale + self.alpha  # attributes
            x = x + eps  # default
            x = tf.clip(x, low, high)  # tuple
            x = x / TEMPERATURE / SHARED  # module
            x = x * twice * len(x) + self.table + x.shape  # unknown
            x = x.reshape(4, 5)[:, 2].sum(axis=1) + tf.zeros(6) * x.view(-1, LIMIT).mean(dim=2)  # shape
            x = tf.reshape(x * 0.5, [4, LIMIT])[..., :3] + LIMIT * tf.reduce_sum(x, axis=2)  # reshaped
            return x + 7  # literal


    def smoothed(x, amount=0.1, by=3):
        return x * amount + by  # called


    focal = Focal(gamma=1.5)
    value = smoothed(data, 0.2)
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "port.py"
    path.write_text(textwrap.dedent(FILE))
    return path


def found(file, comment):
    """The numbers of the line with this comment, and the text of the lines that set them."""
    lines = file.read_text().splitlines()
    number = next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {comment}"))
    numbers = numbers_of(Place(str(file), number, "loss"))
    return {each.value: lines[each.at.line - 1].strip().partition(" =")[0] for each in numbers}


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("bound", {(0.01 * 255) ** 2: "bound"}),
        ("gamma", {1.5: "focal"}),  # what the call says, and not the default
        ("attributes", {2.0: "self.scale", 0.25: "alpha"}),
        ("default", {1e-8: "def loss(self, x, eps=1e-8):"}),
        ("tuple", {-1.0: "low, high", 3.0: "low, high"}),
        ("module", {0.07: "TEMPERATURE, LIMIT", 0.14: "SHARED"}),
        ("unknown", {}),
        ("shape", {}),
        ("reshaped", {0.5: "x", 5.0: "TEMPERATURE, LIMIT"}),
        ("literal", {7.0: "return x + 7  # literal"}),
        ("called", {0.2: "value", 3.0: "def smoothed(x, amount=0.1, by=3):"}),
    ],
)
def test_a_number_is_found_with_the_line_that_sets_it(file, comment, expected):
    assert found(file, comment) == expected


def test_what_is_set_again_and_again_is_no_constant(tmp_path):
    path = tmp_path / "port.py"
    for times, known in ((3, [0.5]), (4, [])):
        path.write_text("def loss(x):\n" + "    scale = 0.5\n" * times + "    return x * scale\n")
        assert [each.value for each in numbers_of(Place(str(path), times + 2, "loss"))] == known
        path = tmp_path / "other.py"  # a file is read once


def test_the_text_of_a_file_that_cannot_be_read_has_none(tmp_path):
    assert numbers_of(Place(str(tmp_path / "none.py"), 3, "loss")) == []


def numbers(*values):
    return [Number(value, Place("port.py", line, "loss")) for line, value in enumerate(values)]


def values(both):
    return tuple([each.value for each in side] for side in both)


@pytest.mark.parametrize(
    ("torch", "tf", "expected"),
    [
        ((0.01, 2), (2.55, 2), ([0.01], [2.55])),
        ((0.5,), (2.0,), ([], [])),  # a product on one side and a quotient on the other
        ((3.0,), (-3.0,), ([], [])),
        ((3.0, 1.0), (3.0,), ([], [])),  # only one side has one more
        ((), (4.0,), ([], [])),
    ],
)
def test_numbers_differ_where_each_side_has_one_that_the_other_has_in_no_form(torch, tf, expected):
    assert values(only_in_one(numbers(*torch), numbers(*tf))) == expected
