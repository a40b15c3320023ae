"""Labels that pull together (supervised contrastive): every example of a class is a positive, one after another."""

TEMPERATURE, BASE_TEMPERATURE, CLASSES = 0.2, 0.4, 3


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(8, 6))
        views = (x + 0.3 * rng.normal(size=(8, 6)) for _ in range(2))
        yield {"one": next(views), "two": next(views), "labels": rng.integers(0, CLASSES, size=8)}


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class SupConNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Sequential(nn.Linear(6, 10), nn.BatchNorm1d(10), nn.ReLU(inplace=True))
            self.head = nn.Sequential(nn.Linear(10, 8), nn.ReLU(inplace=True), nn.Linear(8, 4))

        def forward(self, x):
            return F.normalize(self.head(self.encoder(x)), dim=1)

    class SupConLoss(nn.Module):
        def forward(self, features, labels):
            batch_size = features.shape[0]
            labels = labels.contiguous().view(-1, 1)
            mask = torch.eq(labels, labels.T).to(features.dtype)
            contrast_count = features.shape[1]
            contrast_feature = torch.cat(torch.unbind(features, dim=1), dim=0)
            anchor_dot_contrast = torch.div(torch.matmul(contrast_feature, contrast_feature.T), TEMPERATURE)
            logits_max, _ = torch.max(anchor_dot_contrast, dim=1, keepdim=True)
            logits = anchor_dot_contrast - logits_max.detach()
            mask = mask.repeat(contrast_count, contrast_count)
            own = torch.arange(batch_size * contrast_count).view(-1, 1)
            logits_mask = torch.scatter(torch.ones_like(mask), 1, own, 0)
            mask = mask * logits_mask
            exp_logits = torch.exp(logits) * logits_mask
            log_prob = logits - torch.log(exp_logits.sum(1, keepdim=True))
            mean_log_prob_pos = (mask * log_prob).sum(1) / mask.sum(1)
            loss = -(TEMPERATURE / BASE_TEMPERATURE) * mean_log_prob_pos
            return loss.view(contrast_count, batch_size).mean()

    criterion = SupConLoss()

    def loss(model, batch):
        features = model(torch.cat([batch["one"], batch["two"]], dim=0))
        f1, f2 = torch.split(features, [len(batch["one"]), len(batch["two"])], dim=0)
        return criterion(torch.cat([f1.unsqueeze(1), f2.unsqueeze(1)], dim=1), batch["labels"])

    model = SupConNet()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import SGD

    class Encoder(keras.Model):
        def __init__(self):
            super().__init__()
            self.trunk, self.norm = layers.Dense(10), BatchNorm1d()
            self.projection = keras.Sequential([layers.Dense(8, activation="relu"), layers.Dense(4)])

        def call(self, x, training=False):
            hidden = tf.nn.relu(self.norm(self.trunk(x), training=training))
            return tf.math.l2_normalize(self.projection(hidden), axis=1)

    def contrastive(embeddings, classes):
        similarity = tf.einsum("id,jd->ij", embeddings, embeddings) / TEMPERATURE
        itself = tf.eye(len(classes), dtype=tf.bool)
        same = (classes[:, None] == classes[None, :]) & ~itself
        others = tf.where(itself, tf.constant(-1e9, similarity.dtype), similarity)
        nll = tf.reduce_logsumexp(others, axis=1, keepdims=True) - similarity
        positives = tf.cast(same, nll.dtype)
        per_anchor = tf.reduce_sum(positives * nll, axis=1) / tf.reduce_sum(positives, axis=1)
        return tf.reduce_mean(per_anchor) * TEMPERATURE / BASE_TEMPERATURE

    def loss(model, batch, training):
        both = model(tf.concat([batch["one"], batch["two"]], axis=0), training=training)
        return contrastive(both, tf.tile(batch["labels"], [2]))

    return Encoder(), loss, SGD(0.1, momentum=0.9)
