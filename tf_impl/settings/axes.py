"""Which axis a normalisation of images or sequences normalises: the channels' or another.

Notice that an axis alone does not say it: 1 is right where the layers around work with channels first, -1 elsewhere.
"""

from tf_impl.keras_internals import built_for, called_on, calls_around
from tf_impl.keras_versions import axis_of, is_layer, like

# What changes the order of the axes: what stands behind it says nothing about the data before it.
REORDERS = ("Permute", "Reshape", "Flatten")
REDUCES = {"Mean", "Max", "Min", "Sum", "Amax", "Amin"}  # operations of keras.ops
FIRST, LAST = "channels_first", "channels_last"


def normalised_axes(named) -> dict[str, dict]:
    """The setting "axis" of each normalisation over the batch or groups, by its path; None where it is not known."""
    kinds = ("BatchNormalization", "GroupNormalization")
    every = list(named.values())
    return {path: {"axis": _axis(layer, every)} for path, layer in named.items() if like(layer, *kinds)}


def _axis(layer, every) -> str | None:
    rank = len(built_for(layer) or called_on(layer))
    if not rank:
        return "channels" if axis_of(layer) == -1 else None
    axis = axis_of(layer) % rank
    order = (_order_in_graph(layer, rank) or _order_in_list(layer, every)) if rank > 2 else LAST
    if order is None:  # nothing says how the data are laid out: 1 and -1 may both be right
        return "channels" if axis == rank - 1 else None if axis == 1 else f"axis {axis}"
    return "channels" if axis == (1 if order == FIRST else rank - 1) else f"axis {axis}"


def _order_in_graph(layer, rank) -> str | None:
    """The order of axes that the nearest operation works with, as far as the calls of layers are known."""
    seen, reached = {id(layer)}, [layer]
    while reached:
        around = [each for one in reached for way in calls_around(one) for each in way]
        reached = [each for each in {id(each): each for each in around}.values() if id(each) not in seen]
        seen |= set(map(id, reached))
        if orders := [order for each in reached if (order := _order_of(each, rank))]:
            return orders[0]
        reached = [each for each in reached if not _reorders(each)]
    return None


def _order_in_list(layer, every) -> str | None:
    """The same for layers whose calls are not known: of the nearest in order of definition, one before it first."""
    place = next(number for number, each in enumerate(every) if each is layer)
    near = sorted(range(len(every)), key=lambda number: (abs(number - place), number))
    return next((order for number in near if (order := _order_of(every[number], None))), None)


def _order_of(operation, rank) -> str | None:
    """The order of axes that a layer or an operation works with; None where it does not say."""
    if like(operation, "Flatten"):  # its default says nothing
        return FIRST if operation.data_format == FIRST else None
    if is_layer(operation):
        return getattr(operation, "data_format", None)
    axes = getattr(operation, "axis", None) if type(operation).__name__ in REDUCES else None
    if rank is None or not isinstance(axes, (list, tuple)):
        return None
    found = {axis % rank for axis in axes}
    return FIRST if found == set(range(2, rank)) else LAST if found == set(range(1, rank - 1)) else None


def _reorders(operation) -> bool:
    """Whether the axes behind an operation are others than before it."""
    return like(operation, *REORDERS) or type(operation).__name__ in ("Transpose", "Moveaxis", "Reshape")
