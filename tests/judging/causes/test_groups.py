"""Weights that do not decay, as those of a group of PyTorch's."""

import re

import pytest

from compare.judging.causes.groups import NAMES, not_decayed, with_rates_of_their_own
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


def grouped(tf, *rates, layers=(2, 1, 2)):
    rows = [
        SettingRow(f"optimizer {rate}", "SGD", setting, value, value, EQUAL, "")
        for rate in rates
        for setting, value in (("lr", rate), ("momentum", 0.9))
    ]
    return statements(lambda passage: with_rates_of_their_own(passage, rows, layers), tf)


def weights_of(found):
    """How many weights each statement gives the optimizers in turn: the numbers behind `*`."""
    return [[int(each) for each in re.findall(r"\* (\d+)", text)] for text in found]


def test_each_group_has_an_optimizer_of_keras_or_by_pytorchs_formula_for_weights_of_whole_layers():
    first, by_formula, *others = grouped("y = SGD(0.1, momentum=0.9)", 0.01, 0.1)
    optimizers = "[SGD(momentum=0.9, learning_rate=0.01)] * 2 + [SGD(momentum=0.9, learning_rate=0.1)] * 3"
    multiple = "y = keras.optimizers.MultiOptimizer(lambda weight: next(of_weights))"
    assert first == f"of_weights = iter({optimizers}); {multiple}"
    of_pytorch = "[SGD(0.01, momentum=0.9)] * 2 + [SGD(0.1, momentum=0.9)] * 3"
    assert by_formula == f"from tf_impl.optimizers import SGD; of_weights = iter({of_pytorch}); {multiple}"
    assert weights_of(others) == [[3, 2], [3, 2]]


def test_three_groups_part_the_layers_twice():
    assert weights_of(grouped("y = SGD(0.1)", 0.01, 0.1, 0.5)) == [[2, 1, 2]] * 2
    assert grouped("y = SGD(0.1)", 0.01, 0.1, 0.5, layers=(2, 2)) == []


def test_groups_of_one_rate_need_one_optimizer():
    assert grouped("y = SGD(0.1)", 0.1) == []
    assert grouped("y = Dense(3)", 0.1, 0.2) == []
