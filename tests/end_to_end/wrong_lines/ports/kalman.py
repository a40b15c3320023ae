"""State space with learnt noise (Kalman filter): a transition, observations that may be missing,
the likelihood of each.
"""

import numpy as np

STATE, SEEN, STEPS = 3, 2, 5
WEIGHTS = {"a": "A", "c": "C", "log_q": "log_q", "log_r": "log_r", "start": "mu0", "bias": "d"}


def batches(rng):
    for _ in range(4):
        y = rng.normal(size=(4, STEPS, SEEN)).cumsum(axis=1) * 0.5
        yield {"y": y, "mask": (rng.uniform(size=(4, STEPS)) < 0.8).astype(float)}


def torch_side():
    import torch
    from torch import nn
    from torch.distributions import MultivariateNormal

    class KalmanFilter(nn.Module):
        def __init__(self):
            super().__init__()
            self.A = nn.Parameter(0.9 * torch.eye(STATE) + 0.1 * torch.randn(STATE, STATE))
            self.C = nn.Parameter(torch.randn(SEEN, STATE))
            self.d = nn.Parameter(torch.randn(SEEN) * 0.1)
            self.log_q = nn.Parameter(torch.randn(STATE) * 0.1 - 1.0)
            self.log_r = nn.Parameter(torch.randn(SEEN) * 0.1 - 0.5)
            self.mu0 = nn.Parameter(torch.randn(STATE) * 0.3)

        def forward(self, y, mask):
            bs = y.size(0)
            Q = torch.diag(self.log_q.exp())
            R = torch.diag(self.log_r.exp())
            I = torch.eye(STATE, dtype=y.dtype)
            mu = self.mu0.expand(bs, -1)
            Sigma = I.expand(bs, STATE, STATE)
            log_lik = []
            for t in range(y.size(1)):
                # Innovation
                y_pred = mu @ self.C.t() + self.d
                S = self.C @ Sigma @ self.C.t() + R
                r = y[:, t] - y_pred
                ll = MultivariateNormal(y_pred, covariance_matrix=S).log_prob(y[:, t])
                log_lik.append(ll * mask[:, t])
                # Kalman gain, zero where nothing is seen
                K = torch.linalg.solve(S, self.C @ Sigma).transpose(1, 2)
                K = mask[:, t].view(-1, 1, 1) * K
                mu = mu + torch.bmm(K, r.unsqueeze(-1)).squeeze(-1)
                I_KC = I - torch.matmul(K, self.C)
                # Joseph form
                Sigma = I_KC @ Sigma @ I_KC.transpose(1, 2) + K @ R @ K.transpose(1, 2)
                # Predict
                mu = mu @ self.A.t()
                Sigma = self.A @ Sigma @ self.A.t() + Q
            return torch.stack(log_lik, dim=1)

    def loss(model, batch):
        ll = model(batch["y"], batch["mask"])
        return -ll.sum() / batch["mask"].sum()

    model = KalmanFilter()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf

    from tf_impl.optimizers import Adam

    class Filter(keras.Model):
        def __init__(self):
            super().__init__()
            self.a = self.add_weight(shape=(STATE, STATE), name="a")
            self.c = self.add_weight(shape=(SEEN, STATE), name="c")
            self.bias = self.add_weight(shape=(SEEN,), name="bias")
            self.log_q = self.add_weight(shape=(STATE,), name="log_q")
            self.log_r = self.add_weight(shape=(SEEN,), name="log_r")
            self.start = self.add_weight(shape=(STATE,), name="start")

        def gaussian(self, residual, covariance):
            chol = tf.linalg.cholesky(covariance)
            white = tf.linalg.triangular_solve(chol, residual[..., None])[..., 0]
            log_det = 2.0 * tf.reduce_sum(tf.math.log(tf.linalg.diag_part(chol)), axis=-1)
            return -0.5 * (tf.reduce_sum(white**2, axis=-1) + log_det + SEEN * np.log(2 * np.pi))

        def call(self, observed, mask):
            n = observed.shape[0]
            process, noise = tf.linalg.diag(tf.exp(self.log_q)), tf.linalg.diag(tf.exp(self.log_r))
            mean = tf.tile(self.start[None], (n, 1))
            covariance = tf.eye(STATE, batch_shape=[n], dtype=observed.dtype)
            total = 0.0
            for t in range(STEPS):
                present = mask[:, t]
                residual = observed[:, t] - (tf.einsum("sk,nk->ns", self.c, mean) + self.bias)
                cross = tf.einsum("nij,sj->nis", covariance, self.c)
                innovation = tf.einsum("si,nit->nst", self.c, cross) + noise
                total += tf.reduce_sum(present * self.gaussian(residual, innovation))
                gain = tf.matmul(cross, tf.linalg.inv(innovation)) * present[:, None, None]
                mean += tf.einsum("nis,ns->ni", gain, residual)
                covariance -= tf.einsum("nis,nst,njt->nij", gain, innovation, gain)
                mean = tf.einsum("ij,nj->ni", self.a, mean)
                covariance = tf.einsum("ij,njk,lk->nil", self.a, covariance, self.a) + process
            return total

    def loss(model, batch):
        return -model(batch["y"], batch["mask"]) / tf.reduce_sum(batch["mask"])

    return Filter(), loss, Adam(0.02)
