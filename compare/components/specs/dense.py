"""The inputs of the entries of dense.py."""

from compare.components.spec import Spec, fixed, image, normal

SPECS = {
    "linear": Spec(x=normal(6, 5)),
    "linear_without_bias": Spec(x=normal(6, 5)),
    "linear_on_sequences": Spec(x=normal(2, 3, 5)),
    "linear_from_checkpoint": Spec(x=normal(2, 3, 5), weight=normal(4, 5), bias=normal(4)),
    "linear_over_time": Spec(x=normal(2, 6, 5), weight=normal(4, 6)),
    "tied_output_layer": Spec(hidden=normal(2, 3, 5), embedding=normal(7, 5)),
    "low_rank_adapter": Spec(x=normal(6, 5), weight=fixed(normal(4, 5)), down=normal(3, 5), up=normal(4, 3)),
    "bilinear": Spec(left=normal(6, 5), right=normal(6, 3), weight=normal(4, 5, 3), bias=normal(4)),
    "mlp": Spec(x=normal(6, 5)),
    "flatten_then_linear": Spec(x=image(2, 3, 4, 5)),
    "flatten_sequences_then_linear": Spec(x=image(2, 3, 5)),
    "global_average_then_linear": Spec(x=image(2, 3, 4, 5)),
    "batched_matmul": Spec(left=normal(2, 3, 5), right=normal(2, 4, 5)),
    "matmul_broadcast": Spec(left=normal(2, 1, 3, 5), right=normal(4, 5, 2)),
    "matrix_vector": Spec(matrix=normal(2, 3, 5), vector=normal(5)),
    "outer_product": Spec(left=normal(4), right=normal(5)),
    "tensordot": Spec(x=normal(2, 3, 4), weight=normal(3, 4, 5)),
    "einsum_of_attention": Spec(query=normal(2, 3, 2, 4), key=normal(2, 5, 2, 4), value=normal(2, 5, 2, 4)),
    "addmm": Spec(bias=normal(4), x=normal(6, 5), weight=normal(5, 4)),
    "squeeze_excitation": Spec(x=image(2, 6, 4, 5), down=normal(3, 6), up=normal(6, 3)),
}
