"""Running statistics that move further on one side are told by the momentum, or the count, that makes them."""

import numpy as np
import pytest

from compare.judging.formulas.buffers import RULES
from tests.helpers.evidence import evidence, said

RNG = np.random.default_rng(0)
BEFORE, BATCH = ({name: RNG.normal(size=5) for name in ("norm.running_mean", "norm.running_var")} for _ in range(2))


def moved(**shares):
    return {name: BEFORE[name] + shares[name[-4:].lstrip("_")] * (BATCH[name] - BEFORE[name]) for name in BEFORE}


def explained(torch, tf):
    return said(RULES, evidence("buffer", torch, tf, weights=BEFORE))


def test_a_momentum_of_the_other_kind_is_recognised():
    mean, var = explained(moved(mean=0.1, var=0.1), moved(mean=0.9, var=0.9))
    assert (
        mean == "tf's running_mean moves 9 times as far as torch's: 0.9 for 0.1, the share that is kept for the "
        "share that is new"
    )
    assert var.startswith("tf's running_var moves 9 times")


@pytest.mark.parametrize(("times", "ways"), [(32 / 31, "over N, tf over N - 1"), (31 / 32, "over N - 1, tf over N")])
def test_a_variance_over_another_count_is(times, ways):
    torch = moved(mean=0.1, var=0.1)
    tf = torch | {"norm.running_var": BEFORE["norm.running_var"] * (1 - times) + times * torch["norm.running_var"]}
    [sentence] = explained(torch, tf)
    assert sentence.endswith(f"of 32 values, torch takes the variance {ways}")


def test_a_mean_is_not_taken_for_a_variance():
    mean = BEFORE["norm.running_mean"] + 32 / 31 * 0.1 * (BATCH["norm.running_mean"] - BEFORE["norm.running_mean"])
    torch = moved(mean=0.1, var=0.1)
    [sentence] = explained(torch, torch | {"norm.running_mean": mean})
    assert sentence == "tf's running_mean moves 1.0323 times as far as torch's"


def test_any_other_way_is_not():
    assert explained(moved(mean=0.1, var=0.1), moved(mean=0.1, var=0.1) | {"norm.running_var": np.arange(5.0)}) == []
