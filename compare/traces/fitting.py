"""In which layouts a tensor of torch has the shape of one of tf: what is to be written behind its name."""

from __future__ import annotations

Shape = tuple[int, ...]

AS_IT_IS, TRANSPOSED = "", ".T"


def layouts(torch: Shape, tf: Shape) -> list[str]:
    """The layouts that fit, first as it is; several fit where sizes are equal, and which is right must be proven.

    Those of kernels: (out, in) is (in, out) transposed, and (out, in, ...) is (..., in, out) with two axes moved.
    """
    axes = range(len(torch))
    moves = {AS_IT_IS: tuple(axes)}
    if len(torch) == 2:
        moves[TRANSPOSED] = (1, 0)
    elif len(torch) > 2:
        for order in ((*axes[2:], 1, 0), (axes[-1], axes[-2], *axes[:-2])):  # to kernels of Keras, and from them
            moves[f".permute({', '.join(map(str, order))})"] = order
    return [layout for layout, order in moves.items() if tuple(torch[axis] for axis in order) == tf]
