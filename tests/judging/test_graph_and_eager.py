"""A Python value that tracing froze shows where TensorFlow's step, run as it is written, takes another loss."""

from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.graph_and_eager import EAGER_STEPS, OF_LARGE, graph_against_eager
from compare.running.request import RequestFailedError, Training

LOSSES = np.linspace(2.0, 1.0, 30)
ALLOWED = 1e-10
FROZEN_FROM = 7


def from_step(step, factor, losses=LOSSES):
    """The same losses, times a factor from that step on."""
    return np.where(np.arange(len(losses)) < step, losses, losses * factor)


def trace(losses, compiled=True, is_large=False):
    header = SimpleNamespace(compiled=compiled, is_large=is_large)
    return SimpleNamespace(steps=len(losses), curves={"loss": losses}, header=header)


def said(graph=LOSSES, eager=LOSSES, torch=LOSSES, compiled=True, parts_at=None, is_large=False):
    """What is found of a judged pair whose TensorFlow side, run eagerly, takes these losses; what was asked for."""
    pair = SimpleNamespace(torch=trace(torch), tf=trace(graph, compiled, is_large))
    comparison = SimpleNamespace(pair=pair, envelope=np.full(len(graph), ALLOWED))
    asked = []

    def run(*wanted):
        asked.append(wanted)
        if isinstance(eager, Exception):
            raise eager
        [(_, training)] = wanted
        return [trace(eager[: training.steps])]

    first = None if parts_at is None else SimpleNamespace(step=parts_at)
    verdict = "equivalent" if first is None else "diverged"
    judged = SimpleNamespace(comparisons={"float64": comparison}, verdict=verdict, first_divergence=first)
    return graph_against_eager(run, judged), asked


def test_a_step_that_is_the_same_both_ways_is_not_spoken_of():
    words, asked = said(eager=LOSSES * (1 + ALLOWED / 2))
    assert words == []
    assert asked == [(("tf", Training("float64", audits=(), steps=30, eager=True)),)]


def test_no_more_than_so_many_steps_are_run_eagerly():
    long = np.linspace(2.0, 1.0, EAGER_STEPS + 50)
    _, [[(_, training)]] = said(long, long, long)
    assert training.steps == EAGER_STEPS
    _, [[(_, training)]] = said(is_large=True)
    assert training.steps == OF_LARGE


def test_where_the_two_part_the_step_and_both_losses_are_said():
    [words] = said(graph=from_step(FROZEN_FROM, 1.5))[0]
    assert f"the loss parts at step {FROZEN_FROM} " in words
    assert f"graph {1.5 * LOSSES[FROZEN_FROM]}, eager {LOSSES[FROZEN_FROM]}" in words
    assert words.endswith("a Python value was frozen when the step was traced")


@pytest.mark.parametrize(("torch", "agrees"), [(LOSSES, True), (from_step(FROZEN_FROM + 1, 2.0), False)])
def test_that_the_eager_step_agrees_with_torch_is_said_only_where_it_does(torch, agrees):
    [words] = said(graph=from_step(FROZEN_FROM, 1.5), torch=torch)[0]
    assert ("eagerly the port agrees with torch" in words) == agrees


def test_a_loss_that_is_not_finite_both_ways_was_not_frozen():
    assert said(graph=from_step(3, np.nan), eager=from_step(3, np.inf))[0] == []
    assert len(said(graph=from_step(3, np.nan))[0]) == 1


@pytest.mark.parametrize(("parts_at", "runs"), [(0, 0), (1, 1)])
def test_where_a_first_step_parts_that_ran_eagerly_nothing_was_frozen(parts_at, runs):
    words, asked = said(graph=from_step(FROZEN_FROM, 1.5), parts_at=parts_at)
    assert len(words) == len(asked) == runs


def test_a_step_that_cannot_be_compiled_is_not_run_again():
    words, asked = said(compiled=False)
    assert words == ["TensorFlow's step cannot be compiled to a graph: it ran eagerly"]
    assert asked == []


def test_of_a_step_that_ran_as_it_is_written_nothing_is_said_and_no_run_is_asked_for():
    assert said(graph=from_step(FROZEN_FROM, 1.5), compiled=None) == ([], [])


def test_a_step_that_fails_eagerly_is_quoted():
    [words] = said(eager=RequestFailedError("tf", "ValueError: only as a graph"))[0]
    assert words == "TensorFlow's step runs only as a graph, eagerly it fails: tf: ValueError: only as a graph"
