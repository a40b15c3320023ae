"""A gradient that the sides show differently and use alike is harmless; what one side does alone is not."""

from dataclasses import replace

import numpy as np
import pytest

from compare.judging.difference import difference
from compare.judging.first_divergence import first_divergence
from compare.judging.harmless import say_harmless, settled
from compare.judging.stage_rows import stage_rows
from compare.judging.stages import Harmless, StageRow
from compare.traces.header import Setting
from compare.traces.trace import Trace, TracePair, TraceWriter
from tests.helpers.synthetic import header

WEIGHT, GRADIENT = np.array([2.0, -1.0, 0.5]), np.array([0.3, 0.4, -1.2])  # |gradient| = 1.3
DECAY, RATE = 0.25, 0.1
DECAYED = GRADIENT + DECAY * WEIGHT


def settings(decay=0.0, clipping="none", more_decays=()):
    said = {"optimizer": {"weight_decay": decay, "weight_decay kind": None, "clipping": clipping}}
    said |= {f"optimizer group {n}": {"weight_decay": each} for n, each in enumerate(more_decays, 1)}
    return tuple(Setting(subject, "SGD", *each) for subject, of_it in said.items() for each in of_it.items())


def step(shown, used, number=0, rate=RATE, name="w", weight=WEIGHT, **state):
    """What one step leaves of one weight: its gradient as shown, and an update by the gradient as used."""
    found = {("weights", name): weight, ("gradient", name): shown}
    found |= {("state", f"{name} {entry}"): value for entry, value in state.items()}
    return {(number, *key): value for key, value in {**found, ("update", name): -rate * used}.items()}


@pytest.fixture
def judged(tmp_path):
    """The rows of two sides, each a dict from (step, stage, tensor) to what was recorded, and settings."""
    made = []

    def trace(tensors, said) -> Trace:
        path = tmp_path / f"{len(made)}.npz"
        writer = TraceWriter(path)
        for key, value in tensors.items():
            writer.tensor(*key, value)
        writer.close({"loss": [1.0]}, header(settings=said))
        made.append(Trace(path))
        return made[-1]

    def of(torch, tf, of_torch=(), of_tf=()):
        pair = TracePair(trace(torch, of_torch), trace(tf, of_tf))
        return settled(stage_rows(*pair, [], "float64"), pair)

    yield of
    for one in made:
        one.close()


def blamed(rows):
    first = first_divergence(rows)
    return first and first.key


# Decay


@pytest.mark.parametrize(("rate", "where"), [(RATE, None), (RATE / 2, (0, "update", "w"))])
@pytest.mark.parametrize("known", [True, False])
def test_a_decay_inside_the_tape_is_not_blamed_for_an_update_of_the_same_step(judged, known, rate, where):
    said = settings(DECAY) if known else ()
    rows = judged(step(GRADIENT, DECAYED), step(DECAYED, DECAYED, rate=rate), said)
    assert blamed(rows) == where
    assert [row.verdict for row in rows if row.stage == "gradient"] == ["harmless"]


@pytest.mark.parametrize("known", [True, False])
def test_a_decay_in_the_loop_of_pytorch_is_the_same_the_other_way_round(judged, known):
    said = settings(DECAY) if known else ()
    rows = judged(step(DECAYED, DECAYED), step(GRADIENT, DECAYED, rate=RATE / 2), (), said)
    assert blamed(rows) == (0, "update", "w")


@pytest.mark.parametrize("decays", [(0.0,), (DECAY / 2,), (DECAY / 2, 0.0)])
def test_a_decay_that_only_the_tape_has_is_the_divergence(judged, decays):
    used = GRADIENT + decays[0] * WEIGHT
    rows = judged(step(GRADIENT, used), step(DECAYED, DECAYED), settings(decays[0], more_decays=decays[1:]))
    assert blamed(rows) == (0, "gradient", "w")


def test_a_weight_of_a_group_that_does_not_decay_is_not_excused_by_another_group(judged):
    rows = judged(step(GRADIENT, GRADIENT), step(DECAYED, DECAYED), settings(DECAY, more_decays=[0.0]))
    assert blamed(rows) == (0, "gradient", "w")


def test_an_update_of_tensorflow_that_leaves_the_shown_decay_out_makes_it_no_excuse(judged):
    assert blamed(judged(step(GRADIENT, DECAYED), step(DECAYED, GRADIENT))) == (0, "gradient", "w")


def test_settings_explain_a_decay_where_momentum_and_a_fault_hide_it_in_state_and_update(judged):
    before = np.array([1.0, 2.0, 3.0])
    torch = step(GRADIENT, DECAYED + 0.9 * before, 7, momentum_buffer=DECAYED + 0.9 * before)
    tf = step(DECAYED, DECAYED + 0.8 * before, 7, momentum_buffer=DECAYED + 0.8 * before)
    assert blamed(judged(torch, tf, settings(DECAY))) == (7, "state", "w momentum_buffer")
    assert blamed(judged(torch, tf)) == (7, "gradient", "w"), "nothing says so"


@pytest.mark.parametrize(("loss", "expected"), [(1.0, None), (2.0, (0, "loss", "loss"))])
def test_where_the_losses_part_they_are_blamed_and_gradients_are_not_looked_into(judged, loss, expected):
    sides = (GRADIENT, DECAY), (DECAYED, 0.0)
    recorded = [{(0, "loss", "loss"): np.array(1.0)} | step(shown, DECAYED) for shown, _ in sides]
    recorded[1][0, "loss", "loss"] = np.array(loss)
    rows = judged(*recorded, *(settings(decay) for _, decay in sides))
    assert blamed(rows) == expected
    assert any(row.harmless for row in rows) == (expected is None)


def test_what_one_step_showed_is_believed_of_later_ones(judged):
    torch, tf = step(GRADIENT, DECAYED), step(DECAYED, DECAYED)
    mixed = DECAYED + 0.9 * np.array([1.0, 2.0, 3.0])
    torch, tf = torch | step(GRADIENT, mixed, 1), tf | step(DECAYED, mixed, 1, rate=RATE / 2)
    assert blamed(judged(torch, tf)) == (1, "update", "w")


def test_what_settings_explain_at_one_step_excuses_no_other_gradient_at_a_later_one(judged):
    torch = step(GRADIENT, DECAYED) | step(GRADIENT, DECAYED, 1)
    tf = step(DECAYED, DECAYED) | step(2 * DECAYED, 2 * DECAYED, 1)
    assert blamed(judged(torch, tf, settings(DECAY))) == (1, "gradient", "w")


def test_a_single_number_has_no_direction_and_goes_with_the_other_weights(judged):
    bias, shown, used = np.array([2.0]), np.array([1.0]), np.array([1.5])
    torch = step(shown, used, name="b", weight=bias) | step(GRADIENT, DECAYED)
    tf = step(used, used, name="b", weight=bias) | step(DECAYED, DECAYED, rate=RATE / 2)
    assert blamed(judged(torch, tf))[1] == "update"
    without = [{key: value for key, value in side.items() if key[2] != "w"} for side in (torch, tf)]
    assert blamed(judged(*without)) is None or blamed(judged(*without))[1] == "gradient"


# Clips


HALF = GRADIENT / 2
CLIPS = [
    ("clipvalue=0.5", np.array([0.3, 0.4, -0.5])),
    ("clipnorm=0.65", HALF),
    ("global_clipnorm=0.65", HALF),
]


@pytest.mark.parametrize(("clipping", "clipped"), CLIPS)
@pytest.mark.parametrize(("rate", "where"), [(RATE, None), (RATE / 2, (0, "update", "w"))])
def test_a_clip_inside_keras_is_not_blamed_where_the_loop_of_pytorch_clips(judged, clipping, clipped, rate, where):
    rows = judged(step(clipped, clipped), step(GRADIENT, clipped, rate=rate), (), settings(clipping=clipping))
    assert blamed(rows) == where
    assert [row.verdict for row in rows if row.stage == "gradient"] == ["harmless"]


def test_the_norm_of_all_includes_gradients_that_agree(judged):
    both = step(GRADIENT, GRADIENT) | step(np.zeros(1), np.zeros(1), name="b", weight=np.ones(1))
    both[0, "weights", "w"] = 0 * WEIGHT  # which no clip minds
    rows = judged({**both, **step(HALF, HALF, weight=0 * WEIGHT)}, both, (), settings(clipping="global_clipnorm=0.65"))
    assert [row.verdict for row in rows if row.stage == "gradient"] == ["harmless", "within"]


def test_a_clip_on_one_side_alone_is_the_divergence(judged):
    inside = judged(step(GRADIENT, GRADIENT), step(GRADIENT, HALF), (), settings(clipping="clipnorm=0.65"))
    assert blamed(inside) == (0, "update", "w")
    outside = judged(step(HALF, HALF), step(GRADIENT, GRADIENT))
    assert blamed(outside) == (0, "gradient", "w")
    to_another = judged(step(HALF, HALF), step(GRADIENT, HALF / 2), (), settings(clipping="clipnorm=0.325"))
    assert blamed(to_another) == (0, "gradient", "w")


def test_what_clip_grad_norm_adds_to_the_norm_is_a_divergence_that_is_named(judged):
    clipped = GRADIENT * 0.65 / (1.3 + 1e-6)
    rows = judged(step(clipped, clipped), step(GRADIENT, HALF), (), settings(clipping="clipnorm=0.65"))
    first = first_divergence(rows)
    assert first.key == (0, "gradient", "w")
    assert first.difference.max_rel == pytest.approx(0.5, rel=1e-3), "what is shown: too much for a rounded constant"
    # 1e-6 / 1.3
    assert "once Keras' optimizer has clipped, 7.7e-07, for PyTorch's clip_grad_norm_ adds 1e-06 to the norm" in (
        first.difference.detail
    )


def test_what_clip_grad_norm_adds_in_a_loop_is_named_where_it_scales_all_gradients_alike(judged):
    def apart(factor):
        rows = judged(step(HALF, HALF), step(HALF * factor, HALF * factor))
        return first_divergence(rows).difference.detail

    norm = float(np.linalg.norm(HALF))
    assert apart(1 + 1e-6 / (3 * norm)).startswith(
        f"all gradients are {1e-6 / (3 * norm):.1e} larger in tf, as where PyTorch's clip"
    )
    assert "clip" not in apart(1 - 1e-7), "of PyTorch's the divisor is larger"
    assert "clip" not in apart(1 + 1.1e-6 / norm), "that norm was not above the limit"
    assert "clip" not in apart(1 + 1e-7 * np.arange(HALF.size).reshape(HALF.shape))


# State


def test_a_gradient_of_which_all_state_agrees_is_not_blamed(judged):
    kept = {"exp_avg": 0.1 * DECAYED + np.array([1.0, 2.0, 3.0]), "exp_avg_sq": DECAYED**2 + 1}
    torch, tf = (step(shown, np.sign(DECAYED), rate=rate, **kept) for shown, rate in ((GRADIENT, 1), (DECAYED, 2)))
    assert blamed(judged(torch, tf)) == (0, "update", "w")
    tf[0, "state", "w exp_avg"] = DECAYED
    assert blamed(judged(torch, tf)) == (0, "gradient", "w")


def test_squares_agree_where_a_sign_is_wrong_which_is_the_divergence(judged):
    torch, tf = (step(shown, shown, square_avg=GRADIENT**2) for shown in (GRADIENT, -GRADIENT))
    assert blamed(judged(torch, tf)) == (0, "gradient", "w")


def test_a_count_of_steps_that_agrees_says_nothing_of_a_gradient(judged):
    torch, tf = step(GRADIENT, np.sign(GRADIENT), step=np.ones(())), step(DECAYED, DECAYED, step=np.ones(()))
    assert blamed(judged(torch, tf)) == (0, "gradient", "w")


# What is said


def row(number, stage, gap, tensor="w"):
    return StageRow(number, stage, tensor, difference(np.ones(2), np.array([1.0, 1.0 - gap])), 1e-3)


def test_what_differs_and_reaches_nothing_is_said_in_one_sentence_with_the_widest_gap(judged):
    # The gradients differ by 0.25 and 0.5 at the most, beside the largest number in them, 1.2.
    half = GRADIENT + DECAY * WEIGHT / 2
    torch = step(GRADIENT, DECAYED) | step(GRADIENT, half, name="v", weight=WEIGHT / 2)
    tf = step(DECAYED, DECAYED, rate=RATE / 2) | step(half, half, name="v", weight=WEIGHT / 2)
    rows = judged(torch, tf, settings(DECAY))
    assert say_harmless(rows, first_divergence(rows)) == [
        "differs too, and reaches nothing: the gradient of 2 weights, at most 4.2e-01 apart (torch's optimizer adds "
        "the weight decay of 0.25 that tf's gradient includes)"
    ]


def test_what_differs_after_the_first_divergence_is_not_said():
    harmless = replace(row(2, "gradient", 0.5), harmless=Harmless("it agrees", lasting=False))
    rows = [row(1, "update", 0.5), harmless]
    assert say_harmless(rows, rows[0]) == []
    assert say_harmless(rows, None) == [
        "differs too, and reaches nothing: the gradient of w, at most 5.0e-01 apart (it agrees)"
    ]


def test_so_is_what_was_beyond_at_a_step_without_consequence(judged):
    rows = [
        row(0, "forward", 0.25, "p"),
        row(1, "forward", 0.5, "p"),
        row(1, "update", 0.5),
        row(2, "forward", 0.5, "q"),
    ]
    first = first_divergence(rows)
    assert first.key == (1, "update", "w")
    [said] = say_harmless(rows, first)
    assert said.startswith("differs too, and reaches nothing: the output of p, at most 2.5e-01 apart (at steps where")


def test_where_nothing_is_harmless_nothing_is_said():
    rows = [row(0, "gradient", 0.5), row(0, "update", 0.5)]
    assert say_harmless(rows, first_divergence(rows)) == []
    assert say_harmless([], None) == []
