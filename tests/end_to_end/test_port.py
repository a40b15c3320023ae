"""A port file is read as it was meant, and whatever is wrong with it is said in its author's terms, with the line."""

import re
import sys
from contextlib import contextmanager, nullcontext
from functools import partial, wraps

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from compare.inputs import port_batches as batches
from compare.inputs import port_file as port
from compare.inputs import port_inputs
from compare.inputs.port_file import PortError
from compare.inputs.port_inputs import FORMS, PortInputs

PROPERTY = settings(max_examples=40, deadline=None)
HEAD = "import numpy as np\n"
BATCHES = "def batches(rng):\n    for _ in range(8):\n        yield {'x': rng.normal(size=(4, 2)), 'y': np.arange(4)}\n"
TORCH = "def torch_side():\n    return 'model', lambda model, batch: np.float64(batch['x'].sum()), 'optimizer'\n"
TF = "def tf_side():\n    return 'model', lambda model, batch: np.float64(batch['x'].sum()), 'optimizer'\n"
WHOLE = HEAD + BATCHES + TORCH + TF
LINES_BEFORE = WHOLE.count("\n")


@pytest.fixture(autouse=True)
def paths(monkeypatch):
    """What a port adds to the places where modules are looked for is taken away."""
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def file(tmp_path):
    """Writes a text to my_port.py, and gives its path."""

    def write(text, name="my_port.py"):
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(tmp_path / name)

    return write


def yielding(*lines):
    """A port whose batches() consists of these lines."""
    return HEAD + "def batches(rng):\n" + "".join(f"    {line}\n" for line in lines) + TORCH + TF


def load_error(path):
    with pytest.raises(PortError) as caught:
        port.load(path)
    return str(caught.value)


def draw_error(path, most=5):
    with pytest.raises(PortError) as caught:
        batches.draw(path, 0, most)
    return str(caught.value)


# What does not load


def test_a_file_that_is_not_there_brings_the_command_that_writes_one(tmp_path):
    path = str(tmp_path / "my_port.py")
    assert load_error(path) == f"{path} is no file: `python -m compare new {path}` writes one to start from"
    assert "is no file" in load_error(str(tmp_path))


def test_a_file_that_is_no_python_file_is_named(file):
    assert "its name must end in .py" in load_error(file(WHOLE, "my_port.txt"))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("def batches(rng:\n", LINES_BEFORE + 1, "SyntaxError"),
        ("import no_such_module_anywhere\n", LINES_BEFORE + 1, "No module named 'no_such_module_anywhere'"),
        ("def helper():\n    return 1 / 0\n\nhelper()\n", LINES_BEFORE + 2, "ZeroDivisionError: division by zero"),
        ("import json\njson.loads('{')\n", LINES_BEFORE + 2, "JSONDecodeError"),
        ("import sys\nsys.exit('not today')\n", LINES_BEFORE + 2, "SystemExit: not today"),
    ],
)
def test_a_file_that_does_not_import_is_named_with_the_line(file, text, line, said):
    message = load_error(file(WHOLE + text))
    assert message.startswith(f"my_port.py, line {line}, while it was imported: ")
    assert said in message


def test_the_line_is_in_the_port_where_what_it_imports_is_broken(file):
    file("def broken(:\n", "beside_it.py")
    assert load_error(file("import beside_it\n" + WHOLE)).startswith(
        "my_port.py, line 1, while it was imported: Syntax"
    )


def test_a_file_that_is_no_text_is_named(file):
    assert load_error(file(b"\xff\xfe\x00")).startswith("my_port.py,")


def test_a_long_message_is_cut_and_stands_in_one_line(file):
    message = load_error(file(WHOLE + "raise ValueError('much\\n' * 1000)\n"))
    assert "\n" not in message
    assert message.endswith(" ...")
    assert len(message) < 500


@pytest.mark.parametrize("missing", port.FUNCTIONS)
@pytest.mark.parametrize("instead", ["", "{missing} = 3\n"])
def test_a_function_that_is_missing_is_named(file, missing, instead):
    text = HEAD + "".join(part for part in (BATCHES, TORCH, TF) if f"def {missing}(" not in part)
    message = load_error(file(text + instead.format(missing=missing)))
    assert message == f"my_port.py has no function {missing}(): a port defines batches, torch_side, tf_side"


def test_what_stands_beside_a_port_can_be_imported(file):
    file("answer = 42\n", "beside_this_one.py")
    assert port.load(file("from beside_this_one import answer\n" + WHOLE)).answer == 42


def test_a_port_may_define_dataclasses_with_annotations_that_are_evaluated_later(file):
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n"
    port.load(file(text + WHOLE + "@dataclass\nclass Options:\n    rate: float = 0.1\n"))


def test_an_interruption_is_no_error_of_the_port(file):
    with pytest.raises(KeyboardInterrupt):
        port.load(file(WHOLE + "raise KeyboardInterrupt\n"))


# What it yields


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
    said = "CHANNELS_FIRST = ('x',)\nSTEPS_PER_EPOCH = 3\nWEIGHTS = {'a': 'b', 'c': None, None: ['d', 'e']}\n"
    drawn = batches.draw(file(WHOLE + said), 0, 8)
    assert (drawn.channels_first, drawn.steps_per_epoch) == (("x",), 3)
    assert drawn.explicit == (("a", "b"), ("c", None), (None, "d"), (None, "e"))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["return []"], "yields no batch: there is nothing to train on"),
        (["yield np.ones(3)", "yield (np.ones(3),)"], "yields arrays and tuples: give all of them one form"),
        (["yield {'x': np.ones(3)}", "yield np.ones(3)"], "yields arrays and dicts: give all of them one form"),
        (["yield {'x': np.array(['a', 'b'])}"], "yields x as <U1, expected NumPy arrays of numbers"),
        (["yield 'abc'"], "yields 0 as <U3, expected NumPy arrays of numbers"),
        (["yield (np.ones(3), None)"], "yields 1 as object, expected NumPy arrays of numbers"),
        (["yield {'x': np.ones(3) * 1j}"], "yields x as complex128, expected NumPy arrays of numbers"),
        (["yield {'x': np.ones(3), 'y': 3.0}"], "yields y as a scalar, expected an array with an axis of examples"),
        (["yield np.random.normal(size=3)"], "yields other batches at each call: draw all from the rng"),
        (["yield np.ones(3)", "yield np.random.normal(size=3)"], "yields other batches at each call"),
        (["yield np.ones(np.random.randint(1, 10**6))"], "yields other batches at each call"),
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
    assert "expected a dict from names of tf to names of torch" in message


def test_batches_with_nan_in_them_are_the_same_at_each_call(file):
    assert batches.draw(file(yielding("yield np.array([1.0, np.nan])")), 0, 5).steps == 1


WRONG_DATA = [
    (yielding("yield {'x': object()}"), "yields x as object"),
    (yielding("yield {}"), "without"),
    (HEAD + "STREAM = iter([np.ones(3)] * 3)\n" + yielding("return STREAM"), "other batches at each call"),
    (yielding("yield {np.random.rand(): np.ones(3)}"), "other batches at each call"),
    (WHOLE + "STEPS_PER_EPOCH = 'ten'\n", "STEPS_PER_EPOCH"),
    (WHOLE + "STEPS_PER_EPOCH = -3\n", "STEPS_PER_EPOCH"),
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


# Its sides


def made(path, name="torch", form="dicts", evaluating=nullcontext):
    return port.side(path, name, evaluating)({"form": form})


def with_torch_side(returned, more=""):
    return HEAD + BATCHES + TF + f"def torch_side():\n    return {returned}\n" + more


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("step", ["", "def torch_step(side, batch):\n    return side.loss(side.model, batch)\n"])
def test_loss_and_step_receive_a_batch_as_it_was_yielded(file, form, step):
    text = "[], lambda model, batch: model.append(batch) or np.float64(1), 'optimizer'"
    side = made(file(with_torch_side(text, step)), form=form)
    x, y = np.ones(3), np.zeros(3)
    run = side.step if step else lambda side, batch: side.loss(side.model, batch)
    assert run(side, {"0": x, "1": y}) == (np.float64(1), {})
    [batch] = side.model
    expected = {"dicts": {"0": x, "1": y}, "tuples": (x, y), "arrays": x}[form]
    assert type(batch) is type(expected)
    np.testing.assert_equal(batch, expected)


def test_a_step_gets_what_the_side_returned_and_not_the_loops_own_side(file):
    step = "def torch_step(side, batch):\n    side.model.append(side)\n    return np.float64(2), {'accuracy': 0.5}\n"
    side = made(file(with_torch_side("[], lambda model, batch: (model, batch), 'optimizer'", step)))
    assert side.step(None, {"x": np.ones(3)}) == (np.float64(2), {"accuracy": 0.5})
    [given] = side.model
    assert (given.loss("m", "b"), given.optimizer, given.step) == (("m", "b"), "optimizer", None)


WITHOUT = "def told(model, batch):\n    model.append('loss')\n    return np.float64(1)\n"
WITH = "def told(model, batch, training):\n    model.append(training)\n    return np.float64(1)\n"
SPELLINGS = ("", ", training=True")


@contextmanager
def noted(model):
    """In place of a framework's evaluation mode."""
    model.append("begin")
    yield
    model.append("end")


@pytest.mark.parametrize(("loss", "seen"), [(WITHOUT, ["begin", "loss", "end"]), (WITH, [False])])
def test_evaluation_is_told_to_a_loss_that_takes_it_and_set_around_one_that_does_not(file, loss, seen):
    side = made(file(loss + with_torch_side("[], told, 'optimizer'")), evaluating=noted)
    side.loss(side.model, {"x": np.ones(3)}, training=False)
    assert side.model == seen
    assert side.takes_training == (loss == WITH)


@pytest.mark.parametrize("said", SPELLINGS)
@pytest.mark.parametrize(("loss", "seen"), [(WITHOUT, "loss"), (WITH, True)])
def test_a_step_of_a_port_may_say_training_or_leave_it_out(file, loss, seen, said):
    step = f"side.loss(side.model, batch{said})"
    text = loss + with_torch_side("[], told, 'optimizer'", f"def torch_step(side, batch):\n    return {step}\n")
    side = made(file(text), evaluating=noted)
    side.step(side, {"x": np.ones(3)})
    side.loss(side.model, {"x": np.ones(3)})
    assert side.model == [seen, seen]


@pytest.mark.parametrize(
    ("loss", "given", "seen"),
    [
        ("def told(model, batch, weight=0.5):\n    model.append(weight)\n", ", 0.25", 0.25),
        ("def told(model, batch, weight=0.5):\n    model.append(weight)\n", ", weight=0.25, training=True", 0.25),
        ("def told(model, batch, weight=0.5):\n    model.append(weight)\n", "", 0.5),
        ("def told(model, batch, training, weight=0.5):\n    model.append((training, weight))\n", "", (True, 0.5)),
        (
            "def told(model, batch, training, weight=0.5):\n    model.append((training, weight))\n",
            ", False",
            (False, 0.5),
        ),
        (
            "def told(model, batch, training, weight=0.5):\n    model.append((training, weight))\n",
            ", weight=0.25",
            (True, 0.25),
        ),
    ],
)
def test_a_step_of_a_port_may_give_its_loss_more_arguments(file, loss, given, seen):
    step = f"def torch_step(side, batch):\n    side.loss(side.model, batch{given})\n    return np.float64(1)\n"
    side = made(file(loss + with_torch_side("[], told, 'optimizer'", step)))
    side.step(side, {"x": np.ones(3)})
    assert side.model == [seen]


class Module:
    """Called as a module of a framework is: with anything, which is handed on."""

    def __init__(self, **methods):
        vars(self).update(methods)

    def __call__(self, *arguments, **options):
        raise AssertionError("only looked at")


TAKES_TRAINING = [
    (lambda model, batch: 0, False),
    (lambda model, batch, training: 0, True),
    (lambda model, batch, *, training=False: 0, True),
    (lambda model, batch, smoothing=0.1, training=True: 0, True),
    (lambda model, batch, weight=1.0: 0, False),
    (lambda model, batch, **options: 0, True),
    (lambda model, *batch: 0, False),
    (partial(lambda l2, model, batch, training: 0, 0.1), True),
    (partial(lambda model, batch, l2: 0, l2=0.1), False),
    (wraps(lambda model, batch: 0)(lambda *arguments, **options: 0), False),
    (Module(forward=lambda model, batch: 0), False),
    (Module(forward=lambda model, batch, training: 0), True),
    (Module(call=lambda model, batch, training=None: 0), True),
    (len, False),
    (dict.fromkeys, False),
    (max, False),
]


@pytest.mark.parametrize(("loss", "takes"), TAKES_TRAINING)
def test_a_loss_takes_training_by_name_or_with_whatever_it_is_given(loss, takes):
    assert port.takes_training(loss) is takes


def test_without_a_step_of_its_own_the_loops_is_used(file):
    assert made(file(WHOLE)).step is None
    assert made(file(WHOLE + "def tf_step(side, batch):\n    return 1\n")).step is None
    assert made(file(WHOLE + "def tf_step(side, batch):\n    return 1\n"), "tf").step is not None


@pytest.mark.parametrize("returned", ["('m', len, 'o')", "['m', len, 'o']", "Side('m', len, 'o')"])
def test_a_side_may_be_returned_in_three_forms(file, returned):
    side = made(file("from compare import Side\n" + with_torch_side(returned)))
    assert (side.model, side.optimizer) == ("m", "o")


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("'model', len", "2 values (str, builtin_function_or_method)"),
        ("'model'", "returns str"),
        ("None", "returns NoneType"),
        ("'model', 'optimizer', len", "3 values (str, str, builtin_function_or_method)"),
        ("1, len, 3, 4", "4 values (int, builtin_function_or_method, int, int)"),
    ],
)
def test_a_side_that_returns_other_things_is_named_with_what_was_expected(file, returned, said):
    with pytest.raises(PortError) as caught:
        made(file(with_torch_side(returned)))
    assert str(caught.value).startswith("my_port.py: torch_side() returns ")
    assert said in str(caught.value)
    assert "expected model, loss, optimizer" in str(caught.value)


def test_an_error_in_a_side_is_named_with_its_line(file):
    with pytest.raises(PortError, match=r"^my_port.py, line 8, in torch_side\(\): ZeroDivisionError"):
        made(file(with_torch_side("1 / 0")))


def computed(file, returned, function="loss"):
    if function == "loss":
        side = made(file(with_torch_side(f"'m', lambda model, batch: {returned}, 'o'")))
        return side.loss(side.model, {"x": np.ones(3)})
    side = made(file(WHOLE + f"def torch_step(side, batch):\n    return {returned}\n"))
    return side.step(side, {"x": np.ones(3)})


@pytest.mark.parametrize("function", ["loss", "torch_step"])
@pytest.mark.parametrize(
    ("returned", "metrics"),
    [("np.float64(2)", {}), ("np.full((1, 1), 2.0)", {}), ("(np.float64(2), {'a': 1})", {"a": 1})],
)
def test_a_loss_is_a_scalar_with_metrics_or_without(file, function, returned, metrics):
    value, given = computed(file, returned, function)
    assert (float(np.squeeze(value)), given) == (2.0, metrics)


@pytest.mark.parametrize("function", ["loss", "torch_step"])
@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("None", "returns NoneType, expected the loss, or loss and metrics"),
        ("'low'", "returns str, expected the loss"),
        ("(np.float64(2), {}, 3)", "returns 3 values (float64, dict, int), expected the loss, or loss and metrics"),
        ("(np.float64(2), 0.5)", "returns 2 values (float64, float), expected the loss"),
        ("np.ones(32)", "returns shape (32,), expected a scalar: take its mean"),
        ("(np.ones((4, 2)), {})", "returns shape (4, 2), expected a scalar: take its mean"),
    ],
)
def test_a_loss_that_is_none_is_named_with_what_it_is(file, function, returned, said):
    with pytest.raises(PortError, match=rf"^my_port.py: {function} {re.escape(said)}"):
        computed(file, returned, function)


def test_a_loss_that_is_a_plain_number_is_taken_or_explained(file):
    with pytest.raises(PortError, match="tensor"):
        computed(file, "2.0", "torch_step")


# The file that both sides read

DTYPES = st.sampled_from(["float64", "float32", "float16", "int64", "int32", "uint8", "bool"])
ARRAYS = DTYPES.flatmap(lambda dtype: arrays(dtype, array_shapes(max_dims=3, max_side=3)))
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=8)
INPUTS = st.builds(
    PortInputs,
    name=st.just("my_port"),
    seed=st.integers(0, 9),
    form=st.sampled_from(sorted(FORMS)),
    drawn=st.lists(st.dictionaries(NAMES, ARRAYS, min_size=1, max_size=3), min_size=1, max_size=12),
    steps_per_epoch=st.integers(1, 9),
    channels_first=st.lists(NAMES, max_size=2).map(tuple),
    explicit=st.lists(st.tuples(NAMES | st.none(), NAMES | st.none()), max_size=3).map(tuple),
    more=st.booleans(),
)


@PROPERTY
@given(inputs=INPUTS)
def test_inputs_come_back_as_they_were_written_and_equal_ones_are_equal_bytes(tmp_path_factory, inputs):
    paths = [tmp_path_factory.mktemp("inputs") / "inputs.npz" for _ in range(2)]
    for path in paths:
        port_inputs.write(inputs, path)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    back = port_inputs.read(paths[0])
    for name in port_inputs.META:
        assert getattr(back, name) == getattr(inputs, name)
    assert [list(batch) for batch in back.drawn] == [list(batch) for batch in inputs.drawn]
    for one, other in zip(back.drawn, inputs.drawn, strict=True):
        for name in one:
            assert one[name].dtype == other[name].dtype
            np.testing.assert_array_equal(one[name], other[name])


def test_inputs_hold_no_pickles(tmp_path):
    inputs = PortInputs("my_port", 0, "dicts", [{"x": np.ones(3)}], 1)
    port_inputs.write(inputs, tmp_path / "inputs.npz")
    np.savez(tmp_path / "bad.npz", meta=np.array('{"form": "dicts"}'), **{"0/x": np.array([object()], object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        port_inputs.read(tmp_path / "bad.npz")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_floating_arrays_come_in_the_runs_precision_and_integers_as_they_are(precision):
    inputs = PortInputs("my_port", 0, "dicts", [{"x": np.ones(3, "float16"), "y": np.ones(3, "uint8")}], 1)
    [batch] = inputs.batches(precision)
    assert (batch["x"].dtype, batch["y"].dtype) == (precision, "uint8")


def test_an_example_of_every_shape_is_given_once():
    sizes = [4, 4, 3, 4, 3]
    drawn = [{"x": np.full((size, 2), step)} for step, size in enumerate(sizes)]
    examples = PortInputs("my_port", 0, "dicts", drawn, 1).examples("float32")
    assert [example["x"].shape for example in examples] == [(4, 2), (3, 2)]
    assert [int(example["x"][0, 0]) for example in examples] == [0, 2]
