"""The inputs of the entries of distances.py."""

from compare.components.spec import Spec, image, normal, values

SPECS = {
    "l2_normalize": Spec(x=values([[3.0, -4.0, 1.0], [2e-7, 1e-7, -3e-7], [2e-13, 1e-13, 0.0], [0.0, 0.0, 0.0]])),
    "l2_normalize_channels": Spec(x=image(2, 3, 4, 5)),
    "cosine_similarity": Spec(one=normal(4, 5), other=normal(4, 5)),
    "pairwise_distance": Spec(
        one=values([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]), other=values([[1.0, 2.0], [0.2, 1.0], [-1.0, 1.5]])
    ),
    "distance_matrix": Spec(one=values([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]]), other=values([[1.0, 2.0], [0.2, 1.0]])),
}
