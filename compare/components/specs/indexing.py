"""The inputs of the entries of indexing.py."""

from compare.components.spec import Spec, labels, mask, normal, values

SPECS = {
    "one_hot": Spec(labels=labels(2, 6, below=5)),
    "gather_elements": Spec(x=normal(4, 5), index=labels(4, 3, below=5)),
    "gather_steps": Spec(x=normal(3, 6, 4), index=labels(3, 2, below=6)),
    "index_select": Spec(x=normal(4, 5, 2), index=labels(3, below=5)),
    "pick_one_per_row": Spec(x=normal(6, 5), index=labels(6, below=5)),
    "last_valid_step": Spec(x=normal(3, 6, 4), lengths=values([6, 2, 4])),
    "masked_select": Spec(x=normal(4, 5), mask=mask(4, 5)),
    "causal_mask": Spec(scores=normal(2, 5, 5)),
    "bucketize": Spec(x=values([-1.0, 0.0, 0.3, 1.0, 2.0, 2.5]), bounds=values([0.0, 1.0, 2.0])),
    "scatter_add": Spec(x=normal(8, 3), index=labels(8, below=5)),
    "scatter_into": Spec(x=normal(5, 3), rows=normal(2, 3), index=values([3, 0])),
    "segment_mean": Spec(x=normal(6, 3), index=values([0, 2, 2, 4, 0, 2])),
    "segment_max": Spec(x=normal(6, 3), index=values([0, 2, 2, 4, 0, 2])),
}
