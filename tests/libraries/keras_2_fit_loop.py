"""A linear model that Keras 2 fits, recorded by its callback: `keras_2_fit_loop.py PATH`."""

import sys

import numpy as np

RATE, ROWS, EPOCHS = 0.1, 16, 2
RNG = np.random.default_rng(0)
X = RNG.normal(size=(4 * ROWS, 3)).astype(np.float32)
Y = X[:, :1] * 2
START = RNG.normal(size=(3, 1)).astype(np.float32)


def main(path):
    import tf_keras

    import tf_impl

    model = tf_keras.Sequential([tf_keras.Input((3,)), tf_keras.layers.Dense(1, use_bias=False)])
    model.compile(tf_keras.optimizers.SGD(RATE), "mse")
    model.set_weights([START])
    with tf_impl.Recorder(path, model, model.optimizer) as recorder:
        model.fit(X, Y, ROWS, EPOCHS, shuffle=False, verbose=0, callbacks=[recorder.callback()])


if __name__ == "__main__":
    main(sys.argv[1])
