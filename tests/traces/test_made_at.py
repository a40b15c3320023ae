"""The user's line that makes an object is noted, whatever class of its own or of a library lies between."""

import gc
import sysconfig
from inspect import getfullargspec, signature
from pathlib import Path

from compare.traces.made_at import _NOTED, MOST, calls_that_make, made_at, noted


class Base:
    def __init__(self, width=1, *, name=None):
        self.width, self.name = width, name


def compiled(file: str, text: str, **scope):
    """What a file of this text defines."""
    exec(compile(text, file, "exec"), scope)
    return scope


LIBRARY = str(Path(sysconfig.get_path("purelib")) / "keras" / "layers.py")
OWN = "/home/user/port.py"


def test_the_line_is_the_one_that_makes_it_not_one_of_its_own_init_or_of_a_library():
    library = compiled(LIBRARY, "class Dense(Base):\n    def __init__(self):\n        super().__init__(2)\n", Base=Base)
    text = "class Block(Dense):\n    def __init__(self):\n        super().__init__()\n\n\nside = lambda: Block()\n"
    with noted(Base):
        made = compiled(OWN, text, Dense=library["Dense"])["side"]()
    place = made_at(made)
    assert (place.file, place.line, place.function) == (OWN, 6, "<lambda>")
    assert made.width == 2


def test_what_an_object_makes_in_its_init_has_the_line_there():
    text = "class Net(Base):\n    def __init__(self):\n        super().__init__()\n        self.fc = Base(3)\n"
    with noted(Base):
        net = compiled(OWN, text, Base=Base)["Net"]()
    assert made_at(net.fc).line == 4


def test_what_was_made_outside_is_not_known_and_what_is_gone_is_forgotten():
    outside = Base()
    with noted(Base):
        inside = Base()
    assert made_at(outside) is None
    assert made_at(3) is None
    assert made_at(Base()) is None
    number = id(inside)
    assert number in _NOTED
    del inside
    gc.collect()
    assert number not in _NOTED


def test_inside_a_class_has_the_signature_that_it_had_and_outside_its_own_init():
    before = Base.__init__, signature(Base.__init__), getfullargspec(Base.__init__)
    with noted(Base):
        assert (signature(Base.__init__), getfullargspec(Base.__init__)) == before[1:]
        assert Base.__init__ is not before[0]
    assert Base.__init__ is before[0]


def test_a_class_that_only_inherits_its_init_is_noted_and_put_back():
    class Derived(Base):
        pass

    with noted(Derived):
        made = Derived(4)
    assert made_at(made).function == test_a_class_that_only_inherits_its_init_is_noted_and_put_back.__name__
    assert "__init__" not in vars(Derived)


def test_behind_the_line_that_makes_it_stand_those_that_call_its_function_and_few_of_them():
    make = "def make(width):\n    return Base(width)\n\n\n"
    text = make + "def call(depth):\n    return call(depth - 1) if depth else make(3)\n"
    with noted(Base):
        made = compiled(OWN, text, Base=Base)
        shallow, deep = made["call"](0), made["call"](9)
    assert [place.line for place in calls_that_make(shallow)][:2] == [2, 6]
    assert made_at(shallow).line == 2
    assert len(calls_that_make(deep)) == MOST
    assert calls_that_make(Base()) == ()
