"""The inputs of the entries of metric_losses.py."""

from compare.components.spec import Spec, binary, normal, signs

SPECS = {
    "hinge_embedding": Spec(distance=normal(12), target=signs(12)),
    "margin_ranking": Spec(first=normal(12), second=normal(12), target=signs(12)),
    "triplet_margin": Spec(anchor=normal(6, 4), positive=normal(6, 4), negative=normal(6, 4)),
    "triplet_margin_swap": Spec(anchor=normal(6, 4), positive=normal(6, 4), negative=normal(6, 4)),
    "contrastive": Spec(one=normal(8, 3), other=normal(8, 3), same=binary(8)),
    "info_nce": Spec(one=normal(6, 4), other=normal(6, 4)),
    "cosine_embedding": Spec(one=normal(8, 3), other=normal(8, 3), target=signs(8)),
}
