"""A port file is read as it was meant, and whatever is wrong with it is said in its author's terms, with the line."""

import os
import re
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest

from compare.inputs import port_file as port
from compare.inputs.port_errors import NoEvaluationError, PortError
from compare.inputs.port_forms import FORMS
from tests.helpers.port_texts import BATCHES, HEAD, TF, TORCH, WHOLE

LINES_BEFORE = WHOLE.count("\n")


def load_error(path):
    with pytest.raises(PortError) as caught:
        port.load(path)
    return str(caught.value)


def test_a_file_that_was_written_again_in_the_same_second_and_size_is_read_anew(file, monkeypatch):
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    for number in (1, 2):
        path = file(WHOLE + f"given = {number}\n")
        os.utime(path, (1e9, 1e9))
        assert port.load(path).given == number


# What does not load


def test_a_file_that_is_not_there_brings_the_command_that_writes_one(tmp_path):
    path = str(tmp_path / "my_port.py")
    assert load_error(path) == f"{path} is not a file: `python -m compare new {path}` writes one to start from"
    assert "is not a file" in load_error(str(tmp_path))


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
    assert side.as_written


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


@pytest.mark.parametrize(
    ("returned", "said"),
    [
        ("np.float64(1) if model.training else {}['boxes']", "my_port.py, line 9, in evaluation: KeyError: 'boxes'"),
        ("np.float64(1) if model.training else 0", "my_port.py: loss returns int, expected the loss"),
        ("np.float64(1) if model.training else np.ones(3)", "my_port.py: loss returns shape (3,), expected a scalar"),
    ],
)
def test_a_loss_of_training_only_is_no_fault_and_says_why_it_gives_no_evaluation(file, returned, said):
    @contextmanager
    def mode(model):
        model.training = False
        try:
            yield
        finally:
            model.training = True

    head = "from types import SimpleNamespace\n"
    model = "SimpleNamespace(training=True)"
    text = head + with_torch_side(f"{model}, lambda model, batch: {returned}, 'o'")
    side = made(file(text), evaluating=mode)
    assert side.loss(side.model, {"x": np.ones(3)}) == (1.0, {})
    with pytest.raises(NoEvaluationError) as caught:
        side.loss(side.model, {"x": np.ones(3)}, training=False)
    assert str(caught.value).startswith(said)
    assert side.model.training


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


def test_without_a_step_of_its_own_the_loops_is_used(file):
    assert made(file(WHOLE)).step is None
    assert not made(file(WHOLE)).as_written
    assert made(file(WHOLE + "def tf_step(side, batch):\n    return 1\n")).step is None
    assert made(file(WHOLE + "def tf_step(side, batch):\n    return 1\n"), "tf").step is not None


@pytest.mark.parametrize("returned", ["('m', len, 'o')", "['m', len, 'o']", "Side('m', len, 'o')"])
def test_a_side_may_be_returned_in_three_forms(file, returned):
    side = made(file("from compare import Side\n" + with_torch_side(returned)))
    assert (side.model, side.optimizer) == ("m", "o")


def test_a_schedule_is_pytorchs_to_step_and_kerass_optimizer_to_hold(file):
    returned = "Side('m', len, 'o', schedule=[])"
    assert made(file("from compare import Side\n" + with_torch_side(returned))).schedule == []
    text = "from compare import Side\n" + HEAD + BATCHES + TORCH + f"def tf_side():\n    return {returned}\n"
    with pytest.raises(PortError) as caught:
        made(file(text), "tf")
    assert str(caught.value) == (
        "my_port.py: tf_side() returns a schedule (list), but Keras has none beside the optimizer: "
        "give it to the optimizer as its learning_rate, and leave schedule= out"
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_pipeline_of_a_sides_own_gets_and_gives_batches_as_they_were_yielded(file, form):
    pipeline = "batches=lambda given: (kept.append(batch) or batch for batch in given)"
    text = "from compare import Side\nkept = []\n" + with_torch_side(f"Side(kept, len, 'o', {pipeline})")
    side = made(file(text), form=form)
    x, y = np.ones((3, 2)), np.zeros(3)
    [batch] = side.batches([{"0": x, "1": y} if form != "arrays" else {"0": x}])
    np.testing.assert_equal(side.model, [{"dicts": {"0": x, "1": y}, "tuples": (x, y), "arrays": x}[form]])
    np.testing.assert_equal(batch, {"0": x} if form == "arrays" else {"0": x, "1": y})


def test_without_them_a_side_has_neither_schedule_nor_pipeline(file):
    side = made(file(WHOLE))
    assert (side.schedule, side.batches) == (None, None)


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


def test_a_loss_that_is_a_plain_number_is_taken_of_a_step_and_explained_where_it_is_to_be_minimised(file):
    assert computed(file, "2.0", "torch_step") == (2.0, {})
    with pytest.raises(PortError, match="tensor"):
        computed(file, "2.0", "loss")
