"""What optimizers make of their gradients, by their settings: a clip, a weight decay."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.gradient_use import Clip, Use, from_multiple, uses_of
from compare.traces.header import Setting
from compare.traces.trace import TracePair
from tests.helpers.synthetic import header

# Norms 5 and 12, together 13.
GRADIENTS = {"a": np.array([3.0, -4.0]), "b": np.array([12.0])}
L2, DECOUPLED = "L2, into the gradient", "decoupled"


@pytest.mark.parametrize(
    ("clip", "a", "b"),
    [
        (Clip("clipvalue", 3.5), [3, -3.5], [3.5]),
        (Clip("clipnorm", 10.0), [3, -4], [10]),
        (Clip("clipnorm", 1.0), [0.6, -0.8], [1]),
        (Clip("global_clipnorm", 6.5), [1.5, -2], [6]),
        (Clip("global_clipnorm", 13.0), [3, -4], [12]),
    ],
)
def test_a_clip_of_keras_bounds_each_element_each_norm_or_the_norm_of_all(clip, a, b):
    np.testing.assert_allclose(clip.of(GRADIENTS, "a"), a)
    np.testing.assert_allclose(clip.of(GRADIENTS, "b"), b)


def test_the_norm_of_all_is_of_one_call_of_the_optimizer_and_keeps_the_dtype():
    twice = {"a": np.array([3.0, 4.0], np.float32), "a (call 2)": np.array([30.0, 40.0], np.float32)}
    clipped = Clip("global_clipnorm", 1.0).of(twice, "a")
    np.testing.assert_allclose(clipped, [0.6, 0.8], rtol=1e-6)
    assert clipped.dtype == np.float32


def test_decay_is_added_behind_the_clip():
    weight = np.array([10.0, 10.0])
    used = Use(0.1, 0.2, Clip("clipnorm", 1.0)).of("a", np.array([7.0, 7.0]), GRADIENTS, weight)
    np.testing.assert_allclose(used.torch, [8, 8])
    np.testing.assert_allclose(used.tf, [2.6, 1.2])


def settings(*groups):
    """A trace of which only the settings of its optimizer's groups are known: (decay, its kind, clipping)."""
    subjects = ["optimizer", *(f"optimizer group {number}" for number in range(1, len(groups)))]
    names = ("weight_decay", "weight_decay kind", "clipping")
    said = [
        Setting(subject, "SGD", name, value)
        for subject, group in zip(subjects, groups, strict=False)
        for name, value in zip(names, group, strict=True)
    ]
    return SimpleNamespace(header=header(settings=(*said, Setting("fc", "Linear", "weight_decay", 9.0))))


PLAIN = settings((0.0, None, "none"))


@pytest.mark.parametrize(
    ("torch", "tf", "uses"),
    [
        (PLAIN, PLAIN, []),
        (settings(), settings(), []),
        (settings((0.1, L2, "none")), PLAIN, [Use(0.1, 0.0, None)]),
        (settings((0.1, None, "none")), PLAIN, [Use(0.1, 0.0, None)]),
        (settings((0.1, DECOUPLED, "none")), PLAIN, []),
        (settings((0.1, L2, "none")), settings((0.1, L2, "none")), []),
        (settings((0.1, L2, "none"), (0.0, None, "none")), PLAIN, [Use(0.1, 0.0, None)]),
        (PLAIN, settings((0.1, L2, "clipnorm=0.5")), [Use(0.0, 0.1, Clip("clipnorm", 0.5))]),
        (PLAIN, settings((0.0, None, "global_clipnorm=2")), [Use(0.0, 0.0, Clip("global_clipnorm", 2.0))]),
    ],
)
def test_settings_say_how_gradients_are_used_and_only_what_differs_counts(torch, tf, uses):
    assert uses_of(TracePair(torch, tf)) == uses


@pytest.mark.parametrize(
    ("use", "said"),
    [
        (Use(0.01, 0.0, None), "torch's optimizer adds the weight decay of 0.01 that tf's gradient includes"),
        (Use(0.0, 0.5, None), "tf's optimizer adds the weight decay of 0.5 that torch's gradient includes"),
        (Use(0.0, 0.0, Clip("clipnorm", 1.0)), "Keras' optimizer clips as torch's loop does, with clipnorm=1"),
    ],
)
def test_a_use_is_said_in_words(use, said):
    assert str(use) == said


@pytest.mark.parametrize(
    ("made", "far"),
    # (1, 3) is 7/5 of (1, 2) and (-2, 1) / 5 beside; (2, -1) is at a right angle to it.
    [([2, 4], 0), ([-0.5, -1], 0), ([1, 3], 2 / 15), ([2, -1], 1), ([0, 0], np.inf), ([np.inf, 1], np.inf)],
)
def test_an_array_is_as_far_from_a_gradient_as_from_its_nearest_multiple(made, far):
    assert from_multiple(np.array(made, float), np.array([1.0, 2.0])) == pytest.approx(far, abs=1e-15)
