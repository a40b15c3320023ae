"""Which changes are tried for a judgement: of its settings, and of its lines."""

from types import SimpleNamespace

import pytest

from compare.judging.causes.candidates import candidates
from compare.judging.causes.code import Code
from compare.judging.causes.files import Files, innermost
from compare.judging.judgement import Judgement
from compare.judging.line import BOTH, PARTS, Line
from compare.judging.settings import SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL
from compare.traces.place import Place
from tests.helpers.stage_row import BEYOND, row

PORT = """import tensorflow as tf
def torch_side():
    return x.mean()
def tf_side():
    norm = layers.BatchNormalization()
    return tf.reduce_sum(x)
"""
FORWARD, LOSS = row(0, "forward", "bn", BEYOND), row(0, "loss", "loss", BEYOND)


@pytest.fixture
def port(tmp_path):
    (tmp_path / "port.py").write_text(PORT)
    return str(tmp_path / "port.py")


def line(side, file, number, role=PARTS):
    return Line("the loss", side, role, Place(file, number, "f"), "1", "scalar")


def judged(file, first, lines=(), settings=()):
    made_at = {"norm": (Place(file, 5, "f"),)}
    headers = {side: SimpleNamespace(made_at=made_at, side=side, settings=()) for side in ("torch", "tf")}
    pair = SimpleNamespace(**{side: SimpleNamespace(header=header, curves={}) for side, header in headers.items()})
    comparison = SimpleNamespace(rows=[first], pair=pair)
    return Judgement("diverged", (), {"float64": comparison}, first, settings, lines=lines)


def statements(found, number):
    return [innermost(each.after, number) for each in found]


def test_the_statement_of_tf_is_rewritten_after_pytorchs(port):
    lines = (line("torch", port, 3), line("tf", port, 6))
    found = list(candidates(judged(port, LOSS, lines), LOSS, Files({}, {})))
    assert found[0].after.text == PORT.replace("reduce_sum", "reduce_mean")
    assert all("return x.mean()" in each.after.text for each in found)


def test_what_stands_before_a_line_that_parts_is_tried_behind_it(port):
    found = list(candidates(judged(port, LOSS, (line("tf", port, 6),)), LOSS, Files({}, {})))
    changed = [index for index, each in enumerate(found) if each.before.piece(each.rewrite.node).startswith("layers")]
    assert changed
    assert changed[0] > 0


def test_a_line_that_both_have_is_not_rewritten(port):
    assert not list(candidates(judged(port, LOSS, (line("tf", port, 6, BOTH),)), LOSS, Files({}, {})))


def test_a_setting_that_differs_is_set_first_where_its_layer_was_made(port):
    eps = SettingRow("bn", "BatchNorm", "eps", 1e-5, 1e-3, DIFFERS, "", "norm")
    found = list(candidates(judged(port, FORWARD, settings=(eps,)), FORWARD, Files({}, {})))
    assert found[0].after.text == PORT.replace("Normalization()", "Normalization(epsilon=1e-05)")
    assert (found[0].is_set, found[0].rewrite.rule) == (True, "of_settings")


def test_layers_that_are_set_alike_are_set_at_once(port, tmp_path):
    (tmp_path / "port.py").write_text(
        PORT.replace("    return tf", "    other = layers.BatchNormalization()\n    return tf")
    )
    rows = tuple(SettingRow(name, "BatchNorm", "eps", 1e-5, 1e-3, DIFFERS, "", f"tf_{name}") for name in ("bn", "bn2"))
    judgement = judged(port, FORWARD, settings=rows)
    made_at = judgement.comparisons["float64"].pair.tf.header.made_at
    made_at |= {"tf_bn": (Place(port, 5, "f"),), "tf_bn2": (Place(port, 6, "f"),)}
    first, second, *_ = candidates(judgement, FORWARD, Files({}, {}))
    assert first.after.text.count("epsilon=1e-05") == 2
    assert second.after.text.count("epsilon=1e-05") == 1


def test_where_an_optimizer_parts_the_line_that_made_it_is_rewritten_too(port, tmp_path):
    (tmp_path / "port.py").write_text(PORT.replace("layers.BatchNormalization()", "SGD(ExponentialDecay(0.1, 3, 0.3))"))
    rate = row(0, "rate", "learning_rate", BEYOND)
    judgement = judged(port, rate)
    judgement.comparisons["float64"].pair.tf.header.made_at["optimizer"] = (Place(port, 5, "f"),)
    found = [each.after.text for each in candidates(judgement, rate, Files({}, {}))]
    assert any("ExponentialDecay(0.1, 3, 0.3, staircase=True)" in each for each in found)


def test_where_a_layer_parts_the_lines_that_made_it_are_rewritten_too(port, tmp_path):
    settings = (SettingRow("bn", "BatchNorm", "eps", 1e-5, 1e-5, EQUAL, "", "norm"),)
    judgement = judged(port, FORWARD, settings=settings)
    made_at = judgement.comparisons["float64"].pair.torch.header.made_at
    made_at["bn"] = (Place(port, 3, "f"),)
    found = [each.after.text for each in candidates(judgement, FORWARD, Files({}, {}))]
    assert any("layers.BatchNormalization(axis=1)" in each for each in found)
    assert len(found) == len(set(found))


def test_what_was_changed_before_stays_changed_and_lines_of_a_changed_file_are_of_the_users(port, tmp_path):
    changed = Code(port, PORT.replace("BatchNormalization()", "BatchNormalization(epsilon=1e-05)"))
    files = Files({port: changed}, {"changed_0.py": port})
    [first, *_] = candidates(judged(port, LOSS, (line("tf", "changed_0.py", 6),)), LOSS, files)
    assert "epsilon=1e-05" in first.after.text
    assert first.after.file == port


def test_a_file_that_cannot_be_read_gives_nothing(port):
    assert not list(candidates(judged(port, LOSS, (line("tf", "gone.py", 6),)), LOSS, Files({}, {})))


def test_the_innermost_statement_around_a_line():
    code = Code("port.py", PORT)
    assert code.piece(innermost(code, 6)) == "return tf.reduce_sum(x)"
    assert innermost(code, 99) is None


def test_where_a_gradient_parts_and_no_line_is_known_every_statement_of_tf_is_tried_by_particular_rules(tmp_path):
    text = PORT.replace("tf.reduce_sum(x)", "tf.norm(x)").replace("x.mean()", "torch.maximum(x, 0)")
    (tmp_path / "port.py").write_text(text)
    gradient = row(0, "gradient", "w", BEYOND)
    found = list(candidates(judged(str(tmp_path / "port.py"), gradient), gradient, Files({}, {})))
    assert any("tf.where(s > 0" in each.after.text for each in found)
    assert all("return torch.maximum(x, 0)" in each.after.text for each in found)
    assert not list(candidates(judged(str(tmp_path / "port.py"), LOSS), LOSS, Files({}, {})))


def test_no_change_is_tried_twice(port):
    lines = (line("tf", port, 6), line("tf", port, 6))
    found = [each.after.text for each in candidates(judged(port, LOSS, lines), LOSS, Files({}, {}))]
    assert len(found) == len(set(found))
