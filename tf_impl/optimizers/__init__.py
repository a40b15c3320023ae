"""The optimizers, after PyTorch's formulas, as keras.optimizers: use them through apply_gradients."""

from tf_impl.optimizers.adadelta import Adadelta
from tf_impl.optimizers.adafactor import Adafactor
from tf_impl.optimizers.adagrad import Adagrad
from tf_impl.optimizers.adam import Adam, AdamW
from tf_impl.optimizers.adamax import Adamax
from tf_impl.optimizers.asgd import ASGD
from tf_impl.optimizers.base import Optimizer
from tf_impl.optimizers.lion import Lion
from tf_impl.optimizers.nadam import NAdam
from tf_impl.optimizers.radam import RAdam
from tf_impl.optimizers.rmsprop import RMSprop
from tf_impl.optimizers.rprop import Rprop
from tf_impl.optimizers.sgd import SGD
from tf_impl.optimizers.sparse_adam import SparseAdam

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
