"""Synthetic speech: every symbol sounds as two patterns, each held for 2 or 3 frames, under noise.

Notice that CTC sums over all alignments, so labels need no times; that a target is feasible only with a frame per
symbol and one more between equal neighbours, after the convolution has halved the frames; and that input and target
lengths differ from row to row.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case

EXAMPLES, FEATURES, SYMBOLS = 384, 6, 4  # class 0 is the blank, 1 to 4 are the symbols
FEWEST, MOST = 2, 3  # symbols in a sequence
SHORTEST, LONGEST = 2, 3  # frames for which each pattern of a symbol is held
FRAMES = MOST * 2 * LONGEST
CHANNELS, HIDDEN = 12, 16


def data(generator: Generators) -> Arrays:
    """x (examples, features, frames) with `lengths` (examples,) of them real; `targets` (examples, MOST), padded."""
    patterns = generator("patterns").standard_normal((SYMBOLS, 2, FEATURES))
    counts = generator("counts").integers(FEWEST, MOST + 1, EXAMPLES)
    spoken = np.arange(MOST) < counts[:, None]
    targets = np.where(spoken, generator("targets").integers(1, SYMBOLS + 1, (EXAMPLES, MOST)), 0)
    held = generator("held").integers(SHORTEST, LONGEST + 1, (EXAMPLES, MOST, 2)) * spoken[:, :, None]
    noise = 0.5 * generator("noise").standard_normal((EXAMPLES, FRAMES, FEATURES))
    lengths = held.sum((1, 2))
    x = np.zeros((EXAMPLES, FRAMES, FEATURES))
    for row, length in enumerate(lengths):
        sound = patterns[targets[row] - 1].reshape(-1, FEATURES)  # (MOST * 2, features); what is not spoken lasts 0
        x[row, :length] = np.repeat(sound, held[row].ravel(), axis=0) + noise[row, :length]
    return {"x": x.transpose(0, 2, 1), "lengths": lengths, "targets": targets, "target_lengths": counts}


def weights(generator: Generators) -> Arrays:
    """Uniform on ±1/sqrt(fan in), the GRU's on ±1/sqrt(hidden): PyTorch's defaults."""
    shapes = {
        "conv.weight": ((CHANNELS, FEATURES, 3), 3 * FEATURES),
        "conv.bias": ((CHANNELS,), 3 * FEATURES),
        "gru.weight_ih_l0": ((3 * HIDDEN, CHANNELS), HIDDEN),
        "gru.weight_hh_l0": ((3 * HIDDEN, HIDDEN), HIDDEN),
        "gru.bias_ih_l0": ((3 * HIDDEN,), HIDDEN),
        "gru.bias_hh_l0": ((3 * HIDDEN,), HIDDEN),
        "head.weight": ((1 + SYMBOLS, HIDDEN), HIDDEN),
        "head.bias": ((1 + SYMBOLS,), HIDDEN),
    }
    return {name: generator(name).uniform(-(n**-0.5), n**-0.5, shape) for name, (shape, n) in shapes.items()}


CASE = Case(
    name="ctc_speech",
    summary="a strided convolution and a GRU spell synthetic speech, CTC loss, Adam 0.01, batches of 24",
    data=data,
    weights=weights,
    settings={
        "features": FEATURES,
        "channels": CHANNELS,
        "hidden": HIDDEN,
        "classes": 1 + SYMBOLS,
        "learning_rate": 1e-2,
        "epsilon": 1e-8,
    },
    epochs=3,
    batch_size=24,
    shuffle=True,
    channels_first=("x",),
)
