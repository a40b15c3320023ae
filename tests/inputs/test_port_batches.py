"""What a port yields is drawn once, as it is yielded; what cannot be trained on is named with its line."""

import numpy as np
import pytest

from compare.inputs import port_batches as batches
from compare.inputs.port_errors import PortError
from tests.helpers.port_texts import HEAD, WHOLE, yielding


def draw_error(path, most=5):
    with pytest.raises(PortError) as caught:
        batches.draw(path, 0, most)
    return str(caught.value)


def test_batches_are_drawn_as_they_are_yielded(file):
    drawn = batches.draw(file(WHOLE), 3, 100)
    generator = np.random.default_rng(3)
    assert (drawn.name, drawn.seed, drawn.form, drawn.steps, drawn.more) == ("my_port", 3, "dicts", 8, False)
    for batch in drawn.drawn:
        assert list(batch) == ["x", "y"]
        np.testing.assert_array_equal(batch["x"], generator.normal(size=(4, 2)))
        np.testing.assert_array_equal(batch["y"], np.arange(4))
    assert (drawn.steps_per_epoch, drawn.channels_first, drawn.explicit) == (8, (), ())


@pytest.mark.parametrize(("most", "steps", "more"), [(7, 7, True), (8, 8, False), (9, 8, False)])
def test_at_most_so_many_batches_are_taken_and_what_was_left_is_told(file, most, steps, more):
    drawn = batches.draw(file(WHOLE), 0, most)
    assert (drawn.steps, drawn.more) == (steps, more)


def test_batches_without_end_are_taken_up_to_the_most(file):
    drawn = batches.draw(file(yielding("while True:", "    yield rng.normal(size=3)")), 0, 5)
    assert (drawn.steps, drawn.more, drawn.form) == (5, True, "arrays")


@pytest.mark.parametrize(
    ("batch", "form", "names"),
    [
        ("{'x': np.ones(3), 'y': np.ones(3)}", "dicts", ["x", "y"]),
        ("(np.ones(3), np.ones(3))", "tuples", ["0", "1"]),
        ("[np.ones(3)]", "tuples", ["0"]),
        ("np.ones(3)", "arrays", ["0"]),
    ],
)
def test_a_batch_is_a_dict_a_tuple_or_an_array(file, batch, form, names):
    drawn = batches.draw(file(yielding(f"yield {batch}")), 0, 5)
    assert (drawn.form, list(drawn.drawn[0])) == (form, names)


def test_a_list_of_batches_is_as_good_as_a_generator(file):
    assert batches.draw(file(yielding("return [np.ones(3), np.ones(3)]")), 0, 5).steps == 2


def test_what_a_port_says_of_itself_is_read(file):
    said = "CHANNELS_FIRST = ('x',)\nSTEPS_PER_EPOCH = 3\nMUST_FALL = True\n"
    said += "WEIGHTS = {'a': 'b', 'c': None, None: ['d', 'e']}\nACCEPT = {'BatchNorm eps': 'stock'}\n"
    drawn = batches.draw(file(WHOLE + said), 0, 8)
    assert (drawn.channels_first, drawn.steps_per_epoch, drawn.must_fall) == (("x",), 3, True)
    assert drawn.accepted == {"BatchNorm eps": "stock"}
    assert drawn.explicit == (("a", "b"), ("c", None), (None, "d"), (None, "e"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["return []"], "yields nothing: there is nothing to train on"),
        (["yield np.ones(3)", "yield (np.ones(3),)"], "yields arrays and tuples: give all batches the same form"),
        (["yield {'x': np.ones(3)}", "yield np.ones(3)"], "yields arrays and dicts: give all batches the same form"),
        (["yield {'x': np.array(['a', 'b'])}"], "yields x as <U1, expected NumPy arrays of numbers"),
        (["yield 'abc'"], "yields 0 as <U3, expected NumPy arrays of numbers"),
        (["yield (np.ones(3), None)"], "yields 1 as object, expected NumPy arrays of numbers"),
        (["yield {'x': np.ones(3) * 1j}"], "yields x as complex128, expected NumPy arrays of numbers"),
        (["yield {'x': np.ones(3), 'y': 3.0}"], "yields y as a scalar, expected an array with an axis of examples"),
        (["yield np.random.normal(size=3)"], "yields different batches at each call: take all randomness from its rng"),
        (["yield np.ones(3)", "yield np.random.normal(size=3)"], "yields different batches at each call"),
        (["yield np.ones(np.random.randint(1, 10**6))"], "yields different batches at each call"),
    ],
)
def test_what_cannot_be_trained_on_is_named(file, lines, said):
    assert draw_error(file(yielding(*lines))).startswith(f"my_port.py: batches() {said}")


@pytest.mark.parametrize(
    ("lines", "place", "said"),
    [
        (["yield np.ones(3)", "raise RuntimeError('the disk is on fire')"], " line 4,", "RuntimeError: the disk is on"),
        (["yield open('/no/such/file')"], " line 3,", "FileNotFoundError"),
        (["import sys", "sys.exit(3)", "yield 1"], " line 4,", "SystemExit: 3"),
        (["return None"], "", "TypeError: 'NoneType' object is not iterable"),
        (["yield [[1.0, 2.0], [3.0]], [[1.0], [2.0, 3.0]]"], "", "inhomogeneous"),
    ],
)
def test_an_error_in_batches_is_named_with_its_line(file, lines, place, said):
    message = draw_error(file(yielding(*lines)))
    assert message.startswith(f"my_port.py,{place} in batches(): ")
    assert said in message


def test_batches_that_no_memory_holds_are_refused_with_the_option_that_helps(file, monkeypatch):
    monkeypatch.setattr(batches, "MOST_BYTES", 1000)
    message = draw_error(file(yielding("while True:", "    yield np.ones(50)")))
    assert "3 batches take " in message
    assert "give fewer with --steps" in message


@pytest.mark.parametrize("weights", ["['a', 'b']", "'a'", "3"])
def test_weights_that_are_no_dict_are_refused(file, weights):
    message = draw_error(file(WHOLE + f"WEIGHTS = {weights}\n"))
    assert message.startswith("my_port.py: WEIGHTS is ")
    assert "expected a dict from tf names to torch names" in message


def test_batches_with_nan_in_them_are_the_same_at_each_call(file):
    assert batches.draw(file(yielding("yield np.array([1.0, np.nan])")), 0, 5).steps == 1


WRONG_DATA = [
    (yielding("yield {'x': object()}"), "yields x as object"),
    (yielding("yield {}"), "without"),
    (HEAD + "STREAM = iter([np.ones(3)] * 3)\n" + yielding("return STREAM"), "different batches at each call"),
    (yielding("yield {np.random.rand(): np.ones(3)}"), "different batches at each call"),
    (WHOLE + "STEPS_PER_EPOCH = 'ten'\n", "STEPS_PER_EPOCH"),
    (WHOLE + "STEPS_PER_EPOCH = -3\n", "STEPS_PER_EPOCH"),
    (WHOLE + "MUST_FALL = 'loss'\n", "MUST_FALL"),
    (WHOLE + "ACCEPT = ['BatchNorm eps']\n", "ACCEPT"),
    (WHOLE + "ACCEPT = {'BatchNorm eps': 1}\n", "ACCEPT"),
    (WHOLE + "CHANNELS_FIRST = 3\n", "CHANNELS_FIRST"),
    (WHOLE + "CHANNELS_FIRST = 'image'\n", "CHANNELS_FIRST"),
    (WHOLE + "CHANNELS_FIRST = ('image',)\n", "CHANNELS_FIRST"),
    (WHOLE + "WEIGHTS = {'a': 3}\n", "WEIGHTS"),
]


@pytest.mark.parametrize(
    ("text", "said"),
    WRONG_DATA,
)
def test_what_is_wrong_with_what_a_port_says_is_named(file, text, said):
    message = draw_error(file(text), 3)
    assert message.startswith("my_port.py: ")
    assert said in message


LAST = "\n\ndef evaluation(rng):\n    return {'x': rng.normal(size=(2, 2)), 'y': np.arange(2)}\n"


def test_without_a_batch_to_evaluate_there_is_none(file):
    assert batches.draw(file(WHOLE), 0, 5).evaluation == {}


def test_the_batch_to_evaluate_is_drawn_once_from_a_generator_that_begins_as_that_of_the_batches(file):
    drawn = batches.draw(file(WHOLE + LAST), 3, 5)
    np.testing.assert_array_equal(drawn.evaluation["x"], np.random.default_rng(3).normal(size=(2, 2)))
    np.testing.assert_array_equal(drawn.evaluation["y"], [0, 1])


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("(np.ones(3), np.ones(3))", "returns tuples with 0, 1, expected dicts with x, y, as batches() yields"),
        ("{'x': np.ones(3)}", "returns dicts with x, expected dicts with x, y, as batches() yields"),
        ("{'x': np.ones(3), 'y': 2.0}", "returns y as a scalar"),
        ("{'x': np.random.normal(size=3), 'y': np.ones(3)}", "returns a different batch at each call"),
        ("iter([])", "returns list_iterator, expected one batch: return it, do not yield it"),
    ],
)
def test_what_cannot_be_evaluated_is_named(file, returned, said):
    message = draw_error(file(WHOLE + f"def evaluation(rng):\n    return {returned}\n"))
    assert message.startswith(f"my_port.py: evaluation() {said}")


def test_an_error_in_evaluation_is_named_with_its_line(file):
    message = draw_error(file(WHOLE + "def evaluation(rng):\n    return 1 / 0\n"))
    assert (
        message == f"my_port.py, line {WHOLE.count(chr(10)) + 2}, in evaluation(): ZeroDivisionError: division by zero"
    )
