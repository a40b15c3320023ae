"""Several ways to end (DeepHit): one distribution over times and causes, the likelihood with censoring,
an order of those who end early.
"""

FEATURES, CAUSES, TIMES, ALPHA, SIGMA = 5, 2, 6, 0.4, 0.5
WEIGHTS = {
    f"{ours}.{part}": f"{theirs}.{part}"
    for ours, theirs in (
        ("common", "shared_net.0"),
        ("cause_1", "risk_nets.0.0"),
        ("head_1", "risk_nets.0.2"),
        ("cause_2", "risk_nets.1.0"),
        ("head_2", "risk_nets.1.2"),
    )
    for part in ("weight", "bias")
}


def batches(rng):
    for _ in range(5):
        yield {
            "x": rng.normal(size=(9, FEATURES)),
            "duration": rng.integers(0, TIMES - 1, size=9),
            "event": rng.integers(0, CAUSES + 1, size=9),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class CauseSpecificNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared_net = nn.Sequential(nn.Linear(FEATURES, 7), nn.ReLU())
            self.risk_nets = nn.ModuleList(
                [nn.Sequential(nn.Linear(7 + FEATURES, 6), nn.ReLU(), nn.Linear(6, TIMES)) for _ in range(CAUSES)]
            )

        def forward(self, input):
            out = torch.cat([self.shared_net(input), input], dim=1)
            out = [net(out) for net in self.risk_nets]
            return torch.stack(out, dim=1)

    def pad_col(input):
        return torch.cat([input, torch.zeros_like(input[:, :1])], dim=1)

    def nll_pmf_cr(phi, idx_durations, events, epsilon=1e-7):
        events = events.view(-1) - 1
        event_01 = (events != -1).to(phi.dtype)
        idx_durations = idx_durations.view(-1)
        batch_size = phi.size(0)
        sm = F.softmax(pad_col(phi.view(batch_size, -1)), dim=1)[:, :-1].view(phi.shape)
        index = torch.arange(batch_size)
        part1 = sm[index, events, idx_durations].relu().add(epsilon).log().mul(event_01)
        part2 = (1 - sm.cumsum(2)[index, :, idx_durations].sum(1)).relu().add(epsilon).log().mul(1 - event_01)
        return -part1.add(part2).mean()

    def pair_rank_mat(idx_durations, events, dtype):
        n = len(idx_durations)
        rank_mat = torch.zeros((n, n), dtype=dtype)
        for i in range(n):
            dur_i, ev_i = idx_durations[i], events[i]
            if ev_i == 0:
                continue
            for j in range(n):
                dur_j, ev_j = idx_durations[j], events[j]
                if (dur_i < dur_j) or ((dur_i == dur_j) and (ev_j == 0)):
                    rank_mat[i, j] = 1
        return rank_mat

    def diff_cdf_at_time_i(pmf, y):
        n = pmf.shape[0]
        ones = torch.ones((n, 1), dtype=pmf.dtype)
        r = pmf.cumsum(1).matmul(y.transpose(0, 1))
        diag_r = r.diag().view(1, -1)
        r = ones.matmul(diag_r) - r
        return r.transpose(0, 1)

    def rank_loss_deephit_cr(phi, idx_durations, events, rank_mat):
        events = events.view(-1) - 1
        batch_size, n_risks = phi.shape[:2]
        pmf = F.softmax(pad_col(phi.view(batch_size, -1)), dim=1)[:, :-1].view(phi.shape)
        y = torch.zeros_like(pmf)
        y[torch.arange(batch_size), :, idx_durations] = 1.0
        loss = []
        for i in range(n_risks):
            rank_mat_i = rank_mat.mul((events == i).to(phi.dtype).view(-1, 1))
            r_i = diff_cdf_at_time_i(pmf[:, i, :], y[:, i, :])
            loss.append(rank_mat_i.mul(torch.exp(-r_i / SIGMA)).mean(1, keepdim=True))
        return torch.cat(loss, dim=1).sum(1).mean()

    def loss(model, batch):
        phi, durations, events = model(batch["x"]), batch["duration"], batch["event"]
        rank_mat = pair_rank_mat(durations, events, phi.dtype)
        nll = nll_pmf_cr(phi, durations, events)
        rank_loss = rank_loss_deephit_cr(phi, durations, events, rank_mat)
        return ALPHA * nll + (1.0 - ALPHA) * rank_loss

    model = CauseSpecificNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    covariates = keras.Input((FEATURES,))
    shared = layers.Dense(7, activation="relu", name="common")(covariates)
    z = layers.Concatenate()([shared, covariates])
    outputs = []
    for cause in range(1, CAUSES + 1):
        h = layers.Dense(6, activation="relu", name=f"cause_{cause}")(z)
        outputs.append(layers.Dense(TIMES, name=f"head_{cause}")(h))
    model = keras.Model(covariates, outputs)

    def joint(logits):
        # whoever outlives all times has a logit of zero
        flat = tf.pad(tf.concat(logits, axis=1), [[0, 0], [0, 1]])
        return tf.reshape(tf.nn.softmax(flat)[:, : CAUSES * TIMES], (-1, CAUSES, TIMES))

    def log(x):
        return tf.math.log(tf.nn.relu(x) + 1e-7)

    def log_likelihood(p, time, cause):
        happened = tf.one_hot(cause - 1, CAUSES, dtype=p.dtype)
        at = tf.one_hot(time, TIMES, dtype=p.dtype)
        until = tf.sequence_mask(time + 1, TIMES, dtype=p.dtype)
        of_event = tf.einsum("nct,nc,nt->n", p, happened, at)
        survived = 1.0 - tf.einsum("nct,nt->n", p, until)
        return tf.reduce_mean(tf.where(cause > 0, log(of_event), log(survived)))

    def ranking(p, time, cause):
        until = tf.sequence_mask(time + 1, TIMES, dtype=p.dtype)
        # risk[c, i, j]: what j risks of cause c until the time of i
        risk = tf.einsum("jct,it->cij", p, until)
        lead = tf.linalg.diag_part(risk)[:, :, None] - risk
        later = (time[:, None] < time[None, :]) | ((time[:, None] == time[None, :]) & (cause[None, :] == 0))
        of_cause = tf.one_hot(cause - 1, CAUSES, axis=0, dtype=p.dtype)
        acceptable = of_cause[:, :, None] * tf.cast(later, p.dtype)
        return tf.reduce_sum(tf.reduce_mean(acceptable * tf.exp(-lead / SIGMA), axis=[1, 2]))

    def loss(model, batch):
        p = joint(model(batch["x"]))
        likelihood = log_likelihood(p, batch["duration"], batch["event"])
        return (1.0 - ALPHA) * ranking(p, batch["duration"], batch["event"]) - ALPHA * likelihood

    return model, loss, Adam(0.01)
