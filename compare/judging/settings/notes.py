"""What a difference of settings does to training, in a sentence, for those that matter most."""

ROUNDED = "a constant that is rounded to float32: some 1e-8 off, which alone makes no port wrong"

# By kind and setting; a kind of "" is any.
NOTES = {
    ("", "kind"): "another formula",
    ("", "eps is added"): "the same number weighs differently",
    ("Adam", "eps is added"): "Keras' weighs 1 / sqrt(1 - beta_2^step) times as much: 32 times in the first step",
    ("AdamW", "eps is added"): "Keras' weighs 1 / sqrt(1 - beta_2^step) times as much: 32 times in the first step",
    ("RMSprop", "eps is added"): "the root of Keras' counts: its 1e-8 weighs as 1e-4 does in PyTorch",
    ("Adagrad", "eps is added"): "the root of Keras' counts: its 1e-8 weighs as 1e-4 does in PyTorch",
    ("", "weight_decay kind"): "decay in the gradient passes through momentum and scaling, decoupled decay does not",
    ("", "weight_decay"): "Keras' AdamW decays by 0.004 unless told otherwise, PyTorch's by 0.01",
    ("", "weight_decay excludes"): "in PyTorch that is a parameter group with weight_decay=0",
    ("", "momentum sense"): "the same at a constant learning rate, another path as soon as the rate changes",
    ("", "schedule"): "each has its framework's name and counts its own steps: see the stage rate for the values",
    ("", "clipping"): "a loop that clips by itself (clip_grad_norm_) is not seen here",
    ("", "use_ema"): "the weights are averaged, and overwritten if so set",
    ("", "gradient_accumulation_steps"): "Keras averages what PyTorch's loop adds up",
    ("", "momentum_decay"): "PyTorch's NAdam with momentum_decay=1 is Keras'",
    ("", "initial_accumulator_value"): "the first steps are smaller where it does not start at 0",
    ("BatchNorm", "momentum"): "PyTorch's momentum is 1 - Keras': the running statistics follow at another pace",
    ("BatchNorm", "running variance"): "training is the same, evaluation is not: by N / (N - 1) in the variance",
    ("BatchNorm", "axis"): "another axis is normalised",
    ("BatchNorm", "trainable"): "Keras runs a frozen batch norm in inference mode, PyTorch does not",
    ("", "eps"): "PyTorch and Keras have different defaults: write it out on both sides",
    ("", "padding"): "the window starts elsewhere; zeros that are padded before the layer by a function are not seen",
    ("", "count_include_pad"): "at the borders the mean is over another number of elements",
    ("", "negative_slope"): "PyTorch's default is 0.01, Keras' 0.3 in the layer and 0.2 in the function",
    ("", "approximate"): "the tanh form is up to 5e-4 off the exact one",
    ("", "activation"): "another function behind the layer",
    ("", "dim"): "normalised over another axis",
    ("", "p"): "another share is dropped",
    ("", "padding_idx"): "in PyTorch that row has no gradient, in Keras it is trained",
    ("", "mask_zero"): "Keras' later layers and losses leave masked positions out",
    ("", "biases"): "the sum of two biases learns faster than one",
    ("", "reset gate"): "another formula: only reset_after=True is PyTorch's GRU",
    ("", "batch_first"): "the other side reads time and batch the other way round, unless the model swaps them",
    ("", "head size"): "Keras' key_dim is the size of each head, PyTorch's embed_dim that of all",
    ("", "align_corners"): "pixels are interpolated at other places",
    ("", "mode"): "another interpolation",
    ("", "from_logits"): "logits taken for probabilities, or the reverse",
    ("", "reduction"): "the gradient is scaled by the number of elements or of rows",
    ("", "label_smoothing"): "other targets",
    ("", "ignore_index"): "other rows count in the mean",
    ("", "weight"): "the rows weigh otherwise",
    ("BatchNorm", "weight"): "one side has no scale to train",
    ("", "trainable"): "it trains on one side only",
    ("", "parameters"): "one side has more weights: two biases instead of one, or another layer",
    ("", "default dtype"): "the sides run at different precision",
    ("", "dtype of weights"): "the sides run at different precision",
    ("", "compute dtype"): "the sides run at different precision",
}


def note(kind: str, setting: str, rounded: bool = False) -> str:
    """The sentence for a setting of a kind of layer, optimizer or loss; empty where there is none."""
    if rounded:
        return ROUNDED
    if setting.endswith("_regularizer"):
        return "Keras only adds it to model.losses: a loop of your own must add sum(model.losses)"
    norm = kind in ("BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm")
    return NOTES.get((kind, setting)) or NOTES.get(("BatchNorm" if norm and setting == "weight" else "", setting), "")
