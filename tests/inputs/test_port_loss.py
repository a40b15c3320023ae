"""A loss says by its parameters whether it takes `training`; what it is called with, the tests of port_file show."""

from functools import partial, wraps

import pytest

from compare.inputs.port_loss import takes_training


class Module:
    """Called as a module of a framework is: with anything, which is handed on."""

    def __init__(self, **methods):
        vars(self).update(methods)

    def __call__(self, *arguments, **options):
        raise AssertionError("only looked at")


TAKES_TRAINING = [
    (lambda model, batch: 0, False),
    (lambda model, batch, training: training, True),
    (lambda model, batch, *, training=False: training, True),
    (lambda model, batch, smoothing=0.1, training=True: model(batch, training), True),
    (lambda model, batch, weight=1.0: 0, False),
    (lambda model, batch, **options: model(batch, **options), True),
    (lambda model, batch, training: 0, False),
    (lambda model, batch, training: lambda: training, True),
    (lambda model, batch, **options: 0, False),
    (partial(lambda l2, model, batch, training: l2, 0.1), False),
    (lambda model, *batch: 0, False),
    (partial(lambda l2, model, batch, training: training, 0.1), True),
    (partial(lambda model, batch, l2: 0, l2=0.1), False),
    (wraps(lambda model, batch: 0)(lambda *arguments, **options: 0), False),
    (Module(forward=lambda model, batch: 0), False),
    (Module(forward=lambda model, batch, training: training), True),
    (Module(call=lambda model, batch, training=None: training), True),
    (len, False),
    (dict.fromkeys, False),
    (max, False),
]


@pytest.mark.parametrize(("loss", "takes"), TAKES_TRAINING)
def test_a_loss_takes_training_by_name_or_with_whatever_it_is_given(loss, takes):
    assert takes_training(loss) is takes
