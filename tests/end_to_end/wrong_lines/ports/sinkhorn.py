"""Two clouds are matched by transport of mass (Sinkhorn in logarithms), debiased, with gradients through the loop."""

N, M, EPSILON, ROUNDS = 5, 6, 0.3, 8


def batches(rng):
    for _ in range(4):
        weight = rng.uniform(0.5, 1.5, size=(3, M))
        yield {
            "z": rng.normal(size=(3, N, 2)),
            "y": rng.normal(size=(3, M, 2)) + 1.0,
            "b": weight / weight.sum(axis=1, keepdims=True),
        }


def torch_side():
    import torch
    from torch import nn

    class SinkhornDistance(nn.Module):
        def __init__(self, eps, max_iter):
            super().__init__()
            self.eps = eps
            self.max_iter = max_iter

        def forward(self, x, y, mu, nu):
            C = self._cost_matrix(x, y)
            u = torch.zeros_like(mu)
            v = torch.zeros_like(nu)
            for i in range(self.max_iter):
                u = self.eps * (torch.log(mu + 1e-8) - torch.logsumexp(self.M(C, u, v), dim=-1)) + u
                v = self.eps * (torch.log(nu + 1e-8) - torch.logsumexp(self.M(C, u, v).transpose(-2, -1), dim=-1)) + v
            # Transport plan pi = diag(a)*K*diag(b)
            pi = torch.exp(self.M(C, u, v))
            return torch.sum(pi * C, dim=(-2, -1))

        def M(self, C, u, v):
            return (-C + u.unsqueeze(-1) + v.unsqueeze(-2)) / self.eps

        @staticmethod
        def _cost_matrix(x, y, p=2):
            x_col = x.unsqueeze(-2)
            y_lin = y.unsqueeze(-3)
            return torch.sum((torch.abs(x_col - y_lin)) ** p, -1)

    sinkhorn = SinkhornDistance(EPSILON, ROUNDS)

    def loss(model, batch):
        x = model(batch["z"])
        y = batch["y"]
        mu = torch.full(x.shape[:2], 1.0 / x.shape[1], dtype=x.dtype)
        nu = batch["b"]
        W_xy = sinkhorn(x, y, mu, nu)
        W_xx = sinkhorn(x, x, mu, mu)
        W_yy = sinkhorn(y, y, nu, nu)
        return (2 * W_xy - W_xx - W_yy).mean()

    model = nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.25), nn.Linear(8, 8), nn.LeakyReLU(0.25), nn.Linear(8, 2))
    return model, loss, torch.optim.RMSprop(model.parameters(), lr=0.01, momentum=0.5)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import RMSprop

    def costs(first, second):
        return tf.reduce_sum(tf.math.squared_difference(first[:, :, None], second[:, None]), axis=-1)

    def transport(first, second, a, b):
        cost = costs(first, second)
        kernel = -cost / EPSILON
        log_a, log_b = tf.math.log(a + 1e-8), tf.math.log(b + 1e-8)
        # dual variables, divided by epsilon
        f, g = tf.zeros_like(a), tf.zeros_like(b)
        for _ in range(ROUNDS):
            f = log_a - tf.reduce_logsumexp(kernel + g[:, None, :], axis=2)
            g = log_b - tf.reduce_logsumexp(kernel + f[:, :, None], axis=1)
        plan = tf.exp(kernel + f[:, :, None] + g[:, None, :])
        return tf.einsum("nij,nij->n", plan, cost)

    def loss(model, batch):
        made, true, b = model(batch["z"]), batch["y"], batch["b"]
        a = tf.ones(made.shape[:2], made.dtype) / N
        between = transport(made, true, a, b)
        within = transport(made, made, a, a) + transport(true, true, b, b)
        return 2.0 * tf.reduce_mean(between - 0.5 * within)

    model = keras.Sequential([keras.Input((None, 2))])
    for units in (8, 8):
        model.add(layers.Dense(units))
        model.add(layers.LeakyReLU(negative_slope=0.25))
    model.add(layers.Dense(2))
    return model, loss, RMSprop(0.01, momentum=0.5)
