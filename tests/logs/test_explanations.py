"""Where two curves part, the sentence names what may be the cause, and the advice what to record."""

from dataclasses import replace

import numpy as np
import pytest

from compare.logs.diagnose import diagnose
from tests.helpers.numpy_training import Training, log
from tests.logs.curves import FALLING, OPTIMIZERS, SEEDS, compare, diagnose_training, trained

every_seed = pytest.mark.parametrize("seed", SEEDS)
every_optimizer = pytest.mark.parametrize("training", OPTIMIZERS.values(), ids=OPTIMIZERS.keys())


@every_seed
@every_optimizer
@pytest.mark.parametrize("factor", [0.1, 0.5])
def test_a_schedule_is_found_at_the_step_after_it(training, factor, seed):
    for form in ("%.9g", "%.6f"):
        diagnosis = diagnose_training(replace(training, seed=seed), form, rate_from=(60, factor))
        assert (diagnosis.pattern, diagnosis.step) == ("apart from step 61", 61)
        assert "after the first update of epoch 4" in diagnosis.sentence
        assert "audits=range(59, 62)" in diagnosis.advice


def test_curves_of_the_same_batches_are_said_to_be():
    assert "the batches are the same" in diagnose_training(Training(rate=1e-3, adam=True), scale_input=1 / 0.9).sentence


def test_a_factor_at_the_first_step_alone_is_named_too():
    diagnosis = diagnose_training(OPTIMIZERS["sgd"], trained_factor=32.0, rate_from=(0, 1 / 8))
    assert diagnosis.pattern == "apart at step 0"
    assert "32 is the batch size" in diagnosis.sentence


def test_a_difference_that_hardly_changes_is_said_to_be_a_term():
    diagnosis = compare(FALLING, FALLING + 0.05 * (1 + np.arange(60) / 500))
    assert diagnosis.pattern == "apart at step 0"
    assert "the difference hardly changes (0.05 to 0.0559)" in diagnosis.sentence


def test_curves_that_begin_late_say_nothing_of_what_was_before():
    curves = [log(curve).at(slice(50, None)) for curve in (trained(Training()), trained(Training(rate=0.2)))]
    diagnosis = diagnose(*curves)
    assert diagnosis.pattern == "apart from step 50"
    assert "what happened before is not in them" in diagnosis.sentence


def test_a_log_that_counts_from_one_is_diagnosed_the_same():
    diagnosis = diagnose_training(OPTIMIZERS["sgd"], start=1, rate_from=(60, 0.1))
    assert (diagnosis.step, diagnosis.pattern) == (62, "apart from step 62")
    assert "audits=range(59, 62)" in diagnosis.advice  # the recorder counts from 0
    assert "after the first update of epoch 4" in diagnosis.sentence
    assert diagnose_training(OPTIMIZERS["sgd"], start=1, scale_input=1 / 0.9).pattern == "apart at step 0"
    assert diagnose_training(OPTIMIZERS["sgd"], start=1, rate_from=(0, 2.0)).pattern == "apart at step 1"


def test_a_log_of_every_tenth_step_says_between_which_steps_to_look():
    left, right = (trained(replace(OPTIMIZERS["sgd"], rate_from=(73, factor))) for factor in (1.0, 0.1))
    sparse = [log(curve).at(slice(None, None, 10)) for curve in (left, right)]
    diagnosis = diagnose(*sparse)
    assert (diagnosis.pattern, diagnosis.step) == ("apart from step 80", 80)
    assert "agreed within rounding until step 70" in diagnosis.sentence
    assert "audits=range(69, 81)" in diagnosis.advice
    assert "Log every step" in diagnose(*(log(curve).at(slice(None, None, 20)) for curve in (left, right))).advice


def places(sentence, *causes):
    """Where causes are named, which must be so."""
    assert all(cause in sentence for cause in causes), sentence
    return [sentence.index(cause) for cause in causes]


def in_order(sentence, *causes):
    found = places(sentence, *causes)
    return found == sorted(found)


@every_seed
def test_a_wrong_momentum_is_what_an_optimizer_carries_on(seed):
    sentence = diagnose_training(Training(seed=seed, rate=0.02), momentum=0.8).sentence
    assert in_order(sentence, "apart after the second", "momentum", "schedule")


@every_seed
def test_a_first_gap_beyond_rounding_is_a_fault_however_fast_it_grows(seed):
    left = trained(replace(OPTIMIZERS["sgd"], seed=seed))
    right = left * (1 + 1e-4 * np.where(np.arange(len(left)) < 1, 0, 3.0 ** np.minimum(np.arange(len(left)), 4)))
    assert compare(left, right).pattern == "apart at step 1"
    sooner = left * (1 + 1e-7 * 3.0 ** np.minimum(np.arange(len(left)), 10))
    assert compare(left, sooner).pattern == "growing like rounding"


def test_a_rate_that_is_made_up_for_goes_before_weight_decay_and_another_minimum_behind_it():
    steps = np.arange(120)
    left = 2 * np.exp(-steps / 10) + 0.5
    faster = compare(left, 2 * np.exp(-steps / 8) + 0.5).sentence
    assert in_order(faster, "the learning rate", "weight decay")
    decayed = compare(left, left + 0.2 * (1 - np.exp(-steps / 40))).sentence
    assert in_order(decayed, "weight decay", "the learning rate")


def test_where_the_same_batches_come_together_the_weights_go_first_and_else_the_forward_mode():
    steps, batches = np.arange(120), 1 + 0.1 * np.random.default_rng(0).normal(size=120)
    left = (2 * np.exp(-steps / 20) + 0.5) * batches
    closing = compare(left, (2.5 * np.exp(-steps / 18) + 0.5) * batches).sentence
    assert in_order(closing, "different initial weights", "another forward mode (dropout")
    staying = compare(left, (1.5 * np.exp(-steps / 20) + 1) * batches * 1.1).sentence
    assert in_order(staying, "another forward mode (dropout", "different initial weights")


def test_losses_many_times_as_large_throughout_are_a_sum_even_where_batches_are_partial():
    sizes = np.where(np.arange(60) % 10 == 9, 28, 31.5) * (1 + np.arange(60) / 1000)
    sentence = compare(FALLING, FALLING * sizes).sentence
    assert in_order(sentence, "a sum over", "a mean on the other")
    assert "initial weights" not in sentence


@pytest.mark.parametrize("factor", [1.1, 0.5])
def test_a_log_that_leaves_steps_out_blames_no_schedule_for_its_first_gap(factor):
    left, right = (trained(replace(OPTIMIZERS["sgd"], rate_from=(0, change))) for change in (1.0, factor))
    sentence = diagnose(*(log(curve).at(slice(None, None, 10)) for curve in (left, right))).sentence
    assert sentence.startswith("agreed at step 0 and apart at step 10")
    assert in_order(sentence, "the learning rate", "a schedule")


def test_a_term_that_is_not_trained_does_not_know_the_batches_and_a_fault_does():
    weights = 0.1 + 0.05 * np.exp(-np.arange(60) / 30)
    assert "a term, such as a regulariser" in compare(FALLING, FALLING + weights).sentence
    noisy = weights * (1 + 0.5 * np.random.default_rng(1).random(60))
    assert "a term" not in compare(FALLING, FALLING + noisy).sentence


def test_lines_without_numbers_are_not_said_to_be_steps(read):
    diagnosis = diagnose(read('{"loss": [2.5, 1.5]}', "left.json"), read('{"loss": [3.5, 1.5]}', "right.json"))
    assert "before any update, if its lines are steps" in diagnosis.sentence


def test_few_digits_name_a_schedule_first_where_the_gap_is_sudden_and_a_rate_where_it_is_slow():
    def sentence(right):
        diagnosis = diagnose(log(left, "%.3f"), log(right, "%.3f"))
        assert diagnosis.pattern == "unclear"
        assert "more digits" in diagnosis.advice
        return diagnosis.sentence

    steps = np.arange(200)
    left = 2 * np.exp(-steps / 80)
    sudden = left * (1 + np.where(steps < 100, 0, np.minimum(2e-3 * 2.0 ** ((steps - 100) / 2), 2e-2)))
    assert in_order(sentence(sudden), "a schedule", "the learning rate", "amplified rounding")
    slow = left * (1 + 2e-3 * (steps / 40) ** 1.5)
    assert in_order(sentence(slow), "the learning rate", "a schedule", "amplified rounding")


def test_the_first_line_of_epochs_says_how_the_gap_goes_on_and_orders_the_causes_by_it():
    epochs = np.arange(8)
    left = 2 * np.exp(-epochs / 2) + 0.5

    def sentence(right):
        return diagnose(*(replace(log(curve), counter="epoch") for curve in (left, right))).sentence

    assert in_order(sentence(left * (1 + 0.3 * np.exp(-epochs))), "different initial weights", "the learning rate")
    assert in_order(sentence(left * (1 + 0.2 * epochs + 0.1)), "another forward mode", "the learning rate")
    assert in_order(sentence(left * (1 + 0.01 * epochs + 0.01)), "the learning rate", "weight decay")
    twice_at_the_end = sentence(left * np.repeat([1.25, 1.25, 1.25, 2], 2))
    assert "20.0% apart on average in the first quarter, 50.0% in the last" in twice_at_the_end


def test_one_epoch_that_agrees_in_few_digits_is_no_agreement():
    left = 2 * np.exp(-np.arange(8) / 4)
    pairs = [replace(log(curve, "%.3f"), counter="epoch") for curve in (left, left * (1 + 0.2 * (np.arange(8) > 0)))]
    sentence = diagnose(*pairs).sentence
    assert "after few that agree in the digits printed" in sentence
    assert "a schedule" not in sentence


def test_weight_decay_in_adam_shows_after_the_second_update_because_the_first_knows_only_signs():
    def curve(decay):
        w, m, v, made = 2.0, 0.0, 0.0, []
        for step in range(1, 41):
            made.append((w - 5) ** 2)
            gradient = 2 * (w - 5) + decay * w
            m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
            w -= 0.05 * (m / (1 - 0.9**step)) / (v / (1 - 0.999**step)) ** 0.5
        return np.array(made)

    diagnosis = compare(curve(0.0), curve(2.0))
    assert diagnosis.pattern == "apart from step 2"
    assert in_order(diagnosis.sentence, "apart after the second", "with Adam", "weight decay", "a schedule")


def test_the_first_factor_is_known_by_the_digits_of_both_losses_whatever_comes_later():
    left = np.round(FALLING, 4)
    exploding = 32 * FALLING * np.exp(np.arange(60) / 3) * (1 + 0.5 * np.random.default_rng(1).random(60))
    exploding[0] = 32 * FALLING[0]

    def sentence(form, **options):
        return diagnose(log(left / 4, form), log(exploding / 4, form, "right.csv"), **options).sentence

    assert "32 is the batch size" in sentence("%.4f", batch_size=32)
    assert in_order(sentence("%.2g"), "a sum over examples", "different initial weights")
    assert "order of the examples" not in sentence("%.2g")


def test_epochs_many_times_apart_are_a_sum_or_a_rate():
    epochs = np.arange(8)
    left = 2 * np.exp(-epochs / 4)
    logs = [replace(log(curve), counter="epoch") for curve in (left, left * 80 * 3.0**epochs)]
    assert in_order(diagnose(*logs).sentence, "a sum over examples", "the learning rate")


def of_epochs(course):
    """What is said of two logs of 20 epochs that are relatively so far apart."""
    left = np.exp(-np.arange(20) / 10) + 1
    return diagnose(*(replace(log(curve), counter="epoch") for curve in (left, left * (1 + course)))).sentence


EPOCHS = np.arange(20)
JUMPING = (-1.0) ** EPOCHS


@pytest.mark.parametrize(
    ("course", "causes"),
    [
        (0.01 * JUMPING, ("different batches", "the learning rate")),
        (0.05 * JUMPING, ("different initial weights", "different batches")),
        (0.002 * JUMPING * (1 + EPOCHS), ("weight decay", "different batches")),
        (0.001 * (1 + EPOCHS), ("weight decay", "the learning rate")),
        (0.004 * (1 + EPOCHS), ("epsilon", "another loss")),
        (0.015 * (1 + EPOCHS / 2), ("another loss (label smoothing", "momentum")),
        (0.006 * (1 + 3 * EPOCHS), ("weight decay", "another loss (label smoothing")),
        (0.1 * (1 + EPOCHS / 10), ("another forward mode (dropout", "another loss (label smoothing")),
        (0.025 * (1 + 2.6 * EPOCHS / 19), ("the learning rate", "momentum")),
    ],
)
def test_how_far_epochs_are_apart_at_first_how_steadily_and_at_last_orders_the_causes(course, causes):
    sentence = of_epochs(course)
    named = sentence[sentence.index("): ") + 3 :]
    assert named.startswith(causes[0]), sentence
    assert causes[1] in named.split(", ", 2)[1] or in_order(named, *causes)


def test_a_first_loss_that_stays_on_one_side_is_another_forward_mode_or_another_loss_and_no_weights():
    batches = 1 + 0.1 * np.random.default_rng(0).normal(size=120)
    left = (2 * np.exp(-np.arange(120) / 20) + 0.5) * batches
    floor = compare(left, left * 1.05 + 0.3 * (1 - np.exp(-np.arange(120) / 20)) * batches).sentence
    assert in_order(floor, "dropout", "label smoothing", "different initial weights")
    crossing = compare(left, left * (1 + 0.1 * np.cos(np.arange(120) / 30))).sentence
    assert in_order(crossing, "different initial weights", "dropout", "label smoothing")


def test_a_second_update_that_parts_at_once_is_seen_in_few_digits_and_a_slow_growth_is_none():
    steps, left = np.arange(60), trained(OPTIMIZERS["sgd"])[:60]
    at_once = left + np.where(steps < 2, 0, 0.05)
    slow = left + np.where(steps < 2, 0, 0.0005 * steps**2)
    said = [diagnose(log(left, "%.3f"), log(right, "%.3f", "right.csv")).sentence for right in (at_once, slow)]
    assert "apart after the second" in said[0]
    assert "momentum" in said[0]
    assert "apart after the second" not in said[1]
