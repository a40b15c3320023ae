"""The CSV tables read back as they were: every bit of a number, and nothing where nothing was measured."""

import csv
import math
import struct
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compare.judging.line import PARTS, Line
from compare.reporting.files import write_all
from compare.reporting.result import Result
from compare.reporting.tables import COLUMNS, ROWS, all_tables, to_csv
from compare.traces.places import Place
from tests.helpers.synthetic import STEPS_PER_EPOCH, FakeSide, at, from_step, result, rounding

PROPERTY = settings(max_examples=50, deadline=None)
FLOATS = st.one_of(
    st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 5e-324, 2.2e-308, 0.1, 1e16]), st.none()
)
# Python's csv before 3.13 leaves a lone carriage return unquoted.
TEXTS = st.text(st.sampled_from("ab,;\"'\n\t é→"), max_size=12)


def read(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_csv(path, columns, rows):
    write_all({path: to_csv(columns, rows)})


def write_tables(results, directory):
    write_all({directory / name: content for name, content in all_tables(results).items()})


def bits(number):
    """What tells -0.0 from 0.0; one pattern for every NaN."""
    return "nan" if math.isnan(number) else struct.pack("d", number)


@PROPERTY
@given(st.lists(st.tuples(FLOATS, st.integers()), max_size=10))
def test_numbers_read_back_to_the_last_bit_and_none_is_empty(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    write_csv(path, ["number", "count"], [{"number": number, "count": count} for number, count in values])
    rows = read(path)
    assert [int(row["count"]) for row in rows] == [count for _, count in values]
    for row, (number, _) in zip(rows, values, strict=True):
        assert (row["number"] == "") == (number is None)
        assert number is None or bits(float(row["number"])) == bits(number)


@PROPERTY
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
def test_text_reads_back_whatever_is_in_it(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    write_csv(path, ["one", "two"], [{"one": one, "two": two} for one, two in values])
    assert [(row["one"], row["two"]) for row in read(path)] == values


def test_a_value_that_is_not_there_is_empty_and_columns_keep_their_order(tmp_path):
    write_csv(tmp_path / "table.csv", ["b", "a", "c"], [{"c": 3, "b": 1}])
    assert (tmp_path / "table.csv").read_bytes() == b"b,a,c\n1,,3\n"


def test_a_failure_while_writing_leaves_the_old_table_and_nothing_else(tmp_path):
    path = tmp_path / "table.csv"
    write_csv(path, ["a"], [{"a": "old"}])

    def rows():
        yield {"a": "new"}
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        write_csv(path, ["a"], rows())
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]
    assert read(path) == [{"a": "old"}]


def test_a_column_that_the_table_has_not_is_refused(tmp_path):
    with pytest.raises(ValueError, match="unexpected"):
        write_csv(tmp_path / "table.csv", ["a"], [{"a": 1, "unexpected": 2}])
    assert list(tmp_path.iterdir()) == []


def test_a_curve_has_a_row_a_step_and_precision_with_epochs_counted_from_one(tmp_path):
    of = result(tmp_path, precisions=("float64", "float32"))
    of = replace(of, subject=replace(of.subject, steps_per_epoch=1))  # one example: every step is an epoch
    rows = list(ROWS["curves"](of))
    assert [(row["precision"], row["step"]) for row in rows] == [
        (p, s) for p in ("float64", "float32") for s in range(40)
    ]
    assert [row["epoch"] for row in rows] == 2 * list(range(1, 41))
    comparison = of.judgement.comparisons["float64"]
    for row, torch, tf in zip(rows, *(trace.curves["loss"] for trace in comparison.pair), strict=False):
        assert (row["torch_loss"], row["tf_loss"]) == (torch, tf)
        assert row["gap"] == abs(torch - tf) / max(torch, tf)
        assert row["gap"] <= row["envelope"]
    assert {tuple(row) for row in rows} == {COLUMNS["curves"]}


def test_where_a_curve_has_ended_its_loss_and_gap_are_missing(tmp_path):
    rows = list(ROWS["curves"](result(tmp_path, tf=FakeSide(rounding, stops=30))))
    assert len(rows) == 40
    assert (
        [row["tf_loss"] is None for row in rows] == [row["gap"] is None for row in rows] == 30 * [False] + 10 * [True]
    )
    assert all(row["torch_loss"] is not None for row in rows)


def test_an_epoch_has_a_row_a_metric_with_both_means_and_their_relative_gap(tmp_path):
    torch = FakeSide(curves=lambda steps: {"accuracy": list(range(steps))})
    tf = FakeSide(rounding, curves=lambda steps: {"accuracy": [2 * step for step in range(steps)]})
    of = result(tmp_path, torch, tf)
    of = replace(of, subject=replace(of.subject, steps_per_epoch=STEPS_PER_EPOCH))
    rows = list(ROWS["epochs"](of))
    assert [(row["epoch"], row["metric"]) for row in rows] == [
        (epoch, metric) for epoch in (1, 2, 3, 4) for metric in ("loss", "accuracy")
    ]
    losses = of.judgement.comparisons["float64"].pair.torch.curves["loss"]
    assert [row["torch"] for row in rows[::2]] == pytest.approx(losses.reshape(4, -1).mean(axis=1), rel=1e-15)
    assert [row["tf"] for row in rows[1::2]] == [9, 29, 49, 69]
    assert [row["gap"] for row in rows[1::2]] == [0.5] * 4
    assert {tuple(row) for row in rows} == {COLUMNS["epochs"]}


def test_a_metric_that_one_side_lacks_has_no_gap(tmp_path):
    rows = ROWS["epochs"](result(tmp_path, tf=FakeSide(curves=lambda steps: {"accuracy": [0.5] * steps})))
    alone = [row for row in rows if row["metric"] == "accuracy"]
    assert len(alone) == 40
    assert {(row["torch"], row["tf"], row["gap"]) for row in alone} == {(None, 0.5, None)}


def test_a_metric_that_is_not_finite_has_an_infinite_gap(tmp_path):
    sides = (FakeSide(curves=lambda steps, value=value: {"accuracy": [value] * steps}) for value in (math.nan, 0.5))
    of = result(tmp_path, *sides)
    gaps = of.epochs.query("metric == 'accuracy'").gap
    assert len(gaps) == 40
    assert (gaps == math.inf).all()
    write_tables([of], tmp_path)
    row = next(row for row in read(tmp_path / "epochs.csv") if row["metric"] == "accuracy")
    assert (row["torch"], row["tf"], row["gap"]) == ("nan", "0.5", "inf")


def test_stages_have_a_row_a_tensor_and_the_end_is_the_step_after_the_last(tmp_path):
    of = result(tmp_path, tf=FakeSide(from_step(1, "loss", 1.5)))
    rows = list(ROWS["stages"](of))
    assert {tuple(row) for row in rows} == {COLUMNS["stages"]}
    assert {row["step"] for row in rows} == {0, 1, 40}
    [loss] = [row for row in rows if (row["step"], row["stage"]) == (1, "loss")]
    assert (loss["tensor"], loss["shape"], loss["verdict"]) == ("loss", "scalar", "beyond")
    assert loss["max_rel"] == pytest.approx(1 / 3, rel=1e-12)
    assert [row["verdict"] for row in rows[:3]] == ["within"] * 3


def test_the_summary_of_a_diverged_case_says_how_far_and_where(tmp_path):
    of = result(tmp_path, tf=FakeSide(from_step(7, "rate", 0.5)), precisions=("float64", "float32"))
    row = of.summary
    double, single = of.judgement.comparisons.values()
    assert (row["case"], row["verdict"], row["steps"]) == ("linear_regression", "diverged", 40)
    assert row["first_divergence"] == "step 7, rate, learning_rate"
    assert row["findings"].startswith("parts at step 7, rate, learning_rate")
    assert (row["float64_gap"], row["float32_gap"]) == (double.gap.max(), single.gap.max())
    assert (row["float64_envelope"], row["float32_envelope"]) == (double.envelope.max(), single.envelope.max())
    assert (row["torch_first_loss"], row["torch_last_loss"]) == tuple(single.pair.torch.curves["loss"][[0, -1]])
    assert (row["tf_first_loss"], row["tf_last_loss"]) == tuple(single.pair.tf.curves["loss"][[0, -1]])
    assert (row["torch_version"], row["tf_version"], row["keras_version"]) == ("2.0", "2.0", "3.0")
    assert set(row) <= set(COLUMNS["summary"])


def test_milliseconds_are_the_median_without_the_audited_steps(tmp_path):
    of = result(tmp_path, FakeSide(curves=lambda steps: {"seconds": [9.0, 0.001, 0.003][:steps]}), steps=3)
    assert of.summary["torch_ms_per_step"] == 2.0
    assert of.summary["tf_ms_per_step"] == 250.0


def test_tables_in_python_are_those_of_the_files(tmp_path):
    of = result(tmp_path, tf=FakeSide(at(lambda key: key[:2] == (1, "buffer"), lambda value: value.reshape(1))))
    write_tables([of], tmp_path)
    for name in ("curves", "epochs", "stages"):
        rows = getattr(of, name).to_dict("records")
        assert read(tmp_path / f"{name}.csv") == [{column: str(value) for column, value in row.items()} for row in rows]


def test_a_line_of_code_has_a_row(tmp_path):
    of = result(tmp_path)
    file = tmp_path / "port.py"
    file.write_text("loss = tf.reduce_sum(each)\n")
    line = Line("the loss", "tf", PARTS, Place(str(file), 1, "loss"), "22.5", "scalar", "= 32 x")
    of = replace(of, judgement=replace(of.judgement, lines=(line,)))
    [row] = ROWS["lines"](of)
    assert tuple(row) == COLUMNS["lines"]
    assert (row["place"], row["role"], row["side"], row["line"]) == ("the loss", "parts", "tf", 1)
    assert (row["file"], row["source"], row["note"]) == (str(file), "loss = tf.reduce_sum(each)", "= 32 x")
    assert len(of.lines) == 1


def test_a_run_that_failed_has_a_summary_and_no_other_rows(tmp_path):
    good = result(tmp_path)
    failed = Result(good.subject, "f" * 64, None, ("tf: the worker died,\nand said why",))
    assert (failed.verdict, failed.findings) == ("error", ("tf: the worker died,\nand said why",))
    assert {name: len(list(rows(failed))) for name, rows in ROWS.items()} == dict.fromkeys(ROWS, 0) | {"summary": 1}
    assert list(failed.curves.columns) == list(COLUMNS["curves"])
    write_tables([failed, good], tmp_path)
    first, second = read(tmp_path / "summary.csv")
    assert (first["verdict"], first["findings"], first["float64_gap"]) == ("error", failed.findings[0], "")
    assert (second["verdict"], second["inputs_sha256"]) == ("equivalent", "0" * 64)
    assert tuple(first) == COLUMNS["summary"]
    assert set(failed.summary) < set(COLUMNS["summary"])


def test_a_metric_of_one_case_adds_rows_and_no_columns(tmp_path):
    plain = result(tmp_path)
    (tmp_path / "more").mkdir()
    metric = FakeSide(curves=lambda steps: {"accuracy": [0.5] * steps})
    write_tables([plain, result(tmp_path / "more", metric, metric)], tmp_path)
    rows = read(tmp_path / "epochs.csv")
    assert tuple(rows[0]) == COLUMNS["epochs"]
    assert [row["metric"] for row in rows] == ["loss"] * 40 + ["loss", "accuracy"] * 40
    assert (rows[-1]["torch"], rows[-1]["tf"], rows[-1]["gap"]) == ("0.5", "0.5", "0.0")


def test_an_evaluation_is_a_metric_of_its_epoch(tmp_path):
    def evaluated(steps):
        return {"evaluation_step": [9, 19, 29, 39], "evaluation_loss": [0.4, 0.3, 0.2, 0.1]}

    sides = FakeSide(curves=evaluated), FakeSide(rounding, curves=evaluated)
    epochs = result(tmp_path, *sides).epochs  # each of one step
    evaluations = epochs[epochs.metric == "evaluation_loss"][["epoch", "torch", "tf"]]
    assert evaluations.to_numpy().tolist() == [[10, 0.4, 0.4], [20, 0.3, 0.3], [30, 0.2, 0.2], [40, 0.1, 0.1]]
    assert set(epochs.metric) == {"loss", "evaluation_loss"}
