"""Where a case cuts the order of an epoch into batches."""

import pytest

from compare.inputs.case import Case


def case(**options):
    return Case("a_case", "", data=lambda _: {}, weights=lambda _: {}, settings={}, epochs=1, **options)


@pytest.mark.parametrize(
    ("options", "examples", "sizes"),
    [
        ({}, 10, [10]),
        ({"batch_size": 5}, 10, [5, 5]),
        ({"batch_size": 4}, 10, [4, 4, 2]),
        ({"batch_size": 4, "drop_last": True}, 10, [4, 4]),
        ({"batch_size": 11}, 10, [10]),
        ({"batch_size": 11, "drop_last": True}, 10, []),
    ],
)
def test_batches_are_of_the_size_given_and_the_last_may_be_smaller_or_dropped(options, examples, sizes):
    rows = case(**options).batch_rows(examples)
    assert [part.stop - part.start for part in rows] == sizes


@pytest.mark.parametrize("drop_last", [False, True])
def test_batches_follow_each_other_and_leave_out_nothing_but_a_last_that_is_dropped(drop_last):
    order = list(range(23))
    taken = [example for rows in case(batch_size=5, drop_last=drop_last).batch_rows(23) for example in order[rows]]
    assert taken == (order[:20] if drop_last else order)


def test_a_case_that_prepares_nothing_hands_its_batches_on_as_they_are():
    batch = {"x": object()}
    assert case().prepare(batch) is batch
