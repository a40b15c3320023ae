"""alpha of BinaryFocalCrossentropy does nothing unless apply_class_balancing is set.

Symptom: the loss is four times as large for positives, a third larger for negatives, than torchvision's.
Cause: sigmoid_focal_loss multiplies by alpha and 1 - alpha, 0.25 by default; Keras has that default too, switched off.
Fix: apply_class_balancing=True, alpha=0.25.
Source: keras/src/losses/losses.py:871,2426-2430 (3.15); torchvision's sigmoid_focal_loss, written out here
"""

STAGE = "loss"


def batches(rng):
    for _ in range(5):
        x = rng.normal(size=(16, 4))
        yield x, (x[:, :1] > x[:, 1:2]).astype(float)


def torch_side():
    import torch
    from torch import nn

    model = nn.Linear(4, 1)

    def loss(model, batch):
        x, y = batch
        logits = model(x)
        losses = nn.functional.binary_cross_entropy_with_logits(logits, y, reduction="none")
        right = torch.sigmoid(logits) * y + (1 - torch.sigmoid(logits)) * (1 - y)
        return ((0.25 * y + 0.75 * (1 - y)) * (1 - right) ** 2 * losses).mean()

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.1)


def tf_side():
    return _tf_side(alpha=0.25)


def tf_side_fixed():
    return _tf_side(alpha=0.25, apply_class_balancing=True)


def _tf_side(**options):
    import keras
    import tensorflow as tf
    from keras import layers

    model = layers.Dense(1)

    def loss(model, batch):
        x, y = batch
        return tf.reduce_mean(keras.losses.binary_focal_crossentropy(y, model(x), from_logits=True, **options))

    return model, loss, keras.optimizers.SGD(0.1)
