"""An encoder reads a sequence, a decoder writes it backwards; sequences of different lengths share a batch, padded.

Notice `lengths`: the decoder begins with the encoder's state after the last real step, and the loss is the mean over
real tokens. Padding is symbol 0; symbol 1 starts the decoder.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case

EXAMPLES, TIME, SHORTEST = 384, 8, 3
PADDING, START, SYMBOLS = 0, 1, 6  # 2 to 5 are the symbols that sequences consist of
HIDDEN, EMBEDDING = 16, 8


def data(generator: Generators) -> Arrays:
    """Integers: `source`, `target` (source backwards) and `given` (target one step later), all (examples, time).

    `lengths` (examples,) is the number of real symbols in each row.
    """
    lengths = generator("lengths").integers(SHORTEST, TIME + 1, EXAMPLES)
    steps = np.arange(TIME)
    real = steps < lengths[:, None]
    source = np.where(real, generator("source").integers(START + 1, SYMBOLS, (EXAMPLES, TIME)), PADDING)
    backwards = np.where(real, lengths[:, None] - 1 - steps, steps)  # padding stays where it is
    target = np.take_along_axis(source, backwards, axis=1)
    given = np.where(real, np.insert(target, 0, START, axis=1)[:, :-1], PADDING)
    return {"source": source, "given": given, "target": target, "lengths": lengths}


def weights(generator: Generators) -> Arrays:
    """Uniform on ±1/sqrt(hidden), a GRU's default in PyTorch (torch/nn/modules/rnn.py, 2.13); a normal embedding."""
    arrays = {"embedding.weight": generator("embedding.weight").standard_normal((SYMBOLS, EMBEDDING))}
    shapes: dict[str, tuple[int, ...]] = {}
    for part in ("encoder", "decoder"):
        shapes[f"{part}.weight_ih_l0"] = (3 * HIDDEN, EMBEDDING)
        shapes[f"{part}.weight_hh_l0"] = (3 * HIDDEN, HIDDEN)
        shapes[f"{part}.bias_ih_l0"] = (3 * HIDDEN,)
        shapes[f"{part}.bias_hh_l0"] = (3 * HIDDEN,)
    shapes |= {"head.weight": (SYMBOLS, HIDDEN), "head.bias": (SYMBOLS,)}
    bound = HIDDEN**-0.5
    return arrays | {name: generator(name).uniform(-bound, bound, shape) for name, shape in shapes.items()}


CASE = Case(
    name="gru",
    summary="a GRU encoder and decoder reverse sequences of 3 to 8 symbols, masked cross-entropy, Adam 0.03",
    data=data,
    weights=weights,
    settings={
        "symbols": SYMBOLS,
        "embedding": EMBEDDING,
        "hidden": HIDDEN,
        "padding": PADDING,
        "learning_rate": 3e-2,
        "epsilon": 1e-8,
    },
    epochs=3,
    batch_size=24,
    shuffle=True,
)
