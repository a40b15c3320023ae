"""Which precisions a run is in, and which Python, threads and patience its workers get."""

import pytest

from compare.running import options
from compare.running.options import Options


@pytest.mark.parametrize(
    ("precision", "precisions"),
    [("both", ("float64", "float32")), ("float64", ("float64",)), ("float32", ("float32",))],
)
def test_of_two_precisions_float64_comes_first_for_it_decides(precision, precisions):
    assert Options(precision).precisions == precisions


def test_an_unknown_precision_is_refused_with_what_was_expected():
    with pytest.raises(ValueError, match="precision 'float16': expected one of both, float64, float32"):
        Options("float16")


def test_an_unknown_time_to_look_for_differences_is_refused_with_what_was_expected():
    with pytest.raises(ValueError, match="differences 'sometimes': expected one of never, apart, always"):
        Options(differences="sometimes")


def test_the_workers_get_what_is_said_of_them(monkeypatch, tmp_path):
    asked = []
    monkeypatch.setattr(options, "Pool", lambda *given: asked.append(given))
    Options(threads=3, timeout=7, torch_python="here", tf_python="there").pool(tmp_path, kept=2)
    assert asked == [(tmp_path, {"torch": "here", "tf": "there"}, 3, 7, 2)]


@pytest.mark.parametrize(("cores", "threads", "pairs"), [(1, 1, 1), (2, 1, 1), (6, 1, 3), (6, 3, 1), (64, 1, 4)])
def test_by_default_a_pair_of_workers_runs_on_two_cores_and_a_large_machine_is_not_filled(
    monkeypatch, cores, threads, pairs
):
    monkeypatch.setattr(options.os, "cpu_count", lambda: cores)
    assert Options(threads=threads).pairs_at_once == pairs
    assert Options(threads=threads, pairs=7).pairs_at_once == 7


def test_as_many_runs_are_expected_of_each_side_as_a_study_makes():
    assert Options().runs_a_case == {"torch": 6, "tf": 4}
    assert Options("float32", nudged=False).runs_a_case == {"torch": 1, "tf": 2}
