"""The inputs of the entries of transformers.py."""

from compare.components.spec import Spec, mask, normal

SPECS = {
    "multi_head_attention": Spec(x=normal(2, 5, 6)),
    "multi_head_attention_causal": Spec(x=normal(2, 5, 6)),
    "multi_head_attention_padding": Spec(x=normal(2, 5, 6), valid=mask(2, 5)),
    "multi_head_attention_weights": Spec(x=normal(2, 5, 6)),
    "multi_head_attention_cross": Spec(x=normal(2, 3, 6), memory=normal(2, 5, 5), values=normal(2, 5, 4)),
    "multi_head_attention_stock": Spec(x=normal(2, 3, 8), memory=normal(2, 5, 8)),
    "multi_head_attention_stock_padding": Spec(x=normal(2, 3, 8), memory=normal(2, 5, 8), valid=mask(2, 5)),
    "transformer_encoder_layer": Spec(x=normal(2, 5, 8)),
    "transformer_encoder_layer_norm_first": Spec(x=normal(2, 5, 8)),
    "transformer_decoder_layer": Spec(x=normal(2, 3, 8), memory=normal(2, 5, 8)),
}
