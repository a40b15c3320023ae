"""`python -m tests.side_by_side.loops.in_tf FOLDER`: the loops in TensorFlow, from the weights that PyTorch's had."""

import sys
from pathlib import Path

import keras
import tensorflow as tf

from tests.side_by_side.loops.data import CLIP, DECAY, FACTOR, MICRO, PATIENCE, PLAIN, RATE, STEPS, X, Y
from tf_impl import Recorder, start_from

BATCHES = list(zip(X, Y, strict=True))


def network():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(16, activation="tanh"), keras.layers.Dense(1)])


def started(path):
    """A network with the weights that every loop of PyTorch begins with."""
    model = network()
    start_from(model, path.with_name(f"{PLAIN[0]}_torch"))
    return model


def gradients_of(model, x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean((model(x, training=True) - y) ** 2)
    return loss, tape.gradient(loss, model.trainable_variables)


def micro_batches(path, optimizer):
    """Gradients add up over several batches, each of which is recorded as a step."""
    model, total = started(path), None
    with Recorder(path, model, optimizer) as recorder:
        for number, (x, y) in enumerate(BATCHES, 1):
            loss, gradients = gradients_of(model, x, y)
            total = [a + b for a, b in zip(total, gradients, strict=True)] if total else gradients
            if number % MICRO == 0:
                mean = [gradient / MICRO for gradient in total]
                optimizer.apply_gradients(zip(mean, model.trainable_variables, strict=True))
                total = None
            recorder.step(loss / MICRO, (x, y))


def accumulated(path, optimizer):
    """The same, and each update is recorded as a step."""
    model = started(path)
    with Recorder(path, model, optimizer) as recorder:
        for first in range(0, STEPS, MICRO):
            found = [gradients_of(model, x, y) for x, y in BATCHES[first : first + MICRO]]
            mean = [sum(each) / MICRO for each in zip(*(gradients for _, gradients in found), strict=True)]
            optimizer.apply_gradients(zip(mean, model.trainable_variables, strict=True))
            recorder.step(sum(loss for loss, _ in found) / MICRO)


def called_twice(path, optimizer, times=2):
    model = started(path)

    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean((model(x) - model(-x) - times * y) ** 2)
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    with Recorder(path, model, optimizer) as recorder:
        for x, y in BATCHES:
            recorder.step(step(x, y), (x, y))


def called_for_one(path, optimizer):
    """Wrong: the targets are those of one call."""
    called_twice(path, optimizer, times=1)


def plateau(path, optimizer):
    model, best, waited = started(path), float("inf"), 0
    with Recorder(path, model, optimizer) as recorder:
        for x, y in BATCHES:
            loss, gradients = gradients_of(model, x, y)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            best, waited = (float(loss), 0) if float(loss) < best else (best, waited + 1)
            if waited > PATIENCE:
                optimizer.learning_rate.assign(optimizer.learning_rate * FACTOR)
                waited = 0
            recorder.step(loss, (x, y))


def clipped(path, optimizer, clip=tf.clip_by_global_norm):
    model = started(path)
    with Recorder(path, model, optimizer, lines=True) as recorder:
        for x, y in BATCHES:
            loss, gradients = gradients_of(model, x, y)
            gradients, _ = clip(gradients, CLIP)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            recorder.step(loss, (x, y))


def clipped_each(path, optimizer):
    """Wrong: each gradient by its own norm."""
    clipped(path, optimizer, lambda gradients, norm: ([tf.clip_by_norm(each, norm) for each in gradients], None))


def averaged(path, optimizer, decay=DECAY):
    """A copy follows the weights at a distance."""
    model, average = network(), network()
    models = {"model": model, "average": average}
    start_from(models, path.with_name("averaged_torch"))
    with Recorder(path, models, {"model": optimizer}) as recorder:
        for x, y in BATCHES:
            loss, gradients = gradients_of(model, x, y)
            optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
            for kept, weight in zip(average.weights, model.weights, strict=True):
                kept.assign(decay * kept + (1 - decay) * weight)
            recorder.step(loss, (x, y))


def averaged_too_fast(path, optimizer):
    """Wrong: another decay."""
    averaged(path, optimizer, DECAY - 0.01)


def replicas(path):
    """MirroredStrategy over two devices."""
    strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
    with strategy.scope():
        model, optimizer = started(path), keras.optimizers.SGD(RATE)
        optimizer.build(model.trainable_variables)

    def replica(x, y):
        loss, gradients = gradients_of(model, x, y)
        halves = [gradient / 2 for gradient in gradients]  # apply_gradients adds the replicas' up
        optimizer.apply_gradients(zip(halves, model.trainable_variables, strict=True))
        return loss

    @tf.function
    def step(x, y):
        return strategy.reduce("MEAN", strategy.run(replica, args=(x, y)), axis=None)

    data = tf.data.Dataset.from_tensor_slices((X.reshape(-1, 6), Y.reshape(-1, 1))).batch(X.shape[1])
    with Recorder(path, model, optimizer) as recorder:
        for x, y in strategy.experimental_distribute_dataset(data):
            recorder.step(step(x, y))


def main(folder):
    [cpu] = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    for name in (*PLAIN, "called_for_one", "clipped_each", "averaged_too_fast"):
        globals()[name](folder / f"{name}_tf", keras.optimizers.SGD(RATE))
    replicas(folder / "replicas_tf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
