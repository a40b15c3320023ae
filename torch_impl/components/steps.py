"""Steps of training in place of train.py's. Notice what comes between gradient and update, and after the update."""

import copy
from functools import cache

import torch
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from torch_impl.train import train_step


@cache
def _copy(model):
    return copy.deepcopy(model)


@cache
def _ema(model):
    return AveragedModel(model, multi_avg_fn=get_ema_multi_avg_fn(0.9))


@cache
def _mean(model):
    return AveragedModel(model)


@cache
def _two_optimizers(model):
    return torch.optim.SGD([model.weight], lr=0.1), torch.optim.Adam([model.bias], lr=0.01)


def clip_by_value(side, batch):
    """Each element of each gradient is clipped, which changes the direction. Keras' clipvalue does the same."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_value_(side.model.parameters(), 0.5)
    side.optimizer.step()
    return loss.detach(), metrics


def clip_by_norm_of_each(side, batch):
    """Keras' clipnorm clips each gradient by its own norm; PyTorch's clip_grad_norm_ uses the norm of all of them, and
    divides by norm + 1e-6. To clip each alone in PyTorch, call it once per parameter."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    for parameter in side.model.parameters():
        torch.nn.utils.clip_grad_norm_([parameter], 0.5)
    side.optimizer.step()
    return loss.detach(), metrics


def clip_by_global_norm_of_all(side, batch):
    """PyTorch divides by norm + 1e-6, tf.clip_by_global_norm and Keras' global_clipnorm by the norm: about 1e-6 apart
    wherever they clip. An infinite norm makes all gradients NaN in TensorFlow; in PyTorch it makes the finite ones
    zero."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), 0.8)
    side.optimizer.step()
    return loss.detach(), metrics


def clip_before_weight_decay(side, batch):
    """PyTorch's optimizer adds its weight decay after the clipping. A penalty in the loss, such as Keras' regularizers,
    is clipped together with the gradient: add the decay after the clipping instead."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), 0.8)
    for parameter in side.model.parameters():
        parameter.grad.add_(parameter.detach(), alpha=0.1)
    side.optimizer.step()
    return loss.detach(), metrics


def l2_penalty_in_the_loss(side, batch):
    """PyTorch's weight_decay is the gradient of weight_decay / 2 * weight^2; keras.regularizers.L2(l) is l * weight^2,
    without the half: l is weight_decay / 2. The penalty is part of the loss, PyTorch's weight_decay is not."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss = loss + 0.05 * sum(parameter.square().sum() for parameter in side.model.parameters())
    loss.backward()
    side.optimizer.step()
    return loss.detach(), metrics


def accumulate_gradients(side, batch):
    """PyTorch adds up gradients until zero_grad, so each loss is divided by the number of micro-batches. Tapes start
    empty, so TensorFlow code adds them up itself. Keras' gradient_accumulation_steps divides too, but its schedules
    count the micro-batches."""
    side.optimizer.zero_grad()
    total = 0.0
    for x, y in zip(batch["x"].chunk(4), batch["y"].chunk(4), strict=True):
        loss, metrics = side.loss(side.model, {"x": x, "y": y})
        (loss / 4).backward()
        total += loss.detach() / 4
    side.optimizer.step()
    return total, metrics


def accumulate_unequal_micro_batches(side, batch):
    """A mean of means is the mean of the whole batch only if all micro-batches have the same size: weigh each by its
    share of the examples. Keras' gradient_accumulation_steps does not."""
    side.optimizer.zero_grad()
    total = 0.0
    for x, y in zip(batch["x"].split([3, 3, 2]), batch["y"].split([3, 3, 2]), strict=True):
        loss, metrics = side.loss(side.model, {"x": x, "y": y})
        share = len(x) / len(batch["x"])
        (loss * share).backward()
        total += loss.detach() * share
    side.optimizer.step()
    return total, metrics


def ema_of_the_weights(side, batch):
    """PyTorch's AveragedModel copies the weights at its first update; get_ema_multi_avg_fn has a decay of 0.999 by
    default, and without it the average is a plain mean. Keras' use_ema has 0.99, and ema_overwrite_frequency copies the
    average into the trained weights: leave it None."""
    loss, metrics = train_step(side, batch)
    averaged = _ema(side.model)
    averaged.update_parameters(side.model)
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def ema_by_hand(side, batch):
    """average + (1 - decay) * (weight - average) on both sides, starting from a copy of the weights after the first
    step. tf.train.ExponentialMovingAverage rounds its decay to float32, and uses a smaller decay at first if it is
    given num_updates."""
    loss, metrics = train_step(side, batch)
    averaged = _copy(side.model)
    with torch.no_grad():
        for average, weight in zip(averaged.parameters(), side.model.parameters(), strict=True):
            average.add_((1 - 0.9) * (weight - average))
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def stochastic_weight_averaging(side, batch):
    """By default PyTorch's AveragedModel is a plain mean of the weights of all updates; Keras' use_ema is always a
    moving average. The statistics of batch norms are not averaged: update_bn computes them again."""
    loss, metrics = train_step(side, batch)
    averaged = _mean(side.model)
    averaged.update_parameters(side.model)
    return loss, metrics | {"loss of the average": side.loss(averaged, batch)[0]}


def gradient_penalty(side, batch):
    """A gradient inside the loss: PyTorch keeps its graph with create_graph=True, TensorFlow differentiates through an
    inner tape, which must watch x."""
    side.optimizer.zero_grad()
    x = batch["x"].detach().requires_grad_()
    loss, metrics = side.loss(side.model, batch | {"x": x})
    (slope,) = torch.autograd.grad(loss, x, create_graph=True)
    loss = loss + 0.5 * slope.square().sum()
    loss.backward()
    side.optimizer.step()
    return loss.detach(), metrics


def freeze_a_weight(side, batch):
    """PyTorch's optimizer skips a parameter whose grad is None, its weight decay included; give Keras' only the
    variables that train. A gradient of zeros is different: momentum and decay continue. A batch norm in a frozen Keras
    layer also stops normalising by the batch."""
    side.model.bias.requires_grad_(False)
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    return loss.detach(), metrics


def two_optimizers(side, batch):
    """Each optimizer has a part of the weights, and counts its own steps. In PyTorch call zero_grad of both first,
    because each clears only its own; in TensorFlow one tape gives all gradients."""
    steep, gentle = _two_optimizers(side.model)
    steep.zero_grad()
    gentle.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    steep.step()
    gentle.step()
    return loss.detach(), metrics


def scaled_loss(side, batch):
    """For half precision: the loss is scaled up and the gradients down again, exactly where the scale is a power of
    two. Clip after unscaling: Keras' loss_scale_factor does, a hand-written step must."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    (loss * 1024).backward()
    for parameter in side.model.parameters():
        parameter.grad.div_(1024)
    torch.nn.utils.clip_grad_norm_(side.model.parameters(), 0.8)
    side.optimizer.step()
    return loss.detach(), metrics


def sharpness_aware(side, batch):
    """Two gradients per step: the first moves the weights to a worse place, the gradient found there is applied at the
    old place (Foret et al., 2021). Restore the weights before the update, not after it."""
    weights = list(side.model.parameters())
    loss, metrics = side.loss(side.model, batch)
    gradients = torch.autograd.grad(loss, weights)
    size = torch.stack([gradient.square().sum() for gradient in gradients]).sum().sqrt()
    before = [weight.detach().clone() for weight in weights]
    with torch.no_grad():
        for weight, gradient in zip(weights, gradients, strict=True):
            weight.add_(0.05 * gradient / size)
    side.optimizer.zero_grad()
    side.loss(side.model, batch)[0].backward()
    with torch.no_grad():
        for weight, old in zip(weights, before, strict=True):
            weight.copy_(old)
    side.optimizer.step()
    return loss.detach(), metrics


def several_steps_a_batch(side, batch):
    """A second step on the same batch computes the loss again, with the weights after the first step. In PyTorch call
    zero_grad before each, or the second gradient includes the first."""
    for _ in range(2):
        side.optimizer.zero_grad()
        loss, metrics = side.loss(side.model, batch)
        loss.backward()
        side.optimizer.step()
    return loss.detach(), metrics


def constrained_weights(side, batch):
    """Keras' constraints run after each update, inside apply_gradients; in PyTorch the loop does it, without a
    gradient. Here no unit's weights get longer than 1. Keras' MaxNorm divides by norm + 1e-7."""
    side.optimizer.zero_grad()
    loss, metrics = side.loss(side.model, batch)
    loss.backward()
    side.optimizer.step()
    with torch.no_grad():
        side.model.weight.div_(side.model.weight.norm(dim=1, keepdim=True).clamp(min=1.0))
    return loss.detach(), metrics
