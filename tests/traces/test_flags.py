"""The user's line that sets whether something trains is noted, whatever of a library lies between."""

import gc
import sysconfig
from pathlib import Path

import pytest

from compare.traces.flags import _NOTED, flag_set_at, flags_noted


class Weight:
    def __init__(self):
        self._trains = True

    @property
    def trains(self):
        return self._trains

    @trains.setter
    def trains(self, value):
        self._trains = value

    def trains_(self, value=True):
        self._trains = value
        return self


class Derived(Weight):
    """Only inherits it."""


LIBRARY = str(Path(sysconfig.get_path("purelib")) / "keras" / "layers.py")
OWN = "/home/user/port.py"


def run(text, file=OWN, **scope):
    exec(compile(text, file, "exec"), scope)
    return scope


@pytest.mark.parametrize("text", ["weight.trains = False", "weight.trains_(False)", "freeze(weight)"])
@pytest.mark.parametrize("owner", [Weight, Derived])
def test_the_users_line_is_noted_and_the_flag_set(text, owner):
    library = run("def freeze(weight):\n    weight.trains = False\n", LIBRARY)
    weight = owner()
    with flags_noted({owner: ("trains", "trains_")}):
        run(f"\n\n{text}\n", weight=weight, freeze=library["freeze"])
        assert weight.trains is False
    place = flag_set_at(weight)
    assert (place.file, place.line) == (OWN, 3)


def test_the_last_line_counts_and_what_is_set_outside_is_not_noted():
    weight, other = Weight(), Weight()
    before = Weight.__dict__["trains"], Weight.trains_
    with flags_noted({Weight: ("trains", "trains_")}):
        run("weight.trains = False\nweight.trains = True\n", weight=weight)
    run("weight.trains = False\nother.trains = False", weight=weight, other=other)
    assert flag_set_at(weight).line == 2
    assert flag_set_at(other) is None
    assert (Weight.__dict__["trains"], Weight.trains_) == before


def test_what_only_inherits_a_flag_has_none_of_its_own_afterwards_and_what_is_gone_is_forgotten():
    weight = Derived()
    with flags_noted({Derived: ("trains",)}):
        run("weight.trains = False", weight=weight)
    assert "trains" not in vars(Derived)
    number = id(weight)
    assert number in _NOTED
    del weight
    gc.collect()
    assert number not in _NOTED
    assert flag_set_at(3) is None
