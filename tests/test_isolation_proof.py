"""How the proof of several differences counts: what a set does not show counts, unless it does nothing there."""

import pytest

from tests import isolation_proof
from tests.isolation_proof import BY_NAME, Listed

FIRST, SECOND = (BY_NAME[name] for name in ("other_activation", "loss_summed"))
ONE, OTHER, THIRD = (frozenset([(place, name)]) for place, name in (("layer", "fc"), ("loss", "loss"), ("rate", "lr")))


@pytest.fixture
def counted(monkeypatch, capsys):
    def of(differences, digest="both", first=(ONE,)):
        found = {
            (FIRST,): Listed([*first], "first"),
            (SECOND,): Listed([OTHER], "second"),
            (FIRST, SECOND): Listed(differences, digest),
        }
        monkeypatch.setattr(isolation_proof, "listed", lambda groups: {ports: found[ports] for ports in groups})
        failed = isolation_proof.main([f"{FIRST.name}+{SECOND.name}"])
        *said, figure = capsys.readouterr().out.splitlines()
        return failed, said, figure.rpartition(", ")[0]

    return of


def test_all_that_the_ports_of_a_set_show_alone_is_there(counted):
    assert counted([ONE, OTHER]) == (0, [], "1 sets: 2 of 2 differences listed, 0 that are not there")


def test_what_is_missing_and_what_is_beside_are_counted_and_named(counted):
    failed, [said], figure = counted([ONE, THIRD])
    assert failed
    assert said == "other_activation+loss_summed: missing [[('loss', 'loss')]], beside [[('rate', 'lr')]]"
    assert figure == "1 sets: 1 of 2 differences listed, 1 that are not there"


def test_a_port_without_which_a_set_computes_the_same_is_not_there(counted):
    failed, [said], figure = counted([ONE], digest="first")
    assert not failed
    assert said == "other_activation+loss_summed: loss_summed changes nothing beside the others, to the last bit"
    assert figure == "1 sets: 1 of 1 differences listed, 0 that are not there"


def test_a_port_that_shows_nothing_alone_is_missing(counted):
    failed, [said], figure = counted([OTHER], first=())
    assert failed
    assert said == "other_activation+loss_summed: missing [[('nothing', 'is listed of it alone')]], beside []"
    assert figure == "1 sets: 1 of 2 differences listed, 0 that are not there"
