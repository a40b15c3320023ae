"""Momentum of gradients and of their differences (Adan): an optimizer of one's own, decay that divides, SIREN below."""

import numpy as np

RATE, EPS, DECAY, OMEGA = 0.01, 1e-8, 0.02, 3.0


def batches(rng):
    for _ in range(6):
        coords = rng.uniform(-1, 1, size=(14, 2))
        yield {"coords": coords, "pixels": np.sin(3 * coords[:, :1]) * coords[:, 1:]}


def torch_side():
    import torch
    from torch import nn

    class Sine(nn.Module):
        def __init__(self, into, out):
            super().__init__()
            self.linear = nn.Linear(into, out)

        def forward(self, x):
            return torch.sin(OMEGA * self.linear(x))

    class Adan(torch.optim.Optimizer):
        def __init__(self, params, lr=1e-3, betas=(0.02, 0.08, 0.01), eps=1e-8, weight_decay=0):
            super().__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

        @torch.no_grad()
        def step(self):
            for group in self.param_groups:
                beta1, beta2, beta3 = group["betas"]
                for p in group["params"]:
                    grad, state = p.grad, self.state[p]
                    if len(state) == 0:
                        state["step"] = 0
                        for name in ("prev_grad", "m", "v", "n"):
                            state[name] = torch.zeros_like(p)
                    step, m, v, n = state["step"], state["m"], state["v"], state["n"]
                    if step > 0:
                        m.mul_(1 - beta1).add_(grad, alpha=beta1)
                        grad_diff = grad - state["prev_grad"]
                        v.mul_(1 - beta2).add_(grad_diff, alpha=beta2)
                        next_n = (grad + (1 - beta2) * grad_diff) ** 2
                        n.mul_(1 - beta3).add_(next_n, alpha=beta3)
                    step += 1
                    correct_m, correct_v, correct_n = (1 / (1 - (1 - b) ** step) for b in (beta1, beta2, beta3))
                    weighted_step_size = group["lr"] / (n * correct_n).sqrt().add_(group["eps"])
                    denom = 1 + group["weight_decay"] * group["lr"]
                    direction = m * correct_m + (1 - beta2) * v * correct_v
                    if step > 1:
                        p.addcmul_(weighted_step_size, direction, value=-1.0).div_(denom)
                    state["prev_grad"].copy_(grad)
                    state["step"] = step

    model = nn.Sequential(Sine(2, 10), Sine(10, 10), nn.Linear(10, 1))

    def loss(model, batch):
        return ((model(batch["coords"]) - batch["pixels"]) ** 2).mean()

    return model, loss, Adan(model.parameters(), lr=RATE, eps=EPS, weight_decay=DECAY)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers, ops

    class Adan(keras.optimizers.Optimizer):
        def __init__(self, learning_rate, beta_1=0.98, beta_2=0.92, beta_3=0.99):
            super().__init__(learning_rate=learning_rate)
            self.betas = (beta_1, beta_2, beta_3)

        def build(self, variables):
            super().build(variables)
            for slot in ("m", "v", "n", "previous"):
                setattr(self, slot, self.add_optimizer_variables(variables, slot))

        def update_step(self, gradient, variable, learning_rate):
            index = self._get_variable_index(variable)
            m, v, n, previous = self.m[index], self.v[index], self.n[index], self.previous[index]
            beta_1, beta_2, beta_3 = self.betas
            later = ops.cast(self.iterations > 0, variable.dtype)
            step = ops.cast(self.iterations + 1, variable.dtype)
            change = gradient - previous
            look_ahead = gradient + beta_2 * change
            m.assign(later * (beta_1 * m + (1.0 - beta_1) * gradient))
            v.assign(later * (beta_2 * v + (1.0 - beta_2) * change))
            n.assign(later * (beta_3 * n + (1.0 - beta_3) * ops.square(look_ahead)))
            m_hat, v_hat, n_hat = (
                slot / (1.0 - tf.pow(tf.constant(beta, variable.dtype), step))
                for slot, beta in zip((m, v, n), self.betas)
            )
            rate = ops.cast(learning_rate, variable.dtype)
            moved = variable - rate * (m_hat + beta_2 * v_hat) / (ops.sqrt(n_hat) + EPS)
            decayed = moved / (1.0 + DECAY * rate)
            variable.assign(ops.where(later > 0, decayed, variable))
            previous.assign(gradient)

    def sine_layer(units):
        return layers.Dense(units, activation=lambda x: tf.sin(OMEGA * x))

    model = keras.Sequential([keras.Input((2,)), sine_layer(10), sine_layer(10), layers.Dense(1)])

    def loss(model, batch):
        return tf.reduce_mean(tf.math.squared_difference(model(batch["coords"]), batch["pixels"]))

    return model, loss, Adan(RATE)
