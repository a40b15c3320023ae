"""How much is padded on each side of an image, as numbers: one per axis, or UNEVEN."""

# More is padded at the end than at the start, which PyTorch's numbers cannot express.
UNEVEN = "same (extra padding after)"


def same(totals: list[int] | None) -> list[int] | str:
    """Half of each total, the padding on each side; UNEVEN where a total is odd or not known."""
    if totals is None or any(total % 2 for total in totals):
        return UNEVEN
    return [total // 2 for total in totals]


def widened(padding: list[int] | str, near: tuple[int, ...], far: tuple[int, ...]) -> list[int] | str:
    """`padding` plus the zeros that the layer before adds at the start and the end of each axis."""
    if isinstance(padding, str) or near != far:
        return UNEVEN
    return [old + new for old, new in zip(padding, near, strict=True)]
