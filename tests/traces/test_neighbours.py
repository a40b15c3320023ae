"""A layer without weights is paired by what it stands next to, not by its number among all of its kind."""

import pytest

from compare.traces.model import RecordedModel
from compare.traces.neighbours import with_unweighted


def model(outputs):
    kinds = {name: "ReLU" if "relu" in name else "Dropout" if "drop" in name else "Linear" for name in outputs}
    return RecordedModel((), {name.partition(" ")[0]: kind for name, kind in kinds.items()}, list(outputs), [])


def pairs(torch, tf, paired):
    """What is paired beside the layers with weights, which have capital letters."""
    with_weights = {*paired, *paired.values()}
    found = with_unweighted(model(torch.split()), model(tf.split()), paired, with_weights)
    return {name: partner for name, partner in found.items() if name not in paired}


SAME = {"a": "A", "b": "B", "c": "C"}


@pytest.mark.parametrize(
    ("torch", "tf", "found"),
    [
        ("A relu1 B relu2", "a relu3 b relu4", {"relu3": "relu1", "relu4": "relu2"}),
        # PyTorch has a function behind B, Keras one behind C: as many layers on both sides, and only one is the same.
        ("A relu1 B C relu2", "a relu3 b relu4 c", {"relu3": "relu1"}),
        # Branches that run in another order.
        ("A relu1 B relu2", "b relu3 a relu4", {"relu3": "relu2", "relu4": "relu1"}),
        # Behind a sum of two branches: before the same layer.
        ("A B relu1 C", "b a relu2 c", {"relu2": "relu1"}),
        ("relu1 relu2 A", "relu3 relu4 a", {"relu3": "relu1", "relu4": "relu2"}),
        ("A relu1 relu2 B", "a relu3 b", {}),
        ("A relu1 drop1 B", "a drop2 relu2 b", {"drop2": "drop1", "relu2": "relu1"}),
        ("relu1 drop1", "relu2 drop2", {"relu2": "relu1", "drop2": "drop1"}),
    ],
)
def test_pairs_are_of_one_kind_behind_or_before_what_is_paired(torch, tf, found):
    assert pairs(torch, tf, SAME) == found
