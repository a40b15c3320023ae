"""A buffer that moves and has no partner is said not to have been compared; one that stands still is not spoken of."""

from types import SimpleNamespace

import numpy as np

from compare.judging.buffers_alone import say_buffers_alone
from compare.traces.trace import TracePair

ZEROS, ONES = np.zeros(3), np.ones(3)


class Recorded(dict):
    keys = property(list)


def moved(*names, still=()):
    before = {(0, "weights", name): ZEROS for name in (*names, *still)}
    after = {(0, "buffer", name): ONES for name in names} | {(0, "buffer", name): ZEROS for name in still}
    return Recorded(before | after)


def said(torch, tf, **weights):
    return say_buffers_alone(TracePair(torch, tf), SimpleNamespace(weights=weights))


def test_buffers_that_move_on_both_sides_without_a_partner_are_named():
    [finding] = said(moved("1.running_mean", "1.running_var"), moved("bn.average"))
    assert finding.endswith("no partner: 1.running_mean, 1.running_var of torch and bn.average of tf")


def test_those_with_a_partner_those_that_stand_still_and_single_numbers_are_not():
    assert said(moved("1.running_mean"), moved("bn.mean"), **{"bn.mean": "1.running_mean"}) == []
    assert said(moved(still=["mask"]), moved(still=["mask"])) == []
    count = Recorded({(0, "weights", "count"): np.float64(0), (0, "buffer", "count"): np.float64(1)})
    assert said(count, moved()) == []


def test_many_are_counted():
    [finding] = said(moved(*"abcde"), moved())
    assert finding.endswith(": a, b, c and 2 more of torch")
