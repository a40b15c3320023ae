"""In which layouts a tensor of torch has the shape of one of tf: what is to be written behind its name."""

from __future__ import annotations

Shape = tuple[int, ...]

AS_IT_IS, TRANSPOSED = "", ".T"


def layouts(torch: Shape, tf: Shape) -> list[str]:
    """The layouts that fit, first as it is; several fit where sizes are equal, and which is right must be proven.

    Axes of one element, as in (1, 48) beside (48,), count only where no layout fits without: nothing moves with them.
    """
    if torch and (found := _moves(torch, tf)):
        return found
    one, other = (tuple(size for size in shape if size != 1) for shape in (torch, tf))
    if torch == tf:
        return [AS_IT_IS]
    return [_reshaped(torch, one, move, other, tf) for move in _moves(one, other)]


def is_moved(layout: str) -> bool:
    """Whether a layout moves values: one that adds or leaves out axes of one element does not."""
    return TRANSPOSED in layout or ".permute" in layout


def is_reshaped(layout: str) -> bool:
    """Whether a layout adds or leaves out axes of one element."""
    return ".reshape" in layout


def _moves(torch: Shape, tf: Shape) -> list[str]:
    """Those of kernels: (out, in) is (in, out) transposed, and (out, in, ...) is (..., in, out) with two axes moved.

    The kernel of a depthwise convolution, (channels, 1, ...), is (..., channels, 1).
    """
    axes = range(len(torch))
    moves = {AS_IT_IS: tuple(axes)}
    if len(torch) == 2:
        moves[TRANSPOSED] = (1, 0)
    elif len(torch) > 2:
        # To kernels of Keras, and from them.
        orders = [(*axes[2:], 1, 0), (axes[-1], axes[-2], *axes[:-2])]
        orders += [(*axes[2:], 0, 1)] if torch[1] == 1 else []
        orders += [(axes[-2], axes[-1], *axes[:-2])] if torch[-1] == 1 else []
        moves |= {f".permute({', '.join(map(str, order))})": order for order in orders}
    fitting = {layout: order for layout, order in moves.items() if tuple(torch[axis] for axis in order) == tf}
    seen = {tuple(axis for axis in order if torch[axis] != 1): layout for layout, order in reversed(fitting.items())}
    return [layout for layout in fitting if layout in seen.values()]


def _reshaped(torch: Shape, one: Shape, move: str, other: Shape, tf: Shape) -> str:
    """The layout that leaves out the axes of one element, moves the others, and adds those of tf."""
    if move == AS_IT_IS:
        return _reshape(tf)
    return (_reshape(one) if one != torch else "") + move + (_reshape(tf) if other != tf else "")


def _reshape(shape: Shape) -> str:
    return f".reshape({', '.join(map(str, shape))})" if shape else ".reshape(())"
