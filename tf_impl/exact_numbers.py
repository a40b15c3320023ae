"""Casts Python's numbers to float64 as they are. By itself TensorFlow takes them through float32 on the way.

differs: PyTorch has a default dtype, which a run in float64 sets; TensorFlow's is always float32. What the user's own
run, in float32, does not round is not to be rounded in float64 either.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from unittest.mock import patch

import tensorflow as tf

from tf_impl.tensorflow_internals import own_mathematics


@contextmanager
def numbers_cast_exactly() -> Iterator[None]:
    """Inside, `tf.cast(0.9, tf.float64)`, and with it `keras.ops.cast`, is 0.9 and not float32's nearest to it."""
    cast = tf.cast

    @tf.autograph.experimental.do_not_convert
    @wraps(cast)
    def exactly(x, dtype, name=None):
        return tf.constant(x, dtype, name=name) if type(x) is float and _is_wide(dtype) else cast(x, dtype, name)

    with ExitStack() as patched:
        for module in (tf, tf.dtypes, own_mathematics()):  # which tf.nn.gelu takes its constants through
            patched.enter_context(patch.object(module, "cast", exactly))
        yield


def _is_wide(dtype) -> bool:
    return tf.as_dtype(dtype) in (tf.float64, tf.complex128)
