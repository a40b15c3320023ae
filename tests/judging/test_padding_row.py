"""Whether the padding_idx of one side says where the gradient of an embedding parts."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.padding_row import parts_in_the_padding
from compare.judging.settings import SettingRow
from compare.judging.stages import StageRow
from compare.traces.trace import TracePair

GRADIENT = np.random.default_rng(3).normal(size=(6, 2))
KEPT = np.where(np.arange(6)[:, None] == 2, 0, GRADIENT)  # at zero, in row 2
ELSEWHERE = np.where(np.arange(6)[:, None] == 4, 0, GRADIENT)


def found(torch, tf, indices=(2, None), setting="padding_idx"):
    key = (0, "gradient", "embed.weight")
    row = StageRow(*key, difference(torch, tf), 1e-13)
    pair = TracePair(*(SimpleNamespace(get={key: each}.get) for each in (torch, tf)))
    set_apart = SettingRow("embed", "Embedding", setting, *indices, "torch only", "")
    return parts_in_the_padding(pair, row, [set_apart])


def test_where_the_gradients_part_in_that_row_alone_it_does():
    assert found(KEPT, GRADIENT)
    assert found(GRADIENT, KEPT, (None, 2))
    assert found(KEPT, ELSEWHERE, (2, 4))


@pytest.mark.parametrize(("tf", "indices"), [(ELSEWHERE, (2, None)), (GRADIENT * 2, (2, None)), (ELSEWHERE, (2, 3))])
def test_where_they_part_elsewhere_too_it_does_not(tf, indices):
    assert not found(KEPT, tf, indices)


def test_a_side_that_shows_no_gradient_tells_nothing():
    assert not found(None, GRADIENT)


def test_of_another_setting_it_tells_nothing():
    assert not found(KEPT, GRADIENT, setting="max_norm")
