"""A pretrained backbone and a new head, each with a learning rate of its own; the backbone is frozen, then thawed.

Notice that freezing is three things: no gradient, no update (decay neither), and running statistics that stand still.
"""

import keras
import tensorflow as tf
from keras import layers

from compare.inputs.side import Side
from tf_impl.layers import BatchNorm2d
from tf_impl.losses import sparse_categorical_cross_entropy
from tf_impl.optimizers import SGD


class Backbone(keras.Layer):
    """Features (N, 128) of images."""

    def __init__(self, norm):
        super().__init__()
        self.conv1 = layers.Conv2D(8, 3, padding="same", use_bias=False)
        self.bn1 = BatchNorm2d(**norm)
        self.pool = layers.AveragePooling2D(2)
        self.conv2 = layers.Conv2D(8, 3, padding="same", use_bias=False)
        self.bn2 = BatchNorm2d(**norm)
        self.flatten = layers.Flatten()

    def call(self, x):
        x = self.pool(tf.nn.relu(self.bn1(self.conv1(x))))
        x = tf.nn.relu(self.bn2(self.conv2(x)))
        return self.flatten(tf.transpose(x, (0, 3, 1, 2)))


class FineTuned(keras.Model):
    def __init__(self, norm):
        super().__init__()
        self.backbone = Backbone(norm)
        self.head = layers.Dense(10)

    def call(self, x, thawed=True, training=None):
        features = self.backbone(x, training=training and thawed)
        return self.head(features if thawed else tf.stop_gradient(features))


def loss(model, batch, training, thawed=True):
    """Cross-entropy; a backbone that is not thawed gets no gradient, and stays in evaluation while the head trains."""
    # differs: PyTorch's requires_grad=False stops no running statistics, eval() does; Keras' trainable=False stops all.
    # differs: PyTorch may switch it at any step; a Keras layer's `trainable` is read once, when the step is traced.
    logits, labels = model(batch["x"], thawed=thawed, training=training), batch["y"]
    accuracy = tf.reduce_mean(tf.cast(tf.argmax(logits, 1) == labels, logits.dtype))
    return sparse_categorical_cross_entropy(logits, labels), {"accuracy": accuracy}


def step(side, batch):
    """One step of training on one batch: of the head alone, or of both where the batch says thawed."""
    # differs: PyTorch's `if` looks at each step's value; TensorFlow traces both branches once, and a tf.cond chooses.
    if batch["thawed"]:
        return step_of_parts(side, batch, thawed=True)
    return step_of_parts(side, batch, thawed=False)


def step_of_parts(side, batch, thawed):
    """The step itself; returns the loss before the update, and the metrics."""
    parts = ("backbone", "head") if thawed else ("head",)
    # Forget the gradients of the step before.
    with tf.GradientTape() as tape:
        # Forward: the loss of this batch under the present weights.
        loss, metrics = side.loss(side.model, batch, training=True, thawed=thawed)
    # Backward: the gradient of the loss with respect to each weight that is not frozen.
    # differs: PyTorch leaves None in the `.grad` of frozen weights; a tape is not asked for theirs.
    variables = {part: getattr(side.model, part).trainable_variables for part in parts}
    gradients = tape.gradient(loss, variables)
    # Update: each part at its own rate, a frozen one not at all: with a gradient of zero it would still decay.
    # differs: PyTorch's optimizer has a group for each part, and skips None; Keras needs an optimizer for each part.
    for part in parts:
        side.optimizer[part].apply_gradients(zip(gradients[part], variables[part], strict=True))
    return loss, metrics


def side(settings):
    model = FineTuned({"momentum": settings["batch_norm_momentum"], "epsilon": settings["batch_norm_epsilon"]})
    common = {"momentum": settings["momentum"], "weight_decay": settings["weight_decay"]}
    optimizers = {
        "backbone": SGD(learning_rate=settings["backbone_learning_rate"], **common),
        "head": SGD(learning_rate=settings["head_learning_rate"], **common),
    }
    return Side(model, loss, optimizers, step=step)
