"""What measures and proves by hand runs: each script is started once, on next to nothing."""

import csv
import os
import subprocess
import sys

from tests import benchmark, large_trace, log_causes, no_false_alarms, power
from tests.cause_proof import OF_TF
from tests.end_to_end.wrong_lines import WRONG_LINES
from tests.end_to_end.wrong_ports import WRONG_PORTS

RESULTS = benchmark.ROOT / "results" / "benchmarks.csv"


def started(module, *arguments):
    """What `python -m module arguments` prints, a line a list, when it takes as little as it can."""
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, "SHORTER": "100000"}
    done = subprocess.run(command, cwd=benchmark.ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_benchmark_measures_every_row_of_its_table_and_writes_none_when_it_is_shortened():
    before = RESULTS.read_bytes()
    lines = started("tests.benchmark")
    with open(RESULTS, newline="") as file:
        rows = list(csv.DictReader(file))
    assert [line.split("  ")[3] for line in lines] == [row["unit"] for row in rows]
    assert all(float(line.split("  ")[1]) > 0 for line in lines)
    assert RESULTS.read_bytes() == before


def test_seeds_without_a_false_alarm_are_counted():
    before = no_false_alarms.PATH.read_bytes()
    case, training, all_runs = started("tests.no_false_alarms", "linear_regression", "momentum_sgd")
    for name, line in (("linear_regression", case), ("momentum_sgd", training)):
        assert line.startswith(f"{name}: 1 seeds, the widest gap as a share of what was allowed: float64 0.")
    assert all_runs == "2 runs, 0 alarms"
    assert no_false_alarms.PATH.read_bytes() == before


def test_a_fault_is_planted_and_found_in_each_precision_and_no_table_is_written_when_that_is_shortened():
    before = power.PATH.read_bytes()
    *found, misses = started("tests.power", "momentum_sgd", "--faults", "rate_1e-02", "momentum")
    assert sorted(line.split(" gap")[0] for line in found) == [
        f"momentum_sgd {precision} {where}"
        for precision in ("float32", "float64")
        for where in ("momentum 2 state hidden.0.weight momentum_buffer", "rate_1e-02 2 rate learning_rate")
    ]
    assert misses == "0 missed"
    assert power.PATH.read_bytes() == before


def test_logs_of_known_causes_are_judged_and_no_table_is_written_when_that_is_shortened():
    before = log_causes.PATH.read_bytes()
    assert started("tests.log_causes", "equal", "factor", "begins at 1") == [
        "a line for each step: cause named first or second in 7 of 7, false in 0",
        "a line for each epoch: cause named first or second in 2 of 2, false in 0",
    ]
    assert log_causes.PATH.read_bytes() == before


def test_a_port_that_is_named_is_tried_alone_and_what_was_found_is_shown():
    [port] = [port for port in WRONG_PORTS if port.name == "loss_summed"]
    first, *found, place, figure = started("tests.port_proof", port.name)
    assert first == "loss_summed: diverged"
    assert "parts at step 0, loss, loss" in found[0]
    assert place.strip() == str(port.place)
    assert figure.startswith("1 of 1 as they should be, ")


def test_a_set_of_wrong_ports_that_is_named_is_tried_alone():
    [figure] = started("tests.isolation_proof", "other_activation+loss_summed")
    assert figure.startswith("1 sets: 2 of 2 differences listed, 0 that are not there, ")


def test_a_wrong_line_that_is_named_is_tried_alone():
    wrong = next(wrong for wrong in WRONG_LINES if wrong.shows == "loss")
    *_, figure = started("tests.line_proof", wrong.name)
    assert figure.startswith("1 of 1 part where they should, both lines named of 1, at least one of 1, ")


def test_the_cause_of_a_wrong_line_that_is_named_is_searched():
    wrong = next(wrong for wrong in OF_TF if "axis=" in wrong.new and wrong.shows == "loss")
    first, *changes, figure = started("tests.cause_proof", wrong.name)
    assert first == f"{wrong.name}: diverged, proven"
    assert any("(as in the right port)" in change for change in changes)
    assert figure.startswith("1 of 1 causes proven, ")


def test_a_large_trace_has_a_line_for_each_process(monkeypatch, capsys):
    monkeypatch.setattr(large_trace, "measured", lambda: [("record_torch", 12.34, 1.5, ""), ("x", 1.0, 0.25, "said")])
    large_trace.main([])
    shown = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert shown == [["record_torch", "12.3", "s", "1.50", "GB"], ["x", "1.0", "s", "0.25", "GB", "said"]]
