"""Sharpness-aware minimisation: up the gradient, a second gradient there, back down; that gradient is centralised."""

import numpy as np

RHO, RATE = 0.1, 0.2


def batches(rng):
    weights = rng.normal(size=(6, 3))
    for _ in range(6):
        x = rng.normal(size=(12, 6))
        yield x, np.argmax(x @ weights + 0.3 * rng.normal(size=(12, 3)), axis=1)


def torch_side():
    import torch
    from torch import nn

    class SAM(torch.optim.SGD):
        @torch.no_grad()
        def first_step(self):
            weights = self.param_groups[0]["params"]
            norm = torch.norm(torch.stack([p.grad.norm(p=2) for p in weights]), p=2)
            for p in weights:
                self.state[p]["old_p"] = p.data.clone()
                p.add_(p.grad * (RHO / (norm + 1e-12)))

        @torch.no_grad()
        def second_step(self):
            for p in self.param_groups[0]["params"]:
                p.data = self.state[p].pop("old_p")
                if p.dim() > 1:
                    p.grad.sub_(p.grad.mean(dim=tuple(range(1, p.dim())), keepdim=True))
            self.step()

    model = nn.Sequential(nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 6), nn.Tanh(), nn.Linear(6, 3))
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    return model, lambda model, batch: criterion(model(batch[0]), batch[1]), SAM(model.parameters(), lr=RATE)


def torch_step(side, batch):
    value = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    value.backward()
    side.optimizer.first_step()
    side.optimizer.zero_grad()
    side.loss(side.model, batch).backward()
    side.optimizer.second_step()
    return value.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    criterion = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)

    def loss(model, batch):
        logits = model(batch[0])
        return criterion(tf.one_hot(batch[1], 3, dtype=logits.dtype), logits)

    hidden = [layers.Dense(6, "tanh"), layers.Dense(6, "tanh")]
    return keras.Sequential([keras.Input((6,)), *hidden, layers.Dense(3)]), loss, SGD(RATE)


def tf_step(side, batch):
    import tensorflow as tf

    variables = side.model.trainable_variables

    def value_and_gradients():
        with tf.GradientTape() as tape:
            value = side.loss(side.model, batch)
        return value, tape.gradient(value, variables)

    def centralized(gradient):
        if len(gradient.shape) < 2:
            return gradient
        return gradient - tf.reduce_mean(gradient, axis=list(range(len(gradient.shape) - 1)), keepdims=True)

    value, gradients = value_and_gradients()
    scale = RHO / (tf.linalg.global_norm(gradients) + 1e-12)
    perturbations = [gradient * scale for gradient in gradients]
    for variable, perturbation in zip(variables, perturbations, strict=True):
        variable.assign_add(perturbation)
    _, sharp = value_and_gradients()
    for variable, perturbation in zip(variables, perturbations, strict=True):
        variable.assign_sub(perturbation)
    sharp = [centralized(gradient) for gradient in sharp]
    side.optimizer.apply_gradients(zip(sharp, variables, strict=True))
    return value
