"""A character-level decoder on sentences of a small grammar: the training loop of language models, in miniature.

Notice that a batch is two micro-batches, whose gradients are added up before one update, and that the dropout masks are
arrays of the case: no two frameworks generate the same ones.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case
from compare.inputs.datasets import glorot_uniform

# A sentence is one word from each group in turn, so that most characters follow from those before them.
PLACES = (
    ("the", "one", "every"),
    ("small", "quiet", "brown"),
    ("cat", "dog", "fox"),
    ("sees", "follows", "hears"),
    ("the", "one", "every"),
    ("old", "young", "white"),
    ("horse", "goat", "sheep"),
)
ALPHABET = sorted({letter for words in PLACES for word in words for letter in word} | {" ", "."})
SENTENCES, EXAMPLES, HELD_OUT = 64, 192, 32
MICRO_BATCHES, MICRO_BATCH, EPOCHS = 2, 8, 3
LENGTH, WIDTH, HEADS, BLOCKS = 16, 32, 4, 1
SITES = 1 + 2 * BLOCKS  # where dropout is applied: after the embeddings, and after both halves of each block
DROPOUT = 0.1
STEPS = EPOCHS * EXAMPLES // (MICRO_BATCHES * MICRO_BATCH)


def text(generator: np.random.Generator) -> str:
    """Sentences of the grammar, one after the other."""
    drawn = [[words[generator.integers(len(words))] for words in PLACES] for _ in range(SENTENCES)]
    return "".join(f"{' '.join(words)}. " for words in drawn)


def windows(generator: np.random.Generator, examples: int) -> np.ndarray:
    """Pieces of a text as indices into ALPHABET: int64 (examples, LENGTH + 1), inputs and targets one apart."""
    characters = np.array([ALPHABET.index(character) for character in text(generator)])
    starts = generator.integers(0, len(characters) - LENGTH, examples)
    return characters[starts[:, None] + np.arange(LENGTH + 1)]


def weights(generator: Generators) -> Arrays:
    arrays = {
        name: 0.1 * generator(name).standard_normal((rows, WIDTH))
        for name, rows in (("token.weight", len(ALPHABET)), ("position.weight", LENGTH))
    }
    for block in range(BLOCKS):
        path = f"blocks.{block}"
        arrays |= _norm(f"{path}.norm1")
        # Without biases: a key's shifts all scores of a row by the same amount, so its gradient would be rounding only.
        arrays |= _dense(generator, f"{path}.attention.qkv", (3 * WIDTH, WIDTH), bias=False)
        arrays |= _dense(generator, f"{path}.attention.project", (WIDTH, WIDTH))
        arrays |= _norm(f"{path}.norm2")
        arrays |= _dense(generator, f"{path}.up", (4 * WIDTH, WIDTH)) | _dense(
            generator, f"{path}.down", (WIDTH, 4 * WIDTH)
        )
    return arrays | _norm("norm")


def _norm(path: str) -> Arrays:
    return {f"{path}.weight": np.ones(WIDTH), f"{path}.bias": np.zeros(WIDTH)}


def _dense(generator: Generators, path: str, shape: tuple[int, int], bias: bool = True) -> Arrays:
    weight = {f"{path}.weight": glorot_uniform(generator(f"{path}.weight"), shape)}
    return weight | {f"{path}.bias": np.zeros(shape[0])} if bias else weight


def dropout_masks(generator: Generators, steps: int) -> Arrays:
    """0 where dropped, 1 / (1 - DROPOUT) where kept: (steps, micro-batches, sites, examples, length, width)."""
    shape = (steps, MICRO_BATCHES, SITES, MICRO_BATCH, LENGTH, WIDTH)
    return {"masks": (generator("masks").random(shape) >= DROPOUT) / (1 - DROPOUT)}


def prepare(batch: Arrays) -> Arrays:
    """Tokens (examples, LENGTH + 1) as micro-batches (MICRO_BATCHES, examples of each, LENGTH + 1)."""
    return batch | {"tokens": batch["tokens"].reshape(MICRO_BATCHES, -1, LENGTH + 1)}


CASE = Case(
    name="transformer_lm",
    summary="a pre-norm block on characters, tied output, AdamW with warm-up and cosine, 2 micro-batches of 8",
    data=lambda generator: {"tokens": windows(generator("tokens"), EXAMPLES)},
    weights=weights,
    settings={
        "vocabulary": len(ALPHABET),
        "length": LENGTH,
        "width": WIDTH,
        "heads": HEADS,
        "blocks": BLOCKS,
        "norm_epsilon": 1e-5,
        "learning_rate": 1e-2,
        "beta_1": 0.9,
        "beta_2": 0.99,
        "epsilon": 1e-8,
        "weight_decay": 0.1,
        "warmup_steps": 8,
        "total_steps": STEPS,
        "start_factor": 0.1,
        "max_norm": 0.8,
    },
    epochs=EPOCHS,
    batch_size=MICRO_BATCHES * MICRO_BATCH,
    drop_last=True,
    shuffle=True,
    prepare=prepare,
    per_step=dropout_masks,
    held_out=lambda generator: {"tokens": windows(generator("held out"), HELD_OUT)},
)
