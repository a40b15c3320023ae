"""How much is padded on each side of an image, whatever the word for it.

Notice "same": with a stride the frameworks pad on other sides, so that shapes fit and values do not.
"""

from torch import nn

# More is padded on the far side than on the near one, which no number of PyTorch's says.
UNEVEN = "same (extra padding after)"


def convolution_padding(layer, before) -> dict:
    """The padding of a convolution, with that of a layer before it that does nothing else."""
    window = [d * (k - 1) + 1 for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
    if isinstance(layer, nn.modules.conv._ConvTransposeNd):
        return transposed(layer, window)
    if layer.padding == "valid":
        return {"padding": with_zeros_before([0] * len(window), before)}
    # differs: PyTorch pads the same number on both sides; Keras' "same" what the output needs, the odd one after.
    explicit = layer.padding != "same"
    return {"padding": with_zeros_before(list(layer.padding), before) if explicit else same(totals(layer, window))}


def pooling_padding(layer, before) -> dict:
    """The padding of a pooling, what it does with a last partial window, and whether padding counts in a mean."""
    rank = int(type(layer).__name__[-2])
    padding = [layer.padding] * rank if isinstance(layer.padding, int) else list(layer.padding)
    settings = {"padding": with_zeros_before(padding, before), "ceil_mode": layer.ceil_mode}
    # differs: PyTorch's average counts the padded zeros unless told otherwise, Keras' "same" never does.
    if hasattr(layer, "count_include_pad") and settings["padding"] != [0] * rank:
        settings["count_include_pad"] = not any(padding) or layer.count_include_pad
    return settings | ({"dilation": layer.dilation} if hasattr(layer, "dilation") else {})


def same(totals):
    """The padding on each side where these totals are divided evenly, or UNEVEN."""
    return [total // 2 for total in totals] if all(total % 2 == 0 for total in totals) else UNEVEN


def with_zeros_before(padding, before):
    """`padding` and the zeros that the layer before adds, if that is all it does."""
    if not isinstance(before, (nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d)) or isinstance(padding, str):
        return padding
    sides = before.padding[::-1]  # PyTorch lists the last axis first, each with its near side first
    near, far = sides[1::2], sides[0::2]
    return [old + new for old, new in zip(padding, near, strict=True)] if near == far else UNEVEN


def transposed(layer, window) -> dict:
    """The padding of a transposed convolution, which crops, and PyTorch's output padding."""
    # differs: PyTorch crops the odd one before (output_padding=1), Keras' "same" crops it after.
    return {"padding": list(layer.padding), "output_padding": list(layer.output_padding)}


def totals(layer, window) -> list[int]:
    """What "same" pads on both sides together; PyTorch has it without strides only."""
    return [size - 1 for size in window]
