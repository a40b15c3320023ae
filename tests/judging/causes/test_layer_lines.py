"""Where the layers stand whose outputs part, and what is set otherwise of those that put out nothing to compare."""

from types import SimpleNamespace

import pytest

from compare.judging.causes.layer_lines import lines_of_layers, settings_of_layers
from compare.judging.judgement import Judgement
from compare.judging.settings import INITIAL, SettingRow
from compare.judging.settings.values import DIFFERS, EQUAL, ROUNDED
from compare.traces.place import Place
from tests.helpers.stage_row import BEYOND, row

ROWS = [row(0, "forward", "conv"), row(0, "forward", "norm"), row(0, "forward", "fc", BEYOND), row(0, "loss", "loss")]
MADE = {name: (Place("port.py", line, "f"),) for line, name in enumerate(("conv", "norm", "fc", "tf_norm", "tf_fc"), 1)}


def judgement(*settings):
    side = SimpleNamespace(header=SimpleNamespace(made_at=MADE))
    comparison = SimpleNamespace(rows=ROWS, pair=SimpleNamespace(torch=side, tf=side))
    return Judgement("diverged", (), {"float64": comparison}, ROWS[2], settings)


def setting(subject, name="eps", verdict=DIFFERS):
    return SettingRow(subject, "Linear", name, 1, 2, verdict, "", f"tf_{subject}")


PAIRED = setting("norm", verdict=EQUAL), setting("fc", verdict=EQUAL)


@pytest.mark.parametrize(
    ("side", "first", "lines"),
    [("torch", ROWS[2], [3, 2]), ("tf", ROWS[2], [5, 4]), ("torch", ROWS[3], [3]), ("tf", row(0, "update", "fc"), [])],
)
def test_the_layer_that_parts_comes_before_the_one_that_it_is_given(side, first, lines):
    assert [place.line for place in lines_of_layers(judgement(*PAIRED), first, side)] == lines


def test_a_layer_is_found_though_what_it_puts_out_is_not_compared():
    rows = (setting("rnn", "batch_first"), setting("fc", verdict=ROUNDED), setting("optimizer"), setting(INITIAL))
    found = settings_of_layers(judgement(*rows, setting("model", "parameters"), setting("fc", "biases")), ROWS[2])
    assert [(each.subject, each.setting) for each in found] == [("rnn", "batch_first")]
    assert not settings_of_layers(judgement(*rows), row(0, "update", "fc"))
