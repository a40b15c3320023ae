"""Changes that give what PyTorch computes come first: of all, one run tells what they give."""

import ast
from types import SimpleNamespace

import numpy as np
import pytest

from compare.judging.causes import probes
from compare.judging.causes.code import Code, Rewrite
from compare.judging.causes.files import Candidate
from compare.judging.causes.probes import likeliest_first, probe_of, with_probes
from compare.running.request import RequestFailedError
from compare.traces.fingerprints import fingerprint
from compare.traces.probing import probing, read_probed

FILE = Code(
    "port.py",
    """\
def loss(x, y):
    twice = 2 * x
    each = list(map(lambda z: z + 1, y))
    twice += sum(each)
    if x is None:
        pass
    return (
        twice - y  # the error
    )
""",
)


def candidate(piece, new):
    """The change of the first expression with this text."""
    node = next(each for each in ast.walk(FILE.tree) if isinstance(each, ast.expr) and ast.unparse(each) == piece)
    rewrite = Rewrite(node, new, "does otherwise")
    return Candidate(rewrite, FILE, FILE.with_rewrite(rewrite))


@pytest.mark.parametrize(
    ("piece", "new", "expression"),
    [
        ("2 * x", "3 * x", "3 * x"),
        ("z + 1", "z - 1", "z - 1"),
        ("sum(each)", "max(each)", "twice + max(each)"),
        ("twice - y", "y - twice", "y - twice"),
        ("x is None", "y is None", None),
    ],
)
def test_what_is_asked_is_what_the_statement_computes_or_the_lambda_in_it(piece, new, expression):
    found = probe_of(candidate(piece, new))
    assert (found and found.expression) == expression


@pytest.mark.parametrize(
    ("piece", "new", "expression"),
    [("2 * x", "math.sqrt(x)", "math.sqrt(x)"), ("z + 1", "math.log(z)", "math.log(z)")],
)
def test_what_a_change_imports_is_known_to_what_is_asked(piece, new, expression):
    plain = candidate(piece, new)
    statement = next(
        each for each in ast.walk(FILE.tree) if isinstance(each, ast.Assign) and piece in ast.unparse(each)
    )
    whole = f"import math\n    {FILE.piece(statement).replace(piece, new)}"
    rewrite = Rewrite(statement, whole, "does otherwise")
    found = probe_of(plain._replace(rewrite=rewrite, after=FILE.with_rewrite(rewrite)))
    assert found is not None
    assert found.expression == f"(lambda math: {expression})(__import__('math'))"
    assert isinstance(found.site, ast.Lambda) == (piece == "z + 1")


def test_the_probed_code_computes_the_same_and_tells_what_each_change_gives(tmp_path):
    pieces = (("2 * x", "3 * x"), ("z + 1", "z - 1"), ("twice - y", "y - twice"), ("twice - y", "nothing"))
    asked = {number: probe_of(candidate(*piece)) for number, piece in enumerate(pieces)}
    names = {}
    exec(with_probes(FILE, asked).text, names)
    path, x, y = tmp_path / "probed.json", np.arange(2.0), np.ones(2)
    with probing(str(path), [{}]) as batches:
        for _ in batches:
            given = names["loss"](x, y)
    np.testing.assert_array_equal(given, 2 * x + 4 - y)
    found = read_probed(path)
    assert sorted(found) == [0, 1, 2]
    assert found[0] == [fingerprint(3 * x)]
    assert found[1] == [fingerprint(np.zeros(()))] * 2
    assert found[2] == [fingerprint(y - 2 * x - 4)]


@pytest.fixture
def ordered(monkeypatch):
    """The order of three changes, of which these give these values; PyTorch has `wanted` in its lines, and `others`."""
    changes = [candidate("2 * x", f"{number} * x") for number in range(3)]
    trial = SimpleNamespace(
        first=SimpleNamespace(difference=SimpleNamespace(max_rel=1.0)), plain=SimpleNamespace(precision="float64")
    )

    def order(given, wanted=(), others=(), error=None, sure=None):
        if sure is not None:
            changes[sure] = changes[sure]._replace(rewrite=changes[sure].rewrite._replace(unlikely=1))

        def values(*_):
            if error:
                raise error
            return {number: [fingerprint(np.array(value))] for number, value in given.items()}

        alone = tuple([fingerprint(np.array(value)) for value in every] for every in (wanted, others))
        monkeypatch.setattr(probes, "_given", values)
        monkeypatch.setattr(probes, "_of_torch_alone", lambda *_: alone)
        return [changes.index(each) for each in likeliest_first(changes, {}, trial, None, ())]

    return order


GIVEN = {0: [1.0, 2.0], 1: [3.0, 5.0], 2: [7.0, 11.0]}


def test_changes_that_give_what_pytorch_alone_has_come_first_and_those_of_its_lines_before_them(ordered):
    assert ordered(GIVEN) == [0, 1, 2]
    assert ordered(GIVEN, others=[GIVEN[1]]) == [1, 0, 2]
    assert ordered(GIVEN, wanted=[GIVEN[2]], others=[GIVEN[1]]) == [2, 1, 0]
    assert ordered(GIVEN, wanted=[[7.0, 11.1]]) == [0, 1, 2]


def test_what_cannot_be_asked_stays_before_them_only_where_its_rule_is_sure(ordered):
    asked = {number: GIVEN[number] for number in (1, 2)}
    assert ordered(asked, wanted=[GIVEN[1]]) == [1, 0, 2]
    assert ordered(asked, wanted=[GIVEN[1]], sure=0) == [0, 1, 2]
    assert ordered(GIVEN, wanted=[GIVEN[1]], sure=0) == [1, 0, 2]


def test_where_that_cannot_be_told_the_order_stays(ordered):
    assert ordered(GIVEN, wanted=[GIVEN[2]], error=RequestFailedError("tf", "no such layer")) == [0, 1, 2]
