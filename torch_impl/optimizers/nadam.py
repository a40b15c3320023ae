"""Adam with Nesterov's momentum, which grows over the first steps.

differs: PyTorch's momentum grows with 0.96^(0.004 * step), for thousands of steps; Keras' with 0.96^step, for 100.
"""

from torch.optim import NAdam

__all__ = ["NAdam"]
