"""The inputs of the entries of arithmetic.py."""

from compare.components.spec import Spec, fixed, normal, values

SPECS = {
    "where_without_nan": Spec(x=values([-1.0, 0.0, 0.5, 2.0])),
    "clamp_at_bounds": Spec(x=values([-2.0, -1.0, 0.0, 2.0, 3.0])),
    "maximum_with_ties": Spec(x=values([0.0, 1.0, 2.0, -1.0]), y=values([0.0, 1.0, 1.0, 3.0])),
    "power_of_tensors": Spec(x=values([0.0, 2.0, 0.5]), exponent=fixed(values([0.0, 3.0, 1.5]))),
    "round_half_to_even": Spec(x=fixed(values([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.7]))),
    "straight_through_round": Spec(x=normal(4, 6, scale=3)),
    "gradient_reversal": Spec(x=normal(4, 6)),
    "remainder": Spec(x=values([5.5, -5.5, 5.5, -5.5, -0.5]), y=values([3.0, 3.0, -3.0, -3.0, 2.0])),
    "fmod": Spec(x=values([5.5, -5.5, 5.5, -5.5, -0.5]), y=values([3.0, 3.0, -3.0, -3.0, 2.0])),
    "integer_floor_division": Spec(x=values([7, -7, 7, -7]), y=values([2, 2, -2, -2])),
    "integer_truncated_division": Spec(x=values([7, -7, 7, -7]), y=values([2, 2, -2, -2])),
}
