"""Ratings of items by users, predicted from an embedding and a bias of each (Koren et al., 2009).

Notice that a batch has some users more than once and others not at all: both matter to an optimizer with state.
"""

import numpy as np

from compare.inputs.arrays import Arrays, Generators
from compare.inputs.case import Case

USERS, ITEMS, RANK = 40, 30, 4
BATCH, STEPS_PER_EPOCH, EPOCHS = 32, 12, 4
NOISE = 0.1
EMBEDDINGS = {
    "users": (USERS, RANK),
    "items": (ITEMS, RANK),
    "user_biases": (USERS, 1),
    "item_biases": (ITEMS, 1),
}


def data(generator: Generators) -> Arrays:
    """Pairs of a user and an item, each pair once, and the rating: a matrix of rank 4, biases and noise of 0.1."""
    pairs = generator("pairs").choice(USERS * ITEMS, STEPS_PER_EPOCH * BATCH, replace=False)
    users, items = np.divmod(pairs, ITEMS)
    drawn = {name: generator(f"true {name}").standard_normal(shape) for name, shape in EMBEDDINGS.items()}
    likings = (drawn["users"][users] * drawn["items"][items]).sum(1) / np.sqrt(RANK)
    biases = 0.5 * (drawn["user_biases"][users, 0] + drawn["item_biases"][items, 0])
    noise = NOISE * generator("noise").standard_normal(len(pairs))
    return {"users": users, "items": items, "ratings": likings + biases + noise}


def weights(generator: Generators) -> Arrays:
    """Embeddings N(0, 0.1), biases zero: with all embeddings zero there would be no gradient."""
    return {
        f"{name}.weight": np.zeros(shape) if shape[1] == 1 else generator(f"{name}.weight").normal(0, 0.1, shape)
        for name, shape in EMBEDDINGS.items()
    }


CASE = Case(
    name="matrix_factorization",
    summary="ratings of 30 items by 40 users from embeddings of 4 and biases, Adam 0.05, batches of 32",
    data=data,
    weights=weights,
    settings={"learning_rate": 0.05, "beta_1": 0.9, "beta_2": 0.999, "epsilon": 1e-8},
    epochs=EPOCHS,
    batch_size=BATCH,
    drop_last=True,
    shuffle=True,
)
