"""The dictionary of components: complete, documented alike on both sides, and every entry of it proven."""

import re
from collections import Counter

import pytest

from compare.components import source, specs
from compare.components.run_components import run_components
from compare.components.selection import choose
from compare.running.options import Options

EVERY = choose([])
SIDES = ("torch", "tf")


@pytest.fixture(scope="module")
def rows():
    """Every component, run once in the real workers."""
    return {row.key: row for row in run_components(EVERY, Options())}


@pytest.mark.timeout(1800)  # the first of them waits for all
@pytest.mark.parametrize("key", EVERY)
def test_the_two_sides_of_a_component_agree(rows, key):
    assert rows[key].verdict in ("equal", "agrees"), rows[key].why


@pytest.mark.parametrize("key", [key for key, (_, spec) in EVERY.items() if spec.precision == "float32"])
def test_what_is_judged_in_float32_says_why_and_is_allowed_no_more_than_rounding(rows, key):
    assert rows[key].why.endswith(".")
    assert rows[key].allowed < 1e-2


def test_there_are_at_least_150_components_of_every_kind_that_was_promised():
    assert len(EVERY) >= 150
    assert {kind for kind, _ in EVERY.values()} == set(specs.KINDS)


def test_no_key_is_used_twice():
    keys = Counter(key for kind in specs.KINDS for key in specs.load(kind))
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("kind", specs.KINDS)
def test_both_sides_have_the_entries_of_the_specs_in_the_same_order(kind):
    keys = list(specs.load(kind))
    assert list(source.entries("torch", kind)) == keys
    assert list(source.entries("tf", kind)) == keys


@pytest.mark.parametrize("kind", specs.KINDS)
def test_an_entry_has_the_same_lesson_on_both_sides_word_for_word(kind):
    torch, tf = source.entries("torch", kind), source.entries("tf", kind)
    for key, entry in torch.items():
        assert entry.lesson == tf[key].lesson, key
        assert re.fullmatch(r"[A-Z`0-9(\"'a-z].{3,}[.]", entry.lesson), f"{key}: {entry.lesson!r} is not a sentence"


@pytest.mark.parametrize("side", SIDES)
def test_every_file_of_the_side_is_of_a_kind(side):
    directory = source.ROOT / source.PACKAGES[side] / "components"
    assert {path.stem for path in directory.glob("*.py")} == {"__init__", *specs.KINDS}
