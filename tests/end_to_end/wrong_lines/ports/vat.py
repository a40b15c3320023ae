"""Smooth where there are no labels (VAT, lyakaap/VAT-pytorch): the direction that changes the prediction most."""

FEATURES, CLASSES, XI, EPS, ALPHA = 5, 3, 0.1, 1.5, 0.8


def batches(rng):
    for _ in range(6):
        yield {
            "x": rng.normal(size=(6, FEATURES)),
            "y": rng.integers(0, CLASSES, size=6),
            "unlabelled": rng.normal(size=(8, FEATURES)),
            "noise": rng.normal(size=(8, FEATURES)),
        }


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    def _l2_normalize(d):
        d_reshaped = d.view(d.shape[0], -1, *(1 for _ in range(d.dim() - 2)))
        return d / (torch.norm(d_reshaped, dim=1, keepdim=True) + 1e-8)

    class VATLoss(nn.Module):
        def __init__(self, xi, eps):
            super().__init__()
            self.xi, self.eps = xi, eps

        def forward(self, model, x, noise):
            with torch.no_grad():
                pred = F.softmax(model(x), dim=1)
            d = _l2_normalize(noise).requires_grad_()
            pred_hat = model(x + self.xi * d)
            adv_distance = F.kl_div(F.log_softmax(pred_hat, dim=1), pred, reduction="batchmean")
            d = _l2_normalize(torch.autograd.grad(adv_distance, d)[0])
            pred_hat = model(x + d * self.eps)
            return F.kl_div(F.log_softmax(pred_hat, dim=1), pred, reduction="batchmean")

    vat_loss = VATLoss(XI, EPS)

    def loss(model, batch):
        lds = vat_loss(model, batch["unlabelled"], batch["noise"])
        classification_loss = F.cross_entropy(model(batch["x"]), batch["y"])
        return classification_loss + ALPHA * lds

    model = nn.Sequential(nn.Linear(FEATURES, 10), nn.Softplus(), nn.Linear(10, CLASSES))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    model = keras.Sequential([keras.Input((FEATURES,)), layers.Dense(10, "softplus"), layers.Dense(CLASSES)])

    def unit(vectors):
        return vectors / (tf.norm(vectors, axis=1, keepdims=True) + 1e-8)

    def divergence(log_p, log_q):
        return tf.reduce_mean(tf.reduce_sum(tf.exp(log_p) * (log_p - log_q), axis=1))

    def adversarial(model, x, clean, noise):
        direction = unit(noise)
        with tf.GradientTape() as tape:
            tape.watch(direction)
            moved = divergence(clean, tf.nn.log_softmax(model(x + XI * direction)))
        return tf.stop_gradient(EPS * unit(tape.gradient(moved, direction)))

    def smoothness(model, x, noise):
        clean = tf.stop_gradient(tf.nn.log_softmax(model(x)))
        worst = adversarial(model, x, clean, noise)
        return divergence(clean, tf.nn.log_softmax(model(x + worst)))

    def loss(model, batch):
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=batch["y"], logits=model(batch["x"]))
        return tf.reduce_mean(entropy) + ALPHA * smoothness(model, batch["unlabelled"], batch["noise"])

    return model, loss, Adam(0.01)
