"""Where a layer parts, it is tried by PyTorch's formula."""

from types import SimpleNamespace

import pytest

from compare.judging.causes.files import Files
from compare.judging.causes.of_layers import of_layers
from compare.judging.judgement import Judgement
from compare.judging.settings import SettingRow
from compare.judging.settings.values import EQUAL
from compare.traces.place import Place
from tests.helpers.stage_row import BEYOND, row

SETTINGS = (SettingRow("bn", "BatchNorm", "momentum", 0.2, 0.2, EQUAL, "", "norm"),)


@pytest.mark.parametrize(
    ("stage", "tensor", "is_tried"),
    [("forward", "bn", True), ("buffer", "bn.running_var", True), ("forward", "fc", False), ("loss", "bn", False)],
)
def test_a_layer_is_made_by_tf_impl_where_what_it_puts_out_or_keeps_parts(stage, tensor, is_tried, tmp_path):
    path = tmp_path / "port.py"
    path.write_text("norm = layers.BatchNormalization()\n")
    side = SimpleNamespace(header=SimpleNamespace(made_at={"norm": (Place(str(path), 1, "f"),)}))
    first = row(0, stage, tensor, BEYOND)
    comparison = SimpleNamespace(rows=[first], pair=SimpleNamespace(torch=side, tf=side))
    judgement = Judgement("diverged", (), {"float64": comparison}, first, SETTINGS)
    found = [each.after.text.splitlines()[-1] for each in of_layers(judgement, first, Files({}, {}))]
    assert found == (["norm = BatchNorm(momentum=0.2)"] if is_tried else [])
