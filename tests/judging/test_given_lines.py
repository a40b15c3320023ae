"""A value that a call is given by a name is looked for where the name is set; never elsewhere in the file."""

import pytest

from compare.judging.given_lines import MOST, lines_that_set
from compare.traces.places import Place

TEXT = """
bn = {"momentum": 0.01, "eps": 1e-3}
norm = nn.BatchNorm2d(6, **bn)
MOMENTUM, EPS = 0.03, 1e-3
norm = nn.BatchNorm2d(6, EPS, MOMENTUM)
class Config:
    momentum: float = 0.05
    affine: bool = False
norm = nn.BatchNorm2d(6, momentum=Config().momentum)
Norm = partial(BatchNormalization, momentum=0.93)
x = Norm()(x)
def block(x, momentum):
    return BatchNormalization(momentum=momentum)(x)
y = block(x, 0.91)
def normed(x, rate=0.11):
    return BatchNormalization(momentum=1 - rate)(x)
y = normed(x)
unused = 0.13
norm = nn.Sequential(
    nn.BatchNorm2d(6, **bn),
    nn.Dropout(p=0.17),
)
options = dict(stride=2, groups=2, betas=(0.9, 0.98))
conv = Conv2d(**options)
HALF = 0.5
flags = {"bias": False, "gain": 0}
scaled = Scale(
    HALF,
    **flags)
"""


def line(text, after=0):
    return next(
        number for number, each in enumerate(TEXT.splitlines(), 1) if each.strip().startswith(text) and number > after
    )


@pytest.mark.parametrize(
    ("made", "setting", "values", "found"),
    [
        (["norm = nn.BatchNorm2d(6, **bn)"], "momentum", (0.01, 0.99), "bn ="),
        (["norm = nn.BatchNorm2d(6, **bn)"], "eps", (1e-3, 1e-5), "bn ="),
        (["norm = nn.BatchNorm2d(6, EPS"], "momentum", (0.03, 0.1), "MOMENTUM"),
        (["norm = nn.BatchNorm2d(6, EPS"], "momentum", (0.01, 0.1), None),  # which another dict says
        (["norm = nn.BatchNorm2d(6, momentum=C"], "momentum", (0.05, 0.1), "momentum: float"),
        (["norm = nn.BatchNorm2d(6, momentum=C"], "affine", (False, True), "affine: bool"),
        (["x = Norm"], "momentum", (0.07, 0.1), "Norm ="),
        (["return BatchNormalization(momentum=momentum)", "y = block"], "momentum", (0.09, 0.1), "y = block"),
        (["y = block"], "momentum", (0.09, 0.1), None),  # it says so itself
        (["y = block"], "lr", (0.09, 0.1), None),
        (["y = normed"], "momentum", (0.11, 0.1), "def normed"),
        (["norm = nn.BatchNorm2d(6, **bn)"], "momentum", (0.13, 0.1), None),
        (["nn.BatchNorm2d(6, **bn),"], "momentum", (0.01, 0.1), "bn ="),
        (["conv ="], "stride", (2, 1), "options"),
        (["conv ="], "padding", (2, 1), None),  # a number that many settings have, under another name
        (["conv ="], "betas", ([0.9, 0.98], [0.9, 0.999]), "options"),
        (["conv ="], "betas", ([0.9, 0.97], [0.9, 0.999]), None),
        (["conv ="], "p", (None, 0.1), None),
        (["return BatchNormalization(momentum=momentum)", "y = block"], "eps", (0.09, 0.1), None),
        (["**flags)"], "bias", (False, True), "flags"),
        (["**flags)"], "gain", (False, True), None),
        (["**flags)"], "gain", (0.5, 0.1), None),
    ],
)  # fmt: skip
def test_the_line_is_named_that_sets_what_is_given_by_a_name(tmp_path, made, setting, values, found):
    path = tmp_path / "port.py"
    path.write_text(TEXT)
    places = [Place(str(path), line(each), "") for each in made]
    expected = [] if found is None else [line(found)]
    assert [each.line for each in lines_that_set(places, setting, *values)] == expected


def test_of_many_lines_the_first_are_named_and_a_file_that_cannot_be_read_has_none(tmp_path):
    path = tmp_path / "port.py"
    path.write_text("a = 0.3\nb = 0.3\nc = 0.3\nmake(a, b, c)\n")
    assert len(lines_that_set([Place(str(path), 4, "")], "lr", 0.3, 0.4)) == MOST
    path = tmp_path / "broken.py"
    path.write_text("def broken(:")
    assert lines_that_set([Place(str(path), 1, "")], "lr", 0.3, 0.4) == []
