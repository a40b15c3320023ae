"""Low-rank adaptation: the dense layers of a classifier are frozen, two thin matrices beside each are trained."""

RANK, ALPHA, SMOOTHING = 2, 6.0, 0.1
WEIGHTS = {
    "up.down": "0.lora_A.T",
    "up.lift": "0.lora_B.T",
    "out.down": "2.lora_A.T",
    "out.lift": "2.lora_B.T",
}


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(8, 6)), "y": rng.integers(0, 4, size=8)}


def torch_side():
    import torch
    from torch import nn

    class LoRALinear(nn.Module):
        def __init__(self, into, out):
            super().__init__()
            self.linear = nn.Linear(into, out)
            for parameter in self.linear.parameters():
                parameter.requires_grad = False
            self.lora_A = nn.Parameter(torch.randn(RANK, into) * 0.5)
            self.lora_B = nn.Parameter(torch.randn(out, RANK) * 0.5)
            self.scaling = ALPHA / RANK

        def forward(self, x):
            update = x @ self.lora_A.transpose(0, 1) @ self.lora_B.transpose(0, 1)
            return self.linear(x) + update * self.scaling

    criterion = nn.CrossEntropyLoss(label_smoothing=SMOOTHING)

    def loss(model, batch):
        return criterion(model(batch["x"]), batch["y"])

    model = nn.Sequential(LoRALinear(6, 8), nn.SiLU(), LoRALinear(8, 4))
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return model, loss, torch.optim.AdamW(trainable, lr=0.02, weight_decay=0.1)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    class Adapted(layers.Layer):
        def __init__(self, units):
            super().__init__()
            self.base = layers.Dense(units, trainable=False)
            self.units = units

        def build(self, shape):
            self.base.build(shape)
            self.down = self.add_weight(shape=(shape[-1], RANK), initializer="random_normal", name="down")
            self.lift = self.add_weight(shape=(RANK, self.units), initializer="random_normal", name="lift")

        def call(self, inputs):
            delta = tf.matmul(self.down, self.lift) * (ALPHA / RANK)
            return self.base(inputs) + tf.matmul(inputs, delta)

    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.up, self.out = Adapted(8), Adapted(4)

        def call(self, x):
            hidden = keras.activations.silu(self.up(x))
            return self.out(hidden)

    def loss(model, batch):
        logits = model(batch["x"])
        targets = tf.one_hot(batch["y"], 4, dtype=logits.dtype)
        targets = targets * (1 - SMOOTHING) + SMOOTHING / 4
        return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))

    return Classifier(), loss, AdamW(0.02, weight_decay=0.1)
