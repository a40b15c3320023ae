"""A neural ordinary differential equation: Runge-Kutta of order 4 through observed times, its energy held small."""

import itertools

import numpy as np

TIMES, SUBSTEPS, ENERGY = 4, 2, 0.05


def batches(rng):
    for _ in range(4):
        phase = rng.uniform(0, 6, size=(6, 1))
        t = np.cumsum(rng.uniform(0.1, 0.4, size=TIMES + 1))
        yield {
            "t": t,
            "x": np.stack([np.sin(t + phase), np.cos(t + phase)], axis=-1) + 0.02 * rng.normal(size=(6, TIMES + 1, 2)),
            "seen": (rng.uniform(size=(6, TIMES)) < 0.8).astype(float),
        }


def torch_side():
    import torch
    from torch import nn

    class ODEFunc(nn.Module):
        def __init__(self):
            super().__init__()
            self.net = nn.Sequential(nn.Linear(3, 10), nn.Tanh(), nn.Linear(10, 2))
            self.nfe = 0

        def forward(self, t, y):
            self.nfe += 1
            tt = torch.ones_like(y[:, :1]) * t
            return self.net(torch.cat([y, tt], dim=-1))

    def rk4_step_func(func, t, dt, y):
        k1 = func(t, y)
        k2 = func(t + dt / 2, y + dt * k1 / 2)
        k3 = func(t + dt / 2, y + dt * k2 / 2)
        k4 = func(t + dt, y + dt * k3)
        return (k1 + 2 * k2 + 2 * k3 + k4) * dt / 6, k1

    def odeint(func, y0, t):
        solution = [y0]
        y, energy = y0, 0.0
        for t0, t1 in itertools.pairwise(t):
            dt = (t1 - t0) / SUBSTEPS
            for i in range(SUBSTEPS):
                dy, f = rk4_step_func(func, t0 + i * dt, dt, y)
                energy = energy + dt * f.pow(2).sum(dim=1)
                y = y + dy
            solution.append(y)
        return torch.stack(solution), energy

    def loss(func, batch):
        t, x = batch["t"], batch["x"]
        pred_y, energy = odeint(func, x[:, 0], t)
        pred = pred_y[1:].transpose(0, 1)
        err = torch.abs(pred - x[:, 1:]).sum(-1) * batch["seen"]
        return err.sum() / batch["seen"].sum() + ENERGY * energy.mean() / (t[-1] - t[0])

    func = ODEFunc()
    return func, loss, torch.optim.Adam(func.parameters(), lr=0.01)


def tf_side():
    import tensorflow as tf
    from keras import layers, models

    from tf_impl.optimizers import Adam

    class Dynamics(models.Model):
        def __init__(self):
            super().__init__()
            self.hidden = layers.Dense(10, activation="tanh")
            self.out = layers.Dense(2)

        def call(self, time, state):
            time = tf.fill((tf.shape(state)[0], 1), time)
            return self.out(self.hidden(tf.concat([state, time], axis=1)))

    def runge_kutta(f, time, h, state):
        a = h * f(time, state)
        b = h * f(time + 0.5 * h, state + 0.5 * a)
        c = h * f(time + 0.5 * h, state + 0.5 * b)
        d = h * f(time + h, state + c)
        return state + (a + 2.0 * (b + c) + d) / 6.0, tf.reduce_sum(tf.square(a), axis=-1) / h

    def integrate(f, state, times):
        path, kinetic = [], tf.zeros_like(state[:, 0])
        for interval in range(TIMES):
            begin, end = times[interval], times[interval + 1]
            h = (end - begin) / SUBSTEPS
            for part in range(SUBSTEPS):
                state, used = runge_kutta(f, begin + part * h, h, state)
                kinetic += used
            path.append(state)
        return tf.stack(path, axis=1), kinetic

    def loss(model, batch):
        times, observed, seen = batch["t"], batch["x"], batch["seen"]
        path, kinetic = integrate(model, observed[:, 0], times)
        misfit = tf.reduce_sum(tf.abs(path - observed[:, 1:]), axis=-1)
        misfit = tf.reduce_sum(misfit * seen) / tf.reduce_sum(seen)
        duration = times[-1] - times[0]
        return misfit + ENERGY * tf.reduce_mean(kinetic) / duration

    return Dynamics(), loss, Adam(0.01)
