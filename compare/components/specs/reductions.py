"""The inputs of the entries of reductions.py."""

from compare.components.spec import Spec, normal, values

SPECS = {
    "topk": Spec(x=normal(4, 6)),
    "sort_descending": Spec(x=normal(4, 6)),
    "argsort_with_ties": Spec(x=values([[1.0, 3.0, 3.0, 3.0, 2.0, 1.0]])),
    "argmax": Spec(x=normal(4, 6)),
    "median": Spec(x=normal(4, 6)),
    "quantile_by_rows": Spec(x=normal(4, 6)),
    "max_over_axis_with_ties": Spec(x=values([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]])),
    "amax_with_ties": Spec(x=values([[1.0, 3.0, 3.0, 2.0], [0.0, 0.0, 0.0, 0.0]])),
    "mean_of_integers": Spec(x=values([1, 0, 1, 1])),
    "cumsum": Spec(x=normal(3, 5)),
    "cumprod": Spec(x=normal(3, 5)),
    "cumprod_with_zeros": Spec(x=values([[2.0, 0.0, 3.0, -1.5], [0.5, 0.0, 0.0, 4.0]])),
    "cummax": Spec(x=normal(3, 5)),
    "logsumexp": Spec(x=normal(4, 6, scale=30)),
    "logcumsumexp": Spec(x=normal(4, 6)),
    "variance": Spec(x=normal(4, 6)),
    "standard_deviation": Spec(x=normal(4, 6)),
    "standard_deviation_of_constants": Spec(x=values([[1.0, 1.0, 1.0], [1.0, 2.0, 4.0]])),
    "norm_at_zero": Spec(x=values([[0.0, 0.0, 0.0], [3.0, 4.0, 1.0]])),
    "pairwise_distances": Spec(x=normal(5, 3)),
}
