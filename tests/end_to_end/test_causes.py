"""Wrong ports, the causes that are proven, and their patches: applied, the port is equivalent."""

import subprocess

import pytest

from compare.judging.causes import search
from compare.running.options import Options
from tests.end_to_end.wrong_lines import WRONG_LINES
from tests.end_to_end.wrong_lines import text_of as text_of_line
from tests.port_proof import judged_files

PORT = """
def batches(rng):
    for _ in range(4):
        yield {"x": rng.normal(size=(8, 3)), "y": rng.normal(size=(8, 2))}

def torch_side():
    import torch
    model = torch.nn.Linear(3, 2)
    def loss(model, batch):
        return torch.nn.functional.mse_loss(model(batch["x"]), batch["y"])
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)

def tf_side():
    import keras
    import tensorflow as tf
    model = keras.Sequential([keras.layers.Dense(2)])
    def loss(model, batch):
        return LOSS
    return model, loss, OPTIMIZER
"""
RIGHT = ("tf.reduce_mean(tf.square(model(batch['x']) - batch['y']))", "keras.optimizers.SGD(0.1, momentum=0.9)")
SUMMED = (RIGHT[0].replace("mean", "sum"), RIGHT[1])
WITHOUT_MOMENTUM = (RIGHT[0], "keras.optimizers.SGD(0.1)")
BOTH = (SUMMED[0], WITHOUT_MOMENTUM[1])
LINES = ("deviation_of_a_log_variance", "targets_not_stopped")


def text_of(loss, optimizer):
    return PORT.replace("LOSS", loss).replace("OPTIMIZER", optimizer)


TEXTS = {"summed": text_of(*SUMMED), "without_momentum": text_of(*WITHOUT_MOMENTUM), "both": text_of(*BOTH)}
TEXTS |= {wrong.name: text_of_line(wrong) for wrong in WRONG_LINES if wrong.name in LINES}


@pytest.fixture(scope="module")
def results():
    """Every port's, however long it takes on a slow machine."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "SECONDS", 400.0)
        return dict(judged_files(TEXTS, Options("float64", explain=True)))


@pytest.mark.parametrize("name", TEXTS)
def test_every_cause_is_proven(results, name):
    causes = results[name].judgement.causes
    assert len(causes) == (2 if name == "both" else 1)
    assert all(each.is_proven and each.makes_equivalent for each in causes)
    assert all(each.closed < 1e-12 < each.gap for each in causes)


def test_the_causes_of_two_bugs_are_those_of_each(results):
    news = [[each.new for each in results[name].judgement.causes] for name in ("summed", "without_momentum", "both")]
    assert news[0] == ["return tf.reduce_mean(tf.square(model(batch['x']) - batch['y']))"]
    assert news[1] == ["return model, loss, keras.optimizers.SGD(0.1, momentum=0.9)"]
    assert news[2] == [*news[0], *news[1]]


def test_a_port_with_its_patch_is_equivalent_and_nothing_is_found(results, tmp_path):
    (tmp_path / "both.py").write_text(TEXTS["both"])
    patch = results["both"].patch.encode()
    subprocess.run(["git", "apply", "-p0"], input=patch, cwd=tmp_path, check=True)
    [(_, result)] = judged_files({"both": (tmp_path / "both.py").read_text()}, Options("float64", explain=True))
    assert (result.verdict, result.judgement.causes, result.patch) == ("equivalent", (), "")


def test_the_table_has_a_row_for_each_cause(results):
    assert results["both"].causes[["finding", "line", "proven"]].values.tolist() == [[1, 18, True], [2, 19, True]]
