"""The inputs of the entries of signals.py."""

from compare.components.spec import Spec, normal

SPECS = {
    "frames": Spec(signal=normal(2, 12)),
    "short_time_fourier": Spec(signal=normal(2, 20)),
    "power_spectrum": Spec(signal=normal(2, 9)),
    "true_convolution": Spec(signal=normal(2, 9), kernel=normal(4)),
}
