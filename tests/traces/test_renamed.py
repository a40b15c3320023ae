"""Traces are seen under the names that both sides share: renamed, in slices, in sums, each stage in its own way."""

import numpy as np
import pytest

from compare.traces.pairing import RecordedModel, pair
from compare.traces.renamed import WEIGHT_STAGES, rename, rename_pair, rename_tf, rename_torch, without_evaluation
from compare.traces.step import END
from compare.traces.trace import STAGES, Trace, TracePair, TraceWriter
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.synthetic import header

VALUE = np.arange(8.0).reshape(4, 2)
MERGED = "rnn.bias_ih + rnn.bias_hh"


def tensor(name, shape, buffer=False):
    return Tensor(name, shape, buffer, not buffer)


def linear(path, name, shape=(2, 2)):
    return WeightGroup("Linear", path, {"weight": tensor(name, shape)})


TORCH = [
    linear("attn.query", "attn.w[0:2]"),
    linear("attn.key", "attn.w[2:4]"),
    WeightGroup("Parameter", "scale 1", {"weight": tensor("scale 1", (2,))}),
    WeightGroup("RNN", "rnn", {role: tensor(f"rnn.{role}", (2,)) for role in ("bias_ih", "bias_hh")}),
    WeightGroup(
        "BatchNorm", "bn", {"weight": tensor("bn.weight", (2,)), "running_mean": tensor("bn.running_mean", (2,), True)}
    ),
]
TF = [
    linear("q", "q.weight"),
    linear("k", "k.weight"),
    WeightGroup("Parameter", "scale_1", {"weight": tensor("scale_1", (2,))}),
    WeightGroup("RNN", "cell", {"bias_ih + bias_hh": tensor("cell.bias", (2,))}),
    WeightGroup(
        "BatchNorm", "n", {"weight": tensor("n.weight", (2,)), "running_mean": tensor("n.running_mean", (2,), True)}
    ),
]


@pytest.fixture
def traced(tmp_path):
    """Writes what is given of each side to a trace; both, and the pairing of their models."""

    def write(side, groups, tensors, apart):
        writer = TraceWriter(tmp_path / f"{side}.npz")
        for key, value in tensors.items():
            writer.tensor(*key, value)
        kinds = {"attn": "Attention", "rnn": "RNN", "bn": "BatchNorm", "relu": "ReLU"}
        own = {"q": "Linear", "k": "Linear", "cell": "RNN", "n": "BatchNorm", "act": "ReLU", "extra": "Tanh"}
        writer.close(
            {"loss": [1.0]}, header(side, weight_groups=tuple(groups), kinds=kinds if side == "torch" else own), apart
        )
        return Trace(tmp_path / f"{side}.npz")

    def make(torch=None, tf=None, apart=((), ())):
        torch, tf = write("torch", TORCH, torch or {}, dict(apart[0])), write("tf", TF, tf or {}, dict(apart[1]))
        traces = TracePair(torch, tf)
        return *traces, pair(*map(RecordedModel.of, traces))

    return make


def entry(stage):
    return " momentum_buffer" if stage == "state" else ""


@pytest.mark.parametrize("stage", ["gradient", "state"])
def test_the_second_of_a_step_is_seen_under_the_same_name_as_the_first(traced, stage):
    behind = f"{entry(stage)} (call 2)"
    tensors = {"attn.w": VALUE, "rnn.bias_ih": VALUE[0], "rnn.bias_hh": VALUE[0]}
    torch, tf, pairing = traced(
        torch={(0, stage, f"{name}{behind}"): value for name, value in tensors.items()},
        tf={(0, stage, f"k.weight{behind}"): VALUE[2:], (0, stage, f"cell.bias{behind}"): VALUE[0]},
    )
    torch, tf = rename_pair(TracePair(torch, tf), pairing)
    for side in (torch, tf):
        assert (0, stage, f"{MERGED}{behind}") in side
        assert np.array_equal(side[0, stage, f"attn.w[2:4]{behind}"], VALUE[2:])


@pytest.mark.parametrize("stage", WEIGHT_STAGES)
def test_weights_of_tf_are_seen_under_the_expressions_of_torch(traced, stage):
    names = {
        "q.weight": "attn.w[0:2]",
        "k.weight": "attn.w[2:4]",
        "cell.bias": MERGED,
        "n.running_mean": "bn.running_mean",
    }
    tensors = {(0, stage, f"{name}{entry(stage)}"): np.full(2, place) for place, name in enumerate(names)}
    _, trace, pairing = traced(tf=tensors)
    view = rename_tf(trace, pairing)
    assert view.keys == [(0, stage, f"{shared}{entry(stage)}") for shared in names.values()]
    assert [view[key][0] for key in view.keys] == [0, 1, 2, 3]


def test_what_each_side_measured_while_it_followed_is_seen_under_the_same_names(traced):
    # Torch is measured by the slices and sums of its weights that TensorFlow has: its names are shared already.
    shared = {("update", "attn.w[0:2]"): [[0.5, 0.1]], ("buffer", "bn.running_mean"): [[0.25, 0.0]]}
    own = {("update", "q.weight"): [[0.5, 0.1]], ("buffer", "n.running_mean"): [[0.25, 0.0]]}
    torch, tf, pairing = traced(apart=(shared, own))
    for view in (*rename_pair(TracePair(torch, tf), pairing), rename(torch, pairing), rename(tf, pairing)):
        assert {key: each.tolist() for key, each in view.apart.items()} == shared


@pytest.mark.parametrize("buffer_of", ["torch", "tf"])
def test_a_buffer_that_is_a_weight_of_the_other_side_is_seen_as_a_weight(tmp_path, buffer_of):
    """An average of the weights, which one side keeps in a copy of the layer and the other in a variable."""
    first, then = np.ones(2), np.full(2, 4.0)
    of_buffer = {(0, "weights", "mean"): first, (0, "buffer", "mean"): then, (END, "buffer", "mean"): then}
    of_weight = {(0, "weights", "mean"): first, (0, "update", "mean"): then - first, (END, "weights", "mean"): then}
    traces = []
    for side in ("torch", "tf"):
        is_buffer = side == buffer_of
        group = WeightGroup("Parameter", "mean", {"weight": tensor("mean", (2,), is_buffer)})
        writer = TraceWriter(tmp_path / f"{side}.npz")
        for key, value in (of_buffer if is_buffer else of_weight).items():
            writer.tensor(*key, value)
        apart = {("buffer" if is_buffer else "update", "mean"): [[0.5, 0.0]]}
        writer.close({"loss": [1.0]}, header(side, weight_groups=(group,)), apart)
        traces.append(Trace(tmp_path / f"{side}.npz"))
    pairing = pair(*map(RecordedModel.of, traces), (("mean", "mean"),))
    torch, tf = rename_pair(TracePair(*traces), pairing)
    assert torch.keys == tf.keys == list(of_weight)
    assert all(np.array_equal(torch[key], tf[key]) for key in of_weight)
    assert torch.apart.keys() == tf.apart.keys() == {("update", "mean")}


def test_a_trace_is_renamed_by_the_side_that_it_is_of(traced):
    torch, tf, pairing = traced({(0, "update", "attn.w"): VALUE}, {(0, "update", "k.weight"): VALUE[2:]})
    assert rename(torch, pairing).keys == rename_torch(torch, pairing).keys
    assert rename(tf, pairing).keys == [(0, "update", "attn.w[2:4]")]


@pytest.mark.parametrize("stage", WEIGHT_STAGES)
def test_a_weight_of_torch_is_seen_in_the_slices_that_tf_has(traced, stage):
    trace, _, pairing = traced({(1, stage, f"attn.w{entry(stage)}"): VALUE})
    view = rename_torch(trace, pairing)
    assert view.keys == [(1, stage, f"attn.w[0:2]{entry(stage)}"), (1, stage, f"attn.w[2:4]{entry(stage)}")]
    np.testing.assert_array_equal(view[view.keys[0]], VALUE[:2])
    np.testing.assert_array_equal(view.get(view.keys[1]), VALUE[2:])


@pytest.mark.parametrize("entry", ["mu", "eta", "step"])
def test_an_entry_is_a_single_number_by_its_shape_and_not_by_its_name(traced, entry):
    """ASGD keeps a number called mu, and who writes Adam by hand may call the first moment so."""
    trace, _, pairing = traced({(0, "state", f"attn.w {entry}"): VALUE, (1, "state", f"attn.w {entry}"): np.array(3.0)})
    view = rename_torch(trace, pairing)
    np.testing.assert_array_equal(view[0, "state", f"attn.w[2:4] {entry}"], VALUE[2:])
    assert view[1, "state", f"attn.w[2:4] {entry}"] == 3.0


@pytest.mark.parametrize(
    ("stage", "expected"), [("weights", 11), ("update", 11), ("buffer", 11), ("gradient", 1), ("state", 1)]
)
def test_values_of_a_sum_are_added_and_what_comes_of_its_gradient_is_taken_once(traced, stage, expected):
    given = {(0, stage, f"rnn.{name}{entry(stage)}"): np.full(2, by) for name, by in (("bias_ih", 1), ("bias_hh", 10))}
    trace, _, pairing = traced(given)
    view = rename_torch(trace, pairing)
    [key] = view.keys
    assert key == (0, stage, f"{MERGED}{entry(stage)}")
    assert view[key].tolist() == [expected] * 2


def test_a_sum_of_which_a_part_is_missing_is_there_and_nothing(traced):
    trace, _, pairing = traced({(0, "weights", "rnn.bias_hh"): np.ones(2)})
    view = rename_torch(trace, pairing)
    assert (0, "weights", MERGED) in view
    assert view.get((0, "weights", MERGED)) is None


def test_a_state_of_several_entries_keeps_them_apart(traced):
    given = {(0, "state", f"bn.weight {name}"): np.full(2, by) for by, name in enumerate(("exp_avg", "exp_avg_sq"))}
    trace, other, pairing = traced(given, {(0, "state", "n.weight exp_avg_sq"): np.ones(2)})
    views = rename_pair(TracePair(trace, other), pairing)
    assert views.torch.keys == [(0, "state", "bn.weight exp_avg"), (0, "state", "bn.weight exp_avg_sq")]
    assert views.tf.keys == [(0, "state", "bn.weight exp_avg_sq")]
    assert [views.torch[key][0] for key in views.torch.keys] == [0, 1]


def test_a_state_is_of_the_weight_before_its_last_blank(traced):
    trace, _, pairing = traced({(0, "state", "scale 1 exp_avg"): np.ones(2)})
    assert rename_torch(trace, pairing).keys == [(0, "state", "scale 1 exp_avg")]


def test_a_state_that_is_of_no_weight_is_left_out(traced):
    trace, other, pairing = traced({(0, "state", "step"): np.ones(())}, {(0, "state", "iterations"): np.ones(())})
    assert rename_torch(trace, pairing).keys == rename_tf(other, pairing).keys == []


def test_outputs_are_renamed_and_those_without_a_partner_are_left_out(traced):
    torch = {(0, "forward", name): np.ones(1) for name in ("attn", "relu", "bn", "relu (call 2)", "rnn")}
    tf = {(0, "forward", name): np.ones(1) for name in ("q", "k", "act", "extra", "n", "act (call 2)")}
    trace, other, pairing = traced(torch, tf)
    views = rename_pair(TracePair(trace, other), pairing)
    assert [name for *_, name in views.torch.keys] == ["attn", "relu", "bn", "relu (call 2)"]
    assert sorted(name for *_, name in views.tf.keys) == ["attn", "bn", "relu", "relu (call 2)"]


def test_arrays_of_a_batch_are_seen_under_torchs_names_in_order(traced):
    torch = {(0, "batch", name): np.ones(1) for name in ("x", "y")}
    tf = {(0, "batch", name): np.full(1, by) for by, name in enumerate(("images", "labels"))}
    trace, other, pairing = traced(torch, tf)
    views = rename_pair(TracePair(trace, other), pairing)
    assert views.torch.keys == views.tf.keys == [(0, "batch", "x"), (0, "batch", "y")]
    assert [views.tf[key][0] for key in views.tf.keys] == [0, 1]


@pytest.mark.parametrize(("stage", "name"), [("loss", "loss"), ("rate", "learning_rate")])
def test_what_both_sides_name_alike_keeps_its_name(traced, stage, name):
    given = {(END, stage, name): np.float64(2)}
    trace, other, pairing = traced(given, given)
    for view in rename_pair(TracePair(trace, other), pairing):
        assert view.keys == [(END, stage, name)]
        assert view[END, stage, name] == 2


def test_every_stage_is_seen_in_both_views(traced):
    def given(weight, output):
        own = {"forward": output, "state": f"{weight} m", "batch": "x", "loss": "loss", "rate": "learning_rate"}
        return {(0, stage, own.get(stage, weight)): np.ones(2) for stage in STAGES}

    trace, other, pairing = traced(given("bn.weight", "bn"), given("n.weight", "n"))
    views = rename_pair(TracePair(trace, other), pairing)
    assert views.torch.keys == views.tf.keys
    assert [stage for _, stage, _ in views.tf.keys] == list(STAGES)


def test_a_view_has_what_the_judge_asks_of_a_trace(traced):
    trace, _, pairing = traced({(0, "loss", "loss"): np.float64(1)})
    view = rename_torch(trace, pairing)
    assert (view.header, view.steps, view.curves["loss"].tolist()) == (trace.header, 1, [1.0])
    assert (0, "loss", "other") not in view
    assert view.get((0, "loss", "other")) is None
    view.close()
    with pytest.raises(ValueError, match="closed"):
        trace[0, "loss", "loss"]


def test_a_side_that_was_not_run_stays_so(traced):
    trace, other, pairing = traced()
    assert rename_pair(TracePair(None, other), pairing).torch is None
    assert rename_pair(TracePair(trace, None), pairing).tf is None


def evaluated(path, reason, *outputs):
    """A trace with the loss of its evaluation, or the reason why it has none."""
    curves, keys = {"loss": [1.0]}, [(0, "forward", "first"), (0, "loss", "loss"), (END, "weights", "w")]
    keys += [(END, "forward", name) for name in outputs]
    if not reason:
        keys.append((END, "loss", "loss"))
        curves |= {"evaluation_step": [0], "evaluation_loss": [2.0]}
    writer = TraceWriter(path)
    for key in keys:
        writer.tensor(*key, np.ones(2))
    writer.close(curves, header(no_evaluation=reason))
    return Trace(path)


def test_without_the_losses_of_its_evaluations_a_trace_keeps_outputs_weights_and_training(tmp_path):
    view = without_evaluation(evaluated(tmp_path / "torch.npz", "my_port.py: loss returns list", "first", "second"))
    at_end = [(END, "weights", "w"), (END, "forward", "first"), (END, "forward", "second")]
    assert view.keys == [(0, "forward", "first"), (0, "loss", "loss"), *at_end]
    assert list(view.curves) == ["loss"]
    assert view[END, "weights", "w"].tolist() == [1, 1]
