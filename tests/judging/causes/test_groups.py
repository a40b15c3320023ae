"""Weights that do not decay, as those of a group of PyTorch's."""

import pytest

from compare.judging.causes.groups import NAMES, not_decayed
from compare.judging.settings import SettingRow
from compare.judging.settings.values import EQUAL
from tests.helpers.passages import statements


def written(tf, *decays):
    rows = [SettingRow(f"optimizer {each}", "AdamW", "weight_decay", each, 0.1, EQUAL, "") for each in decays]
    return statements(lambda passage: not_decayed(passage, rows), tf)


def test_an_optimizer_that_has_a_name_is_told_behind_the_statement():
    found = written("y = AdamW(0.1)", 0.1, 0.0)
    assert found[0] == "y = AdamW(0.1); y.exclude_from_weight_decay(var_names=['bias', 'gamma', 'beta'])"
    assert len(found) == len(NAMES)


def test_one_without_a_name_is_given_one_before_the_statement():
    found = written("return model, keras.optimizers.AdamW(0.1, weight_decay=0.1)", 0.0, 0.1)
    told = "optimizer.exclude_from_weight_decay(var_names=['bias', 'gamma', 'beta'])"
    assert found[0] == f"optimizer = keras.optimizers.AdamW(0.1, weight_decay=0.1); {told}; return (model, optimizer)"


@pytest.mark.parametrize("decays", [(0.1, 0.01), (0.0, 0.0), (0.1,), ()])
def test_where_all_of_pytorchs_groups_decay_or_none_nothing_is_left_out(decays):
    assert written("y = AdamW(0.1)", *decays) == []


def test_what_is_no_optimizer_is_left_as_it_is():
    assert written("y = Dense(3)", 0.1, 0.0) == []
