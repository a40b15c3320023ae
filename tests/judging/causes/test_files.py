"""The user's code as rules see it."""

from types import SimpleNamespace

from compare.judging.causes.code import Code
from compare.judging.causes.files import Files, codes_of, statements_of
from compare.judging.judgement import Judgement
from compare.traces.place import Place

PORT = """import numpy as np
from torch import nn
RATE = 0.1
def torch_side():
    import torch
    return torch.optim.SGD
def tf_side():
    from keras import layers
    return layers.Dense(1)
def tf_step(side):
    return tf.constant(1)
"""


def names(side):
    return [getattr(each, "name", "") for each in statements_of(Code("port.py", PORT), side)]


def test_what_stands_in_a_file_for_one_side_is_without_the_others_functions():
    assert names("torch") == ["", "", "", "torch_side"]
    assert names("tf") == ["", "", "", "tf_side", "tf_step"]


def test_the_files_of_a_side_are_those_of_its_lines_as_they_are_changed(tmp_path):
    for name in ("a.py", "b.py", "broken.py"):
        (tmp_path / name).write_text("(" if name == "broken.py" else "x = 1\n")
    first, second, broken = (str(tmp_path / name) for name in ("a.py", "b.py", "broken.py"))
    made_at = {"optimizer": (Place(first, 1, ""), Place(second, 1, "")), "fc": (Place(broken, 1, ""),)}
    header = SimpleNamespace(made_at=made_at, side="tf")
    files = Files({second: Code(second, "x = 2\n")}, {})
    found = codes_of(Judgement("diverged", (), {}, None), header, files)
    assert [each.text for each in found] == ["x = 1\n", "x = 2\n"]
