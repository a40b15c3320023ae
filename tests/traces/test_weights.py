"""Units go into a trace and come back."""

import json

from compare.traces.weights import Tensor, Unit, from_json, to_json

UNITS = [
    Unit("Linear", "fc1", {"weight": Tensor("fc1.weight", (3, 2), False, True)}),
    Unit("BatchNorm", "bn", {"running_var": Tensor("bn.running_var", (), True, False)}),
]


def test_units_come_back_from_json_as_they_were():
    assert from_json(json.loads(json.dumps(to_json(UNITS)))) == UNITS


def test_units_are_plain_lists_and_dictionaries():
    plain = to_json(UNITS)[0]
    tensor = {"name": "fc1.weight", "shape": (3, 2), "buffer": False, "trainable": True}
    assert plain == {"kind": "Linear", "path": "fc1", "tensors": {"weight": tensor}}
