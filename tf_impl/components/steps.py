"""Steps of training in place of train.py's. Notice what comes between gradient and update, and after the update."""

from functools import cache

import keras
import tensorflow as tf

from tf_impl.gradients import clip_by_global_norm
from tf_impl.optimizers import SGD, Adam
from tf_impl.train import train_step


@cache
def _copy(model):
    copied = keras.models.clone_model(model)
    copied.set_weights(model.get_weights())
    return copied


@cache
def _two_optimizers(model):
    return SGD(0.1), Adam(0.01)


def clip_by_value(side, batch):
    """Each element of each gradient is clipped, which changes the direction. Keras' clipvalue does the same."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    gradients = [tf.clip_by_value(gradient, -0.5, 0.5) for gradient in gradients]
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def clip_by_norm_of_each(side, batch):
    """Keras' clipnorm clips each gradient by its own norm; PyTorch's clip_grad_norm_ uses the norm of all of them, and
    divides by norm + 1e-6. To clip each alone in PyTorch, call it once per parameter."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    gradients = [clip_by_global_norm([gradient], 0.5)[0][0] for gradient in gradients]
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def clip_by_global_norm_of_all(side, batch):
    """PyTorch divides by norm + 1e-6, tf.clip_by_global_norm and Keras' global_clipnorm by the norm: about 1e-6 apart
    wherever they clip. An infinite norm makes all gradients NaN in TensorFlow; in PyTorch it makes the finite ones
    zero."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    gradients, _ = clip_by_global_norm(gradients, 0.8)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def clip_before_weight_decay(side, batch):
    """PyTorch's optimizer adds its weight decay after the clipping. A penalty in the loss, such as Keras' regularizers,
    is clipped together with the gradient: add the decay after the clipping instead."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    gradients, _ = clip_by_global_norm(gradients, 0.8)
    gradients = [gradient + 0.1 * weight for gradient, weight in zip(gradients, weights, strict=True)]
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def l2_penalty_in_the_loss(side, batch):
    """PyTorch's weight_decay is the gradient of weight_decay / 2 * weight^2; keras.regularizers.L2(l) is l * weight^2,
    without the half: l is weight_decay / 2. The penalty is part of the loss, PyTorch's weight_decay is not."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
        loss += 0.05 * sum(tf.reduce_sum(tf.square(weight)) for weight in weights)
    gradients = tape.gradient(loss, weights)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def accumulate_gradients(side, batch):
    """PyTorch adds up gradients until zero_grad, so each loss is divided by the number of micro-batches. Tapes start
    empty, so TensorFlow code adds them up itself. Keras' gradient_accumulation_steps divides too, but its schedules
    count the micro-batches."""
    weights = side.model.trainable_variables
    gradients, total = [tf.zeros_like(weight) for weight in weights], 0.0
    for x, y in zip(tf.split(batch["x"], 4), tf.split(batch["y"], 4), strict=True):
        with tf.GradientTape() as tape:
            loss, metrics = side.loss(side.model, {"x": x, "y": y})
        added = tape.gradient(loss, weights)
        gradients = [gradient + one / 4 for gradient, one in zip(gradients, added, strict=True)]
        total += loss / 4
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return total, metrics


def accumulate_unequal_micro_batches(side, batch):
    """A mean of means is the mean of the whole batch only if all micro-batches have the same size: weigh each by its
    share of the examples. Keras' gradient_accumulation_steps does not."""
    weights = side.model.trainable_variables
    gradients, total = [tf.zeros_like(weight) for weight in weights], 0.0
    for x, y in zip(tf.split(batch["x"], [3, 3, 2]), tf.split(batch["y"], [3, 3, 2]), strict=True):
        with tf.GradientTape() as tape:
            loss, metrics = side.loss(side.model, {"x": x, "y": y})
        share = len(x) / len(batch["x"])
        added = tape.gradient(loss, weights)
        gradients = [gradient + one * share for gradient, one in zip(gradients, added, strict=True)]
        total += loss * share
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return total, metrics


def ema_of_the_weights(side, batch):
    """PyTorch's AveragedModel copies the weights at its first update; get_ema_multi_avg_fn has a decay of 0.999 by
    default, and without it the average is a plain mean. Keras' use_ema has 0.99, and ema_overwrite_frequency copies the
    average into the trained weights: leave it None."""
    loss, metrics = train_step(side, batch)
    averaged = _copy(side.model)
    for average, weight in zip(averaged.weights, side.model.weights, strict=True):
        average.assign(average + (1 - 0.9) * (weight - average))
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def ema_by_hand(side, batch):
    """average + (1 - decay) * (weight - average) on both sides, starting from a copy of the weights after the first
    step. tf.train.ExponentialMovingAverage rounds its decay to float32, and uses a smaller decay at first if it is
    given num_updates."""
    loss, metrics = train_step(side, batch)
    averaged = _copy(side.model)
    for average, weight in zip(averaged.trainable_variables, side.model.trainable_variables, strict=True):
        average.assign_add((1 - 0.9) * (weight - average))
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def stochastic_weight_averaging(side, batch):
    """By default PyTorch's AveragedModel is a plain mean of the weights of all updates; Keras' use_ema is always a
    moving average. The statistics of batch norms are not averaged: update_bn computes them again."""
    loss, metrics = train_step(side, batch)
    averaged, updates = _copy(side.model), tf.cast(side.optimizer.iterations, loss.dtype)
    for average, weight in zip(averaged.weights, side.model.weights, strict=True):
        average.assign(average + (weight - average) / updates)
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def gradient_penalty(side, batch):
    """A gradient inside the loss: PyTorch keeps its graph with create_graph=True, TensorFlow differentiates through an
    inner tape, which must watch x."""
    weights, x = side.model.trainable_variables, batch["x"]
    with tf.GradientTape() as tape:
        with tf.GradientTape() as inner:
            inner.watch(x)
            loss, metrics = side.loss(side.model, batch)
        slope = inner.gradient(loss, x)
        loss += 0.5 * tf.reduce_sum(tf.square(slope))
    gradients = tape.gradient(loss, weights)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def freeze_a_weight(side, batch):
    """PyTorch's optimizer skips a parameter whose grad is None, its weight decay included; give Keras' only the
    variables that train. A gradient of zeros is different: momentum and decay continue. A batch norm in a frozen Keras
    layer also stops normalising by the batch."""
    weights = [weight for weight in side.model.trainable_variables if weight.name != "bias"]
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def two_optimizers(side, batch):
    """Each optimizer has a part of the weights, and counts its own steps. In PyTorch call zero_grad of both first,
    because each clears only its own; in TensorFlow one tape gives all gradients."""
    steep, gentle = _two_optimizers(side.model)
    kernel, bias = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, [kernel, bias])
    steep.apply_gradients([(gradients[0], kernel)])
    gentle.apply_gradients([(gradients[1], bias)])
    return loss, metrics


def scaled_loss(side, batch):
    """For half precision: the loss is scaled up and the gradients down again, exactly where the scale is a power of
    two. Clip after unscaling: Keras' loss_scale_factor does, a hand-written step must."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
        scaled = loss * 1024
    gradients = [gradient / 1024 for gradient in tape.gradient(scaled, weights)]
    gradients, _ = clip_by_global_norm(gradients, 0.8)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def sharpness_aware(side, batch):
    """Two gradients per step: the first moves the weights to a worse place, the gradient found there is applied at the
    old place (Foret et al., 2021). Restore the weights before the update, not after it."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    size = tf.sqrt(sum(tf.reduce_sum(tf.square(gradient)) for gradient in gradients))
    before = [tf.identity(weight) for weight in weights]
    for weight, gradient in zip(weights, gradients, strict=True):
        weight.assign_add(0.05 * gradient / size)
    with tf.GradientTape() as tape:
        worse, _ = side.loss(side.model, batch)
    gradients = tape.gradient(worse, weights)
    for weight, old in zip(weights, before, strict=True):
        weight.assign(old)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def several_steps_a_batch(side, batch):
    """A second step on the same batch computes the loss again, with the weights after the first step. In PyTorch call
    zero_grad before each, or the second gradient includes the first."""
    weights = side.model.trainable_variables
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss, metrics = side.loss(side.model, batch)
        gradients = tape.gradient(loss, weights)
        side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    return loss, metrics


def constrained_weights(side, batch):
    """Keras' constraints run after each update, inside apply_gradients; in PyTorch the loop does it, without a
    gradient. Here no unit's weights get longer than 1. Keras' MaxNorm divides by norm + 1e-7."""
    weights = side.model.trainable_variables
    with tf.GradientTape() as tape:
        loss, metrics = side.loss(side.model, batch)
    gradients = tape.gradient(loss, weights)
    side.optimizer.apply_gradients(zip(gradients, weights, strict=True))
    kernel = weights[0]
    kernel.assign(kernel / tf.maximum(tf.norm(kernel, axis=0, keepdims=True), 1.0))
    return loss, metrics
