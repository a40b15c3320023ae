"""Adam with Nesterov's momentum, which grows over the first steps.

differs: PyTorch's momentum grows by 0.96^(0.004 * step), over thousands of steps; Keras' by 0.96^step, over 100.
"""

from torch.optim import NAdam

__all__ = ["NAdam"]
