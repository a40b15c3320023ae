"""Evidence for a number (deep evidential regression): four outputs of a head, the likelihood of a t,
its regulariser.
"""

import numpy as np

COEFF = 0.1


def batches(rng):
    for _ in range(6):
        x = rng.uniform(-2, 2, size=(12, 2))
        yield {"x": x, "y": np.sin(2 * x[:, :1]) + 0.3 * x[:, 1:] * rng.normal(size=(12, 1))}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class DenseNormalGamma(nn.Module):
        def __init__(self, n_input, n_out_tasks=1):
            super().__init__()
            self.n_out = 4 * n_out_tasks
            self.n_tasks = n_out_tasks
            self.l1 = nn.Linear(n_input, self.n_out)

        def forward(self, x):
            x = self.l1(x)
            mu, lognu, logalpha, logbeta = torch.split(x, self.n_tasks, dim=-1)
            nu = F.softplus(lognu) + 1e-3
            alpha = F.softplus(logalpha) + 1.0
            beta = F.softplus(logbeta)
            return mu, nu, alpha, beta

    def nig_nll(gamma, v, alpha, beta, y):
        two_beta_lambda = 2 * beta * (1 + v)
        t1 = 0.5 * (np.pi / v).log()
        t2 = alpha * two_beta_lambda.log()
        t3 = (alpha + 0.5) * (v * (y - gamma) ** 2 + two_beta_lambda).log()
        t4 = alpha.lgamma()
        t5 = (alpha + 0.5).lgamma()
        nll = t1 - t2 + t3 + t4 - t5
        return nll.mean()

    def nig_reg(gamma, v, alpha, _beta, y):
        reg = (y - gamma).abs() * (2 * v + alpha)
        return reg.mean()

    def loss(model, batch):
        pred = model(batch["x"])
        return nig_nll(*pred, batch["y"]) + COEFF * nig_reg(*pred, batch["y"])

    model = nn.Sequential(nn.Linear(2, 12), nn.SiLU(), DenseNormalGamma(12))
    return model, loss, torch.optim.NAdam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import NAdam

    inputs = keras.Input((2,))
    hidden = layers.Dense(12, activation="silu")(inputs)
    raw = layers.Dense(4)(hidden)
    gamma = layers.Lambda(lambda t: t[:, 0:1])(raw)
    evidence = layers.Activation("softplus")(raw[:, 1:])
    shift = keras.ops.convert_to_tensor([1e-3, 1.0, 0.0])
    model = keras.Model(inputs, layers.Concatenate()([gamma, evidence + keras.ops.cast(shift, evidence.dtype)]))

    def NIG_NLL(y, gamma, v, alpha, beta, reduce=True):
        twoBlambda = 2 * beta * (1 + v)
        nll = (
            0.5 * tf.math.log(np.pi / v)
            - alpha * tf.math.log(twoBlambda)
            + (alpha + 0.5) * tf.math.log(v * (y - gamma) ** 2 + twoBlambda)
            + tf.math.lgamma(alpha)
            - tf.math.lgamma(alpha + 0.5)
        )
        return tf.reduce_mean(nll) if reduce else nll

    def NIG_Reg(y, gamma, v, alpha, beta, reduce=True):
        error = tf.abs(y - gamma)
        evi = 2 * v + alpha
        reg = error * evi
        return tf.reduce_mean(reg) if reduce else reg

    def EvidentialRegression(y_true, evidential_output, coeff=1.0):
        gamma, v, alpha, beta = tf.split(evidential_output, 4, axis=-1)
        loss_nll = NIG_NLL(y_true, gamma, v, alpha, beta)
        loss_reg = NIG_Reg(y_true, gamma, v, alpha, beta)
        return loss_nll + coeff * loss_reg

    def loss(model, batch):
        return EvidentialRegression(batch["y"], model(batch["x"]), coeff=COEFF)

    return model, loss, NAdam(0.01)
