"""The optimizers: PyTorch's own. tf_impl/optimizers/ writes their formulas out, since Keras' differ."""

from torch_impl.optimizers.adadelta import Adadelta
from torch_impl.optimizers.adafactor import Adafactor
from torch_impl.optimizers.adagrad import Adagrad
from torch_impl.optimizers.adam import Adam, AdamW
from torch_impl.optimizers.adamax import Adamax
from torch_impl.optimizers.asgd import ASGD
from torch_impl.optimizers.base import Optimizer
from torch_impl.optimizers.lion import Lion
from torch_impl.optimizers.nadam import NAdam
from torch_impl.optimizers.radam import RAdam
from torch_impl.optimizers.rmsprop import RMSprop
from torch_impl.optimizers.rprop import Rprop
from torch_impl.optimizers.sgd import SGD
from torch_impl.optimizers.sparse_adam import SparseAdam

__all__ = [
    "ASGD",
    "SGD",
    "Adadelta",
    "Adafactor",
    "Adagrad",
    "Adam",
    "AdamW",
    "Adamax",
    "Lion",
    "NAdam",
    "Optimizer",
    "RAdam",
    "RMSprop",
    "Rprop",
    "SparseAdam",
]
