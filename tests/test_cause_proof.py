"""How the proof of causes draws its lines, and what it calls the right change."""

from compare.judging.causes.cause import Cause
from tests.cause_proof import OF_TF, drawn, is_as_in_the_right_port, right_text


def test_lines_are_drawn_from_as_many_families_as_there_are_and_the_same_by_a_seed():
    lines = drawn(30, seed=1)
    assert len({wrong.family for wrong in lines}) == 30
    assert lines == drawn(30, seed=1) != drawn(30, seed=2)
    assert sorted(drawn(len(OF_TF), seed=3)) == sorted(OF_TF)


def test_a_change_is_right_where_the_right_port_has_the_statement():
    def cause(new):
        return Cause("the loss", "does", "port.py", 1, "old", new, 1.0)

    imported = next(line.strip() for line in right_text(OF_TF[0]).splitlines() if "import " in line)
    assert is_as_in_the_right_port(OF_TF[0], cause(imported))
    assert is_as_in_the_right_port(OF_TF[0], cause(f"{imported}; {imported}"))
    assert not is_as_in_the_right_port(OF_TF[0], cause(f"{imported}; return 17"))
