"""How much is padded on each side of an image, whatever the word for it: a number an axis, or that it is uneven."""

# More is padded on the far side than on the near one, which no number of PyTorch's says.
UNEVEN = "same (extra padding after)"


def same(totals: list[int] | None) -> list[int] | str:
    """The padding on each side where these totals are divided evenly; UNEVEN where they are not, or not known."""
    if totals is None or any(total % 2 for total in totals):
        return UNEVEN
    return [total // 2 for total in totals]


def widened(padding: list[int] | str, near: tuple[int, ...], far: tuple[int, ...]) -> list[int] | str:
    """`padding` and the zeros that a layer before adds on the near and the far side of each axis."""
    if isinstance(padding, str) or near != far:
        return UNEVEN
    return [old + new for old, new in zip(padding, near, strict=True)]
