"""Tables (TabNet): sparse masks choose columns at each step, what was chosen is dearer later; an entropy."""

COLUMNS, STEPS, GAMMA, SPARSE, EPS = 5, 3, 1.3, 0.05, 1e-10


def batches(rng):
    for _ in range(5):
        yield {"x": rng.normal(size=(8, COLUMNS)), "y": rng.integers(0, 3, size=8)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def sparsemax(z):
        z_sorted, _ = torch.sort(z, dim=-1, descending=True)
        cumsum = torch.cumsum(z_sorted, dim=-1) - 1
        rhos = torch.arange(1, z.shape[-1] + 1).to(z)
        support = rhos * z_sorted > cumsum
        size = support.sum(dim=-1, keepdim=True)
        tau = cumsum.gather(-1, size - 1) / size.to(z)
        return torch.clamp(z - tau, min=0)

    class GLU(nn.Module):
        def __init__(self, into):
            super().__init__()
            self.fc = nn.Linear(into, 12)

        def forward(self, x):
            return F.glu(self.fc(x), dim=-1)

    class TabNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.initial = GLU(COLUMNS)
            self.att = nn.ModuleList([nn.Linear(3, COLUMNS, bias=False) for _ in range(STEPS)])
            self.feat = nn.ModuleList([GLU(COLUMNS) for _ in range(STEPS)])
            self.final = nn.Linear(3, 3)

        def forward(self, x):
            att = self.initial(x)[:, 3:]
            prior, m_loss, steps = torch.ones_like(x), 0.0, []
            for step in range(STEPS):
                m = sparsemax(self.att[step](att) * prior)
                m_loss = m_loss + torch.mean(torch.sum(torch.mul(m, torch.log(m + EPS)), dim=1))
                prior = torch.mul(GAMMA - m, prior)
                out = self.feat[step](torch.mul(m, x))
                steps.append(F.relu(out[:, :3]))
                att = out[:, 3:]
            return self.final(torch.stack(steps).sum(dim=0)), m_loss / STEPS

    def loss(model, batch):
        output, m_loss = model(batch["x"])
        return F.cross_entropy(output, batch["y"]) - SPARSE * m_loss

    model = TabNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def sparse_probabilities(logits):
        ordered = tf.sort(logits, direction="DESCENDING")
        sums = tf.cumsum(ordered, axis=-1)
        k = tf.range(1, COLUMNS + 1, dtype=logits.dtype)
        inside = tf.cast(1 + k * ordered > sums, logits.dtype)
        count = tf.reduce_sum(inside, axis=-1, keepdims=True)
        threshold = (tf.reduce_sum(ordered * inside, axis=-1, keepdims=True) - 1) / count
        return tf.nn.relu(logits - threshold)

    class Gated(layers.Layer):
        def __init__(self):
            super().__init__()
            self.dense = layers.Dense(12)

        def call(self, x):
            value, gate = tf.split(self.dense(x), 2, axis=-1)
            return value * tf.sigmoid(gate)

    class TabularNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = Gated()
            self.attentive = [layers.Dense(COLUMNS, use_bias=False) for _ in range(STEPS)]
            self.transformers = [Gated() for _ in range(STEPS)]
            self.head = layers.Dense(3)

        def call(self, x):
            features = self.first(x)
            scale, decision, total_entropy = tf.ones_like(x), 0.0, 0.0
            for attend, transform in zip(self.attentive, self.transformers, strict=True):
                mask = sparse_probabilities(attend(features[:, 3:]) * scale)
                scale = scale * (GAMMA - mask)
                total_entropy += tf.reduce_mean(tf.reduce_sum(-mask * tf.math.log(mask + EPS), axis=1)) / STEPS
                features = transform(mask * x)
                decision += tf.nn.relu(features[:, :3])
            return self.head(decision), total_entropy

    def loss(model, batch):
        logits, entropy = model(batch["x"])
        fit = tf.nn.sparse_softmax_cross_entropy_with_logits(batch["y"], logits)
        return tf.reduce_mean(fit) + SPARSE * entropy

    return TabularNet(), loss, Adam(0.02)
