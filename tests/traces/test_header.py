"""A header comes back from its text as it was, and one that this version cannot read is refused in words."""

import json
from dataclasses import fields, replace

import pytest

from compare.traces.header import FORMAT, Header, HeaderError, Setting
from compare.traces.weights import Tensor, WeightGroup
from tests.helpers.synthetic import header

SCALAR = Tensor("fc.mean", (), True, False)
WHOLE = Header(
    side="tf",
    versions={"keras": "3"},
    weight_groups=(
        WeightGroup(
            "Linear", "fc", {"weight": Tensor("fc.weight", (3, 5), False, True), "bias": Tensor("b", (), True, False)}
        ),
    ),
    kinds={"fc": "Linear"},
    settings=(Setting("optimizer", "SGD", "lr", 0.1), Setting("fc", "Conv2d", "stride", [2, 2])),
    explicit=(("fc.weight", "lin.weight"), (None, "lin.bias")),
    precision="float64",
    nudge="float32",
    compiled=False,
    muted={"drop": {"p": 0.5}},
)


@pytest.mark.parametrize("said", [WHOLE, header()])
def test_a_header_comes_back_from_its_text_as_it_was(said):
    assert Header.from_json(said.to_json()) == said


@pytest.mark.parametrize("name", [each.name for each in fields(Header)])
def test_a_header_without_one_of_its_fields_is_refused_by_its_name(name):
    plain = json.loads(WHOLE.to_json())
    del plain[name]
    with pytest.raises(HeaderError, match=f"^lacks {name}: record it again with this version$"):
        Header.from_json(json.dumps(plain))


@pytest.mark.parametrize("found", [FORMAT - 1, FORMAT + 1, None, "2"])
def test_a_header_of_another_format_is_refused_with_both_formats(found):
    plain = json.loads(WHOLE.to_json()) | {"format": found}
    with pytest.raises(HeaderError, match=f"format {found}; this version reads {FORMAT}"):
        Header.from_json(json.dumps(plain))


@pytest.mark.parametrize("text", ["", "[]", "3", '{"format": 2', '["format"]'])
def test_what_is_not_a_mapping_is_not_a_header(text):
    with pytest.raises((ValueError, TypeError, KeyError)):
        Header.from_json(text)


def test_a_field_that_this_version_does_not_know_is_refused():
    with pytest.raises(TypeError, match="unheard_of"):
        Header.from_json(json.dumps({**json.loads(WHOLE.to_json()), "unheard_of": 1}))


@pytest.mark.parametrize(("rows", "is_large"), [(5000, False), (5001, True)])
def test_a_model_of_more_than_five_million_numbers_is_large(rows, is_large):
    group = WeightGroup("Linear", "fc", {"weight": Tensor("fc.weight", (rows, 1000), False, True)})
    assert replace(header("torch"), weight_groups=(group,)).is_large is is_large
