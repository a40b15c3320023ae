"""Kinds: both frameworks have names of their own for the same operation."""

import pytest

from compare.judging.kinds import kind


@pytest.mark.parametrize(
    ("torch", "tf"),
    [
        ("aten.mul.Tensor", "Mul"),
        ("aten.add.Tensor", "AddV2"),
        ("aten.div.Tensor", "RealDiv"),
        ("aten.sum.dim_IntList", "Sum"),
        ("aten.bmm.default", "BatchMatMulV2"),
        ("aten.clamp_min.default", "ClipByValue"),
        ("aten.pow.Tensor_Scalar", "Square"),
        ("aten.neg.default", "Neg"),
        ("aten._log_softmax.default", "LogSoftmax"),
        ("aten.nll_loss_forward.default, unreduced", "nll_loss_forward"),
    ],
)
def test_the_same_operation_is_of_one_kind(torch, tf):
    assert kind(torch) == kind(tf)


@pytest.mark.parametrize(
    ("torch", "tf"), [("aten.mean.dim", "Sum"), ("aten.sub.Tensor", "AddV2"), ("aten.exp.default", "Log")]
)
def test_others_are_not(torch, tf):
    assert kind(torch) != kind(tf)
