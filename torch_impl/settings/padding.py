"""How much is padded on each side of an image, as numbers.

Notice "same": with a stride the frameworks pad on different sides, so that shapes fit and values do not.
"""

from torch import nn

from compare.traces.settings.padding import same, widened


def convolution_padding(layer, before) -> dict:
    """The padding of a convolution, including that of a padding layer before it."""
    window = [d * (k - 1) + 1 for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
    if isinstance(layer, nn.modules.conv._ConvTransposeNd):
        return {"padding": list(layer.padding), "output_padding": list(layer.output_padding)}
    if layer.padding == "valid":
        return {"padding": with_zeros_before([0] * len(window), before)}
    if layer.padding == "same":  # PyTorch allows it at stride 1 only
        return {"padding": same([size - 1 for size in window])}
    return {"padding": with_zeros_before(list(layer.padding), before)}


def pooling_padding(layer, before) -> dict:
    """The padding of a pooling, how it treats a last partial window, and whether padding counts in a mean."""
    rank = int(type(layer).__name__[-2])
    padding = [layer.padding] * rank if isinstance(layer.padding, int) else list(layer.padding)
    settings = {"padding": with_zeros_before(padding, before), "ceil_mode": layer.ceil_mode}
    if hasattr(layer, "count_include_pad") and settings["padding"] != [0] * rank:
        settings["count_include_pad"] = not any(padding) or layer.count_include_pad
    return settings | ({"dilation": layer.dilation} if hasattr(layer, "dilation") else {})


def with_zeros_before(padding, before):
    """`padding` plus the zeros of the layer before, if that is a padding layer."""
    if not isinstance(before, (nn.ZeroPad1d, nn.ZeroPad2d, nn.ZeroPad3d)) or isinstance(padding, str):
        return padding
    sides = before.padding[::-1]  # PyTorch lists the last axis first, the start of each before its end
    return widened(padding, near=sides[1::2], far=sides[0::2])
