"""Every weight moves by the same amount: the sign of a momentum decides which way."""

import torch

from torch_impl.optimizers.base import Optimizer


class Lion(Optimizer):
    """Lion (Chen et al., 2023, program 1), written out on both sides.

    differs: PyTorch has no Lion, and the default rate of lion-pytorch is 1e-4, as in the paper; Keras' is 1e-3.
    """

    def __init__(self, params, lr: float = 1e-4, betas: tuple[float, float] = (0.9, 0.99), weight_decay: float = 0.0):
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.update(group, parameter, parameter.grad)

    def update(self, group, parameter, gradient):
        if not self.state[parameter]:
            self.state[parameter]["exp_avg"] = torch.zeros_like(parameter)
        exp_avg, (beta_1, beta_2) = self.state[parameter]["exp_avg"], group["betas"]
        direction = torch.sign(beta_1 * exp_avg + (1 - beta_1) * gradient)
        parameter.mul_(1 - group["lr"] * group["weight_decay"])
        parameter.sub_(group["lr"] * direction)
        exp_avg.copy_(beta_2 * exp_avg + (1 - beta_2) * gradient)
