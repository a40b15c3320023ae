"""The plot shows both curves as they are, and the gap on a log axis whatever it holds."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from compare.reporting.plot import PRECISION_COLOURS, SMALLEST
from compare.reporting.result import Result
from tests.helpers.synthetic import FakeSide, from_step, result, rounding

BOTH = ("float64", "float32")


def lines(axes):
    """What each line shows, by its label."""
    return {line.get_label(): np.asarray(line.get_ydata()) for line in axes.lines}


def saved(of, directory):
    path = directory / "plot.png"
    figure = of.plot(path)
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    return figure


def test_both_losses_are_drawn_of_the_last_precision(tmp_path):
    of = result(tmp_path, precisions=BOTH)
    losses, _ = of.plot().axes
    pair = of.judgement.comparisons["float32"].pair
    drawn = lines(losses)
    assert list(drawn) == ["torch", "tf"]
    np.testing.assert_array_equal(drawn["torch"], pair.torch.curves["loss"])
    np.testing.assert_array_equal(drawn["tf"], pair.tf.curves["loss"])
    assert "float32" in losses.get_ylabel()
    assert losses.get_title(loc="left") == "linear_regression: equivalent"


def test_the_gap_of_every_precision_is_drawn_inside_its_envelope_on_a_log_axis(tmp_path):
    of = result(tmp_path, precisions=BOTH)
    _, gaps = saved(of, tmp_path).axes
    assert gaps.get_yscale() == "log"
    assert list(lines(gaps)) == [f"{one}, {what}" for one in BOTH for what in ("free", "step by step")]
    for precision, free, steps, envelope in zip(BOTH, gaps.lines[::2], gaps.lines[1::2], gaps.collections, strict=True):
        comparison = of.judgement.comparisons[precision]
        np.testing.assert_array_equal(free.get_ydata(), np.maximum(comparison.gap, SMALLEST))
        np.testing.assert_array_equal(steps.get_ydata(), np.maximum(comparison.series[0].gap, SMALLEST))
        heights = envelope.get_paths()[0].vertices[:, 1]
        assert (heights.min(), heights.max()) == (SMALLEST, comparison.envelope.max())
        assert to_hex(free.get_color()) == to_hex(steps.get_color()) == PRECISION_COLOURS[precision]


def test_a_gap_of_zero_has_a_place_on_the_log_axis(tmp_path):
    _, gaps = result(tmp_path, tf=FakeSide()).plot().axes
    assert (lines(gaps)["float64, free"] == SMALLEST).all()


def test_where_they_part_is_marked_and_the_place_is_labelled(tmp_path):
    _, gaps = result(tmp_path, tf=FakeSide(from_step(7, "loss", 2.0))).plot().axes
    [mark] = [line for line in gaps.lines if line.get_label() == "parts at step 7"]
    assert set(mark.get_xdata()) == {7}
    assert lines(gaps)["float64, free"][7:] == pytest.approx(np.full(33, 0.5), rel=1e-12)


@pytest.mark.parametrize(
    "tf",
    [
        FakeSide(from_step(7, "loss", np.nan)),
        FakeSide(rounding, stops=7),
        FakeSide(from_step(0, "loss", np.inf)),
    ],
)
def test_an_infinite_gap_is_left_out_and_the_rest_is_drawn(tmp_path, tf):
    of = result(tmp_path, tf=tf)
    assert of.verdict == "diverged"
    losses, gaps = saved(of, tmp_path).axes
    comparison = of.judgement.comparisons["float64"]
    np.testing.assert_array_equal(np.isnan(lines(gaps)["float64, free"]), np.isinf(comparison.gap))
    assert f"parts at step {comparison.parts_at}" in lines(gaps)
    np.testing.assert_array_equal(lines(losses)["tf"], comparison.pair.tf.curves["loss"])


def test_a_run_that_failed_has_a_plot_that_says_so(tmp_path):
    failed = Result(result(tmp_path).subject, "", None, ("tf: died",))
    losses, gaps = saved(failed, tmp_path).axes
    assert [text.get_text() for text in losses.texts] == ["no curves: a run failed"]
    assert losses.get_title(loc="left") == "linear_regression: error"
    assert not gaps.lines


def test_no_file_is_written_unless_asked_for(tmp_path):
    of = result(tmp_path)
    before = set(tmp_path.iterdir())
    assert of.plot().axes
    assert set(tmp_path.iterdir()) == before


def test_evaluations_are_points_at_their_steps(tmp_path):
    def evaluated(steps):
        return {"evaluation_step": [9, 19], "evaluation_loss": [0.4, 0.3]}

    losses, _ = saved(result(tmp_path, FakeSide(curves=evaluated), FakeSide(rounding, curves=evaluated)), tmp_path).axes
    for side in ("torch", "tf"):
        [points] = [line for line in losses.lines if line.get_label() == f"{side}, held out"]
        assert points.get_xydata().tolist() == [[9, 0.4], [19, 0.3]]
        assert points.get_linestyle() == "None"


@pytest.mark.parametrize("size", [1e-9, 1.0, -123_456.0, 3e12])
def test_nothing_is_cut_off_or_covered_whatever_the_size_of_the_losses(tmp_path, size):
    sides = FakeSide(from_step(0, "loss", size)), FakeSide(from_step(7, "loss", 2.0 * size))
    figure = result(tmp_path, *sides, precisions=BOTH, nudged=False, steps=10).plot()
    figure.draw_without_rendering()
    losses, gaps = figure.axes
    [legend] = figure.legends
    whole, below = figure.bbox, legend.get_window_extent()
    for part in (losses, gaps, legend):
        box = part.get_tightbbox()
        assert whole.x0 <= box.x0 <= box.x1 <= whole.x1
        assert whole.y0 <= box.y0 <= box.y1 <= whole.y1
    assert len(legend.get_texts()) == 8  # as many as there can be
    assert below.y1 < gaps.get_tightbbox().y0 < gaps.get_tightbbox().y1 < losses.get_window_extent().y0
