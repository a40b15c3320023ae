"""A run that makes its first step again and again."""

from compare.running.again import Again, first_again


def test_each_step_begins_where_the_first_did():
    model = {"weight": 1.0}
    again = Again(lambda: model.update(weight=1.0))
    for _ in range(3):
        again.begin()
        assert model == {"weight": 1.0}
        model["weight"] += 0.5
        again.measure()
    assert again.apart == {}


def test_each_step_has_the_first_batch_and_no_other_is_drawn():
    drawn = iter([{"x": 1}, {"x": 2}])
    assert list(first_again(drawn, 3)) == [{"x": 1}] * 3
    assert next(drawn) == {"x": 2}


def test_without_batches_there_is_nothing_to_run():
    assert list(first_again([], 3)) == []
