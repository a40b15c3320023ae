"""What tf has in each place where torch has one weight twice."""

from compare.traces.tied import untied
from compare.traces.weights import Tensor

TIED = {"out.weight": "emb.weight"}
TORCH = {name: Tensor(name, shape, False, True) for name, shape in (("emb.weight", (7, 3)), ("fc.weight", (3, 3)))}


def of(*shapes):
    return [Tensor(f"d{number}.weight", shape, False, True) for number, shape in enumerate(shapes)]


def test_what_fits_begins_as_the_weight_that_is_tied():
    assert untied(TORCH, of((7, 3)), TIED) == {"d0.weight": "emb.weight"}


def test_it_may_lie_in_another_layout():
    assert untied(TORCH, of((3, 7)), TIED) == {"d0.weight": "emb.weight.T"}


def test_each_further_place_stands_for_one():
    assert untied(TORCH, of((7, 3), (7, 3)), TIED) == {"d0.weight": "emb.weight"}


def test_what_does_not_fit_or_is_not_tied_stays_left():
    assert untied(TORCH, of((7, 4), (3, 3)), TIED) == {}
    assert untied(TORCH, of((7, 3)), {}) == {}
