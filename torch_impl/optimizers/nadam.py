"""Adam with Nesterov's momentum, which warms up.

differs: PyTorch's momentum warms up with 0.96^(step * 0.004), Keras' with 0.96^step.
"""

from torch.optim import NAdam

__all__ = ["NAdam"]
