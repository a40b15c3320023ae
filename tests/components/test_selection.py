"""Components are selected by key or kind, in the order of the dictionary, and unknown names are answered."""

import pytest

from compare.components import specs
from compare.components.selection import choose, nearest


def test_without_a_name_all_components_are_chosen():
    assert list(choose([])) == [key for kind in specs.KINDS for key in specs.load(kind)]


def test_a_kind_stands_for_all_of_its_components_and_a_key_for_itself():
    chosen = choose(["relu", "steps"])
    assert list(chosen) == ["relu", *specs.load("steps")]
    assert chosen["relu"] == ("activations", specs.load("activations")["relu"])


def test_an_unknown_name_is_refused_with_the_nearest_ones_and_all_kinds():
    with pytest.raises(LookupError, match=r"'GELUU': did you mean 'gelu'.*the kinds are dense, convolutions"):
        choose(["relu", "GELUU"])


def test_where_nothing_is_near_only_the_kinds_are_said():
    assert nearest("zzzz", ["relu"]).startswith("the kinds are dense")
