"""How much is padded on each side of an image, as numbers.

Notice "same": with a stride the frameworks pad on different sides, so that shapes fit and values do not.
"""

from compare.traces.settings.padding import same, widened
from tf_impl.keras_internals import built_for, called_on
from tf_impl.keras_versions import like
from tf_impl.weights.kinds import kind

TRANSPOSED = ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")


def convolution_padding(layer, before) -> dict:
    """The padding of a convolution, including that of a padding layer before it."""
    window = [d * (k - 1) + 1 for k, d in zip(layer.kernel_size, layer.dilation_rate, strict=True)]
    if like(layer, *TRANSPOSED):
        return transposed(layer, window)
    if layer.padding == "valid":
        own = getattr(layer, "zeros", [0] * len(window))  # of tf_impl.layers
        return {"padding": with_zeros_before(list(own), before)}
    return {"padding": same(totals(layer, window)) if layer.padding == "same" else layer.padding}


def pooling_padding(layer, before) -> dict:
    """The padding of a pooling, how it treats a last partial window, and whether padding counts in a mean."""
    none, valid = [0] * len(layer.pool_size), layer.padding == "valid"
    padding = with_zeros_before(none, before) if valid else same(totals(layer, list(layer.pool_size)))
    settings = {"padding": padding, "ceil_mode": False}
    if kind(layer).startswith("AvgPool") and padding != none:
        settings["count_include_pad"] = valid
    return settings | ({"dilation": 1} if kind(layer).startswith("MaxPool") else {})


def with_zeros_before(padding, before):
    """`padding` plus the zeros of the layer before, if that is a padding layer."""
    if not like(before, "ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"):
        return padding
    sides = [before.padding] if like(before, "ZeroPadding1D") else before.padding
    return widened(padding, *zip(*sides, strict=True))


def transposed(layer, window) -> dict:
    """The padding of a transposed convolution, which crops, and PyTorch's output padding."""
    given = layer.output_padding
    extra = [given] * len(window) if given is None or isinstance(given, int) else list(given)
    steps = list(zip(extra, layer.strides, window, strict=True))
    if layer.padding == "valid":
        added = [max(stride - size, 0) if more is None else more for more, stride, size in steps]
        return {"padding": [0] * len(window), "output_padding": added}
    crops = [size - stride if more is None else size - size % 2 - more for more, stride, size in steps]
    return {"padding": same([max(crop, 0) for crop in crops]), "output_padding": [max(-crop, 0) for crop in crops]}


def totals(layer, window) -> list[int] | None:
    """What "same" pads on both sides together; None where it depends on a size that is not known."""
    if set(layer.strides) == {1}:
        return [size - 1 for size in window]
    shape = built_for(layer) or called_on(layer)
    lengths = shape and (shape[2:] if layer.data_format == "channels_first" else shape[1:-1])
    if not lengths or None in lengths:
        return None
    steps = zip(lengths, layer.strides, window, strict=True)
    return [max((-(-length // stride) - 1) * stride + size - length, 0) for length, stride, size in steps]
