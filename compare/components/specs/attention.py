"""The inputs of the entries of attention.py."""

from typing import TypedDict

from compare.components.spec import Input, Spec, mask, normal


class Attended(TypedDict):
    """The inputs of every attention."""

    query: Input
    key: Input
    value: Input


QKV: Attended = {"query": normal(2, 2, 4, 3), "key": normal(2, 2, 5, 3), "value": normal(2, 2, 5, 6)}
SELF: Attended = {"query": normal(2, 2, 4, 3), "key": normal(2, 2, 4, 3), "value": normal(2, 2, 4, 6)}

SPECS = {
    "attention": Spec(**QKV),
    "attention_own_scale": Spec(**QKV),
    "attention_stock": Spec(query=normal(2, 3, 2, 4), key=normal(2, 5, 2, 4), value=normal(2, 5, 2, 4)),
    "attention_layer_stock": Spec(query=normal(2, 4, 4), key=normal(2, 5, 4), value=normal(2, 5, 3)),
    "attention_causal": Spec(**SELF),
    "attention_causal_with_cache": Spec(**QKV),
    "attention_boolean_mask": Spec(**QKV, mask=mask(2, 1, 4, 5)),
    "attention_additive_mask": Spec(**QKV, bias=normal(2, 1, 4, 5)),
    "attention_fully_masked_row": Spec(query=normal(2, 2, 3), key=normal(2, 3, 3), value=normal(2, 3, 4)),
    "attention_sliding_window": Spec(**SELF),
    "attention_alibi": Spec(**SELF),
    "attention_relative_bias": Spec(**QKV, table=normal(2, 8)),
    "attention_grouped_query": Spec(query=normal(2, 4, 4, 3), key=normal(2, 2, 5, 3), value=normal(2, 2, 5, 3)),
    "attention_additive": Spec(query=normal(2, 3, 4), key=normal(2, 5, 4), scale=normal(4)),
    "attention_pooling": Spec(x=normal(2, 5, 4), query=normal(4), valid=mask(2, 5)),
}
