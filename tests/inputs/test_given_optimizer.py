"""What can be no optimizer is refused in one sentence; any object that a loop may use is taken."""

import pytest

from compare.inputs.given_optimizer import refuse_what_is_none, strangers

WEIGHT = object()


class Own:
    """An optimizer of a user's own."""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("sgd", "the text 'sgd'"),
        ({"generator": "adam", "critic": "adam"}, "the text 'adam'"),
        (Own, "the class Own"),
        (iter([WEIGHT]), "an iterator"),
        ([WEIGHT], "a weight of the model"),
    ],
)
def test_what_can_be_no_optimizer_is_refused_with_what_to_give(given, said):
    with pytest.raises(ValueError, match=f"^optimizer is {said}.*model.optimizer"):
        refuse_what_is_none(given, [WEIGHT])


@pytest.mark.parametrize("given", [None, Own(), [Own(), Own()], {"name": "own", "rate": 0.1}, 0.1, [object()]])
def test_any_object_that_a_loop_may_use_is_taken(given):
    refuse_what_is_none(given, [WEIGHT])


def test_optimizers_that_hold_none_of_the_weights_are_named_where_all_are_known_to():
    def held(*variables):
        return strangers(Own(), [WEIGHT], lambda optimizer: variables)

    assert held(object()) == ("Own",)
    assert held(object(), WEIGHT) == held() == ()
    assert strangers(None, [WEIGHT], list) == ()
    first, second = Own(), Own()
    of = {id(first): [WEIGHT], id(second): [object()]}
    assert strangers([first, second], [WEIGHT], lambda optimizer: of[id(optimizer)]) == ()
