"""Some pitfalls of the catalogue, run: `python -m compare pitfalls` runs all of them."""

import pytest

from compare.inputs.catalogue import FIXED, catalogue
from compare.judging.experiments import PortExperiment
from compare.reporting.experiments import run_experiments
from compare.reporting.pitfall_rows import is_right, row
from compare.running.options import Options

EVERY = 16  # so many are too few to rot unseen, and all would take minutes
FROZEN = "tffunc_callable_lr"  # shows in no audited step
CHOSEN = [*list(catalogue().values())[::EVERY], catalogue()[FROZEN]]


@pytest.fixture(scope="module")
def rows():
    experiments = [PortExperiment(each.path, tf_function=function) for each in CHOSEN for function in (None, FIXED)]
    results = {}
    for experiment, result in run_experiments(experiments, Options("float64", differences="never")):
        results[experiment.path, experiment.tf_function] = result
    return {each.id: row(each, results[each.path, None], results[each.path, FIXED]) for each in CHOSEN}


@pytest.mark.parametrize("name", [each.id for each in CHOSEN])
def test_the_naive_version_parts_where_the_catalogue_says_and_the_right_one_is_equivalent(rows, name):
    assert is_right(rows[name]), rows[name]
