"""SGD whose rate decays by itself. The average of the weights stays in the state: read it from there yourself."""

from torch.optim import ASGD

__all__ = ["ASGD"]
