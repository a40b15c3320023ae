"""What an optimizer of Keras does that gathers the gradients of several steps: it updates at the last of them.

differs: PyTorch's loop adds up gradients in `.grad`, and calls its optimizer for an update only.
"""

from collections.abc import Callable

import tensorflow as tf

from tf_impl.keras_internals import count_of_updates, gathered_gradient

Pairs = list[tuple]  # gradients and variables


def gathering(optimizer, steps: int):
    """The optimizer, not built yet, that gathers gradients over `steps` and updates by their mean."""
    optimizer.gradient_accumulation_steps = steps
    return optimizer


def steps_of(optimizer) -> int:
    """Over how many steps an optimizer gathers gradients."""
    return getattr(optimizer, "gradient_accumulation_steps", None) or 1  # one of the user's own has none


def only_gathers(optimizer) -> bool:
    """Whether an optimizer's next step adds to the gradients that it has, and moves nothing."""
    return optimizer.built and (int(count_of_updates(optimizer)) + 1) % steps_of(optimizer) != 0


def with_gathered(optimizer, pairs: Pairs) -> Pairs:
    """The gradients that an update is made of: the mean of those that were gathered and of these."""
    steps = steps_of(optimizer)
    return _each(pairs, lambda gradient, variable: (gradient + gathered_gradient(optimizer, variable)) / steps)


def without_gathered(optimizer, pairs: Pairs) -> Pairs:
    """The gradients to give for an update that is to be made of these."""
    steps = steps_of(optimizer)
    return _each(pairs, lambda gradient, variable: gradient * steps - gathered_gradient(optimizer, variable))


def _each(pairs: Pairs, change: Callable) -> Pairs:
    """The pairs with changed gradients, where there are any."""
    dense = ((None if each is None else tf.convert_to_tensor(each), variable) for each, variable in pairs)
    return [(None if each is None else change(each, variable), variable) for each, variable in dense]
