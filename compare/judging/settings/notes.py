"""What a difference in a setting does to training, for the settings that matter most."""

ROUNDED = "a constant rounded to float32, about 1e-8 off: harmless by itself"

# The names of what drops a fraction of its input.
RATES = ("p", "dropout", "input dropout", "recurrent dropout", "dropout between layers")

OTHER_WEIGHTS = (
    "other weights of the rows, or another mean: PyTorch's divides by the sum of the weights, Keras' by the number of "
    "rows, unless its reduction is mean_with_sample_weight"
)

# By kind and setting; a kind of "" is any.
NOTES = {
    ("", "kind"): "a different formula",
    ("", "eps is added"): "the same epsilon has a different effect",
    ("Adam", "eps is added"): "Keras' weighs 1 / sqrt(1 - beta_2^step) times as much: 32 times in the first step",
    ("AdamW", "eps is added"): "Keras' weighs 1 / sqrt(1 - beta_2^step) times as much: 32 times in the first step",
    ("RMSprop", "eps is added"): "Keras adds it under the root: its 1e-8 acts like 1e-4 in PyTorch",
    ("Adagrad", "eps is added"): "Keras adds it under the root: its 1e-8 acts like 1e-4 in PyTorch",
    ("", "weight_decay kind"): "decay in the gradient passes through momentum and scaling, decoupled decay does not",
    ("", "weight_decay"): "the default of AdamW is 0.004 in Keras, 0.01 in PyTorch",
    ("", "weight_decay excludes"): "in PyTorch this is a parameter group with weight_decay=0",
    ("", "momentum sense"): "the same at a constant learning rate, different as soon as the rate changes",
    ("", "schedule"): "each side shows its framework's name and step count: compare the values at the stage rate",
    ("", "clipping"): "clipping in the loop itself (clip_grad_norm_) is not seen here",
    ("", "use_ema"): "Keras averages the weights, and overwrites them with the average at ema_overwrite_frequency",
    ("", "gradient_accumulation_steps"): "Keras averages the gradients that PyTorch's loop adds up",
    ("", "momentum_decay"): "PyTorch's NAdam with momentum_decay=1 is Keras' Nadam",
    ("", "initial_accumulator_value"): "the first steps are smaller where it does not start at 0",
    ("BatchNorm", "momentum"): "PyTorch's momentum is 1 - Keras': the running statistics follow at a different speed",
    ("BatchNorm", "running variance"): "training is the same; in evaluation the variance differs by N / (N - 1)",
    ("", "axis"): "a different axis is normalised",
    ("", "num_features"): "a different axis is normalised",
    ("BatchNorm", "trainable"): "Keras runs a frozen batch norm in inference mode, PyTorch does not",
    ("", "eps"): "the defaults of PyTorch and Keras differ: write it out on both sides",
    ("", "padding"): "the windows start elsewhere; padding by a function before the layer is not seen here",
    ("", "count_include_pad"): "at the borders the mean is over a different number of elements",
    ("", "negative_slope"): "the default is 0.01 in PyTorch, in Keras 0.3 in the layer and 0.2 in the function",
    ("", "approximate"): "the tanh form differs from the exact one by up to 5e-4",
    ("", "activation"): "a different function after the layer, unless the loss applies it",
    ("", "dim"): "normalised over a different axis",
    **{("", name): "a different fraction is dropped" for name in RATES},
    ("", "padding_idx"): "in PyTorch this row has no gradient, in Keras it is trained",
    ("", "mask_zero"): "Keras' later layers and losses leave masked positions out",
    ("", "biases"): "the sum of two biases learns faster than one",
    ("", "reset gate"): "a different formula: only reset_after=True is PyTorch's GRU",
    ("", "batch_first"): "one side has time before batch, unless the model swaps the axes",
    ("", "head size"): "Keras' key_dim is the size of each head, PyTorch's embed_dim that of all heads together",
    ("", "align_corners"): "pixels are interpolated at different positions",
    ("", "mode"): "a different interpolation",
    ("", "from_logits"): "one side takes logits for probabilities, or the reverse",
    ("", "reduction"): "the gradient is scaled by the number of elements or of rows",
    ("", "label_smoothing"): "different targets",
    ("", "ignore_index"): "different rows count in the mean",
    ("", "weight"): OTHER_WEIGHTS,
    ("", "loss_weights"): "compile multiplies this loss by it: the other side's loop must, too",
    ("BatchNorm", "weight"): "one side has no scale to train",
    ("", "trainable"): "it is trained on one side only",
    ("", "preprocessing"): "a layer that prepares the inputs: do the same to the batches of the other side",
    ("", "spectral norm"): "another training, unless a side writes it out: the component spectral_norm does",
    ("", "parameters"): "one side has more weights: two biases instead of one, or another layer",
    ("", "default dtype"): "the sides run at different precisions",
    ("", "dtype of weights"): "the sides run at different precisions",
    ("", "compute dtype"): "the sides run at different precisions",
}

# Where these count, every step shows it: of sides that are equivalent they are the same in other words.
IN_EVERY_STEP = {
    "kind", "activation", "from_logits", "reduction", "loss_weights", "num_layers", "biases", "parameters",
    "kernel_size", "padding", "count_include_pad", "axis", "num_features", "dim", "reset gate", "batch_first",
    "head size", "align_corners", "mode", "preprocessing", "spectral norm", "trainable", "default dtype",
}  # fmt: skip


def note(kind: str, setting: str, rounded: bool = False) -> str:
    """The note on a setting of a kind of layer, optimizer or loss; empty where there is none."""
    if rounded:
        return ROUNDED
    if setting.endswith("_regularizer"):
        return "Keras adds it to model.losses: fit adds these to the loss, a loop of your own must (sum(model.losses))"
    norm = kind in ("BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm")
    return NOTES.get((kind, setting)) or NOTES.get(("BatchNorm" if norm and setting == "weight" else "", setting), "")
