"""What a passage knows of its statement, of its file and of PyTorch's statements."""

import ast

from compare.judging.causes.passage import Passage, known_names, name_called
from tests.helpers.passages import passage


def test_what_is_called_or_stored_in_is_no_value():
    found = passage("value = tf.nn.relu(logits)")
    assert [found.code.piece(each) for each in found.values()] == ["tf.nn.relu(logits)", "logits"]


def test_the_words_of_pytorchs_side_are_its_functions_variables_and_keywords():
    found = passage("pass", "loss = logits.detach().mean(dim=1)")
    assert found.torch_words == {"loss", "logits", "detach", "mean", "dim"}
    assert found.says("no_grad", "detach")
    assert not found.says("sum")


def test_pytorchs_numbers_are_those_it_writes_names_or_computes_of_constants_alone():
    found = passage("pass", "y = ALPHA * logits / math.sqrt(WIDTH) - 0.5")
    assert {"ALPHA", "WIDTH", "math.sqrt(WIDTH)", "0.5"} == set(found.torch_numbers)


def test_constants_are_the_numbers_that_the_file_names():
    assert passage("pass").constants == {"WIDTH": 8, "ALPHA": 0.25}


def test_known_is_what_was_assigned_before_and_no_argument_of_a_loss():
    assert known_names(passage("y = 1")) == ["logits", "mask"]


def test_a_file_without_tf_is_written_in_keras_operations():
    other = Passage(passage("pass").code.__class__("x.py", "import keras\n"), ast.Pass())
    assert passage("pass").has_tf
    assert not other.has_tf


def test_of_a_statement_that_holds_others_only_its_own_parts_count():
    found = passage("for each in logits:\n        total = each")
    assert not [node for node in found.each(ast.Name) if node.id == "total"]


def test_the_name_of_what_is_called():
    assert name_called(ast.parse("tf.nn.relu(x)").body[0].value) == "relu"
    assert name_called(ast.parse("f(x)").body[0].value) == "f"
    assert name_called(ast.parse("x").body[0].value) == ""
