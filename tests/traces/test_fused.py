"""Query, key and value in one tensor on one side: the line is slices of it, or the several side by side."""

import ast

import pytest

from compare.traces.fused import slices_of, together
from compare.traces.pairing import PairingError, RecordedModel, pair
from compare.traces.weights import Tensor, WeightGroup

THREE = ("query", "key", "value")


def tensor(name, *shape):
    return Tensor(name, shape, False, True)


def three(*shape, role="weight"):
    return [tensor(f"a.{part}.{role}", *shape) for part in THREE]


def test_several_of_tf_are_rows_of_one_of_torch():
    found, used = slices_of([whole := tensor("qkv.bias", 12)], three(4, role="bias"))
    assert found == {"a.query.bias": "qkv.bias[0:4]", "a.key.bias": "qkv.bias[4:8]", "a.value.bias": "qkv.bias[8:12]"}
    assert used == [whole]


def test_they_are_its_columns_where_it_is_so_laid_out_and_turned_where_they_are():
    assert slices_of([tensor("c", 5, 12)], three(5, 4))[0]["a.key.weight"] == "c[:, 4:8]"
    assert slices_of([tensor("c", 12, 5)], three(5, 4))[0]["a.key.weight"] == "c[4:8].T"


def test_several_of_torch_stand_side_by_side_in_one_of_tf():
    found, used = together(parts := three(4, 5), [tensor("qkv.kernel", 5, 12)])
    assert (found, used) == ({"qkv.kernel": "cat(a.query.weight, a.key.weight, a.value.weight).T"}, parts)


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ([tensor("c", 11)], three(4)),
        ([tensor("c", 8)], three(4)),
        ([tensor("c", 8)], [tensor("a.x.w", 4), tensor("b.y.w", 4)]),  # of two layers
        ([tensor("c", 4)], [tensor("a.x.w", 4)]),
        ([tensor("s")], [tensor("a.x.w"), tensor("a.y.w")]),
    ],
)
def test_what_does_not_fill_a_tensor_or_is_of_several_layers_is_not_proposed(torch, tf):
    assert slices_of(torch, tf) == ({}, [])
    assert together(tf, torch) == ({}, [])


def linear(path, out, into):
    return WeightGroup("Linear", path, {"weight": tensor(f"{path}.weight", out, into)})


@pytest.mark.parametrize("swapped", [False, True])
def test_the_line_of_the_error_settles_it(swapped):
    one = [linear("qkv", 12, 5)]
    several = [linear(f"a.{part}", 4, 5) for part in ("first", "second", "third")]
    torch, tf = (RecordedModel(groups, {}, [], []) for groups in ((several, one) if swapped else (one, several)))
    with pytest.raises(PairingError) as caught:
        pair(torch, tf)
    line = ast.literal_eval(str(caught.value).rpartition("WEIGHTS = ")[2])
    assert len(pair(torch, tf, tuple(line.items())).weights) == len(tf.weight_groups)
