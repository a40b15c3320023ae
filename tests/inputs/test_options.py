"""An option that is not there is told by the one that was meant."""

import inspect

import pytest

from compare.inputs.options import suggesting


@suggesting
def record(path, *, audits=None, follow=None):
    return path, audits, follow


class Recorder:
    @suggesting
    def __init__(self, path, audits=None):
        self.path, self.audits = path, audits


def test_options_that_are_there_arrive():
    assert record("runs/a", audits=3) == ("runs/a", 3, None)
    assert Recorder(path="runs/a").path == "runs/a"
    assert list(inspect.signature(record).parameters) == ["path", "audits", "follow"]


@pytest.mark.parametrize(("option", "meant"), [("audit", "audits"), ("folow", "follow"), ("paths", "path")])
def test_a_misspelt_option_is_told_with_the_one_that_was_meant(option, meant):
    with pytest.raises(TypeError, match=rf"^record\(\) has no option {option}: did you mean {meant}\?$"):
        record("runs/a", **{option: 1})


def test_where_none_is_near_all_are_told():
    with pytest.raises(TypeError, match=r"Recorder\(\) has no option zzz: its options are path, audits$"):
        Recorder("runs/a", zzz=1)
