"""The inputs of the entries of embeddings.py."""

from compare.components.spec import Spec, fixed, labels, normal, values

SPECS = {
    "embedding": Spec(tokens=labels(2, 5, below=7)),
    "embedding_padding_index": Spec(tokens=values([[3, 5, 1, 0], [2, 0, 0, 0]])),
    "embedding_repeated_token": Spec(table=normal(7, 4), tokens=values([[1, 1, 3], [1, 0, 3]])),
    "embedding_max_norm": Spec(tokens=values([[3, 5, 1, 1], [2, 0, 0, 5]])),
    "embedding_scaled": Spec(table=normal(7, 8), tokens=labels(2, 5, below=7)),
    "embedding_one_hot": Spec(table=normal(7, 4), tokens=labels(2, 5, below=7)),
    "embedding_bag_mean": Spec(tokens=labels(3, 5, below=7)),
    "embedding_bag_max": Spec(tokens=values([[3, 5, 1, 0], [2, 0, 6, 4]])),
    "embedding_bag_weighted_sum": Spec(table=normal(7, 4), tokens=labels(3, 5, below=7), weights=normal(3, 5)),
    "embedding_bag_offsets": Spec(table=normal(7, 4), tokens=values([1, 5, 3, 3, 0, 6]), offsets=values([0, 2, 2, 5])),
    "embedding_tied_output": Spec(tokens=values([[3, 5, 1, 0], [2, 3, 3, 0]])),
    "positions_learned": Spec(tokens=labels(2, 5, below=7)),
    "positions_sinusoidal": Spec(x=normal(2, 5, 6)),
    "positions_sinusoidal_halves": Spec(x=normal(2, 5, 6)),
    "timestep_embedding": Spec(timesteps=values([0.0, 1.0, 17.0, 999.0])),
    "rotary_halves": Spec(x=normal(2, 5, 6)),
    "rotary_pairs": Spec(x=normal(2, 5, 6)),
    "class_token": Spec(x=normal(3, 5, 4), token=normal(1, 1, 4)),
    "random_fourier_features": Spec(x=normal(4, 3), frequencies=fixed(normal(3, 5))),
}
