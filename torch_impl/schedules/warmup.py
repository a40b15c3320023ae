"""Schedules one after the other, a warm-up and then a decay, or all at once."""

from torch.optim.lr_scheduler import ChainedScheduler, SequentialLR

from torch_impl.schedules.cosine import CosineAnnealingLR
from torch_impl.schedules.factors import LinearLR

__all__ = ["ChainedScheduler", "SequentialLR"]


def warmup_cosine(start, warmup_steps: int, total_steps: int, start_factor: float = 1.0 / 3, eta_min: float = 0.0):
    """A straight line up from start_factor times the rate, then half a cosine down to `eta_min` at `total_steps`.

    `start` is the optimizer, with the rate at the top; call `step()` after each of its steps. After `total_steps` it
    rises again, as PyTorch's cosine does.
    """
    warmup = LinearLR(start, start_factor, total_iters=warmup_steps)
    decay = CosineAnnealingLR(start, T_max=total_steps - warmup_steps, eta_min=eta_min)
    return SequentialLR(start, [warmup, decay], milestones=[warmup_steps])
