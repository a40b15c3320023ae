"""Steering angles from a camera and the speed: a cropped image, instance norm, an average of the weights."""

CHANNELS_FIRST = ("camera",)
HEIGHT, WIDTH, CROP, DECAY = 9, 7, 2, 0.9


def batches(rng):
    for _ in range(6):
        camera = rng.uniform(0.0, 255.0, size=(5, 3, HEIGHT, WIDTH))
        yield {"camera": camera, "speed": rng.uniform(size=5), "angle": rng.normal(size=5)}


def torch_side():
    import copy

    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class DrivingNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 4, 3, stride=2)
            self.norm = nn.InstanceNorm2d(4, affine=True)
            self.conv2 = nn.Conv2d(4, 5, 3)
            self.fc1 = nn.Linear(6, 8)
            self.fc2 = nn.Linear(8, 1)

        def forward(self, image, speed):
            x = image / 127.5 - 1.0
            x = x[:, :, CROP:, :]
            x = F.elu(self.norm(self.conv1(x)))
            x = F.elu(self.conv2(x)).flatten(1)
            x = torch.cat([x, speed.unsqueeze(1)], dim=1)
            return self.fc2(F.elu(self.fc1(x)))

    def loss(model, batch):
        prediction = model["net"](batch["camera"], batch["speed"])
        return F.mse_loss(prediction, batch["angle"].unsqueeze(1))

    net = DrivingNet()
    average = copy.deepcopy(net).requires_grad_(False)
    return {"net": net, "average": average}, loss, {"net": torch.optim.Adam(net.parameters(), lr=5e-3)}


def torch_step(side, batch):
    import torch

    net, average = side.model["net"], side.model["average"]
    loss = side.loss(side.model, batch)
    side.optimizer["net"].zero_grad(set_to_none=True)
    loss.backward()
    side.optimizer["net"].step()
    with torch.no_grad():
        for ema_v, model_v in zip(average.state_dict().values(), net.state_dict().values()):
            ema_v.copy_(DECAY * ema_v + (1.0 - DECAY) * model_v)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class InstanceNormalization(layers.Layer):
        def build(self, shape):
            self.gamma = self.add_weight(shape=(shape[-1],), initializer="ones", name="gamma")
            self.beta = self.add_weight(shape=(shape[-1],), initializer="zeros", name="beta")

        def call(self, x):
            mean, variance = tf.nn.moments(x, axes=[1, 2], keepdims=True)
            return self.gamma * (x - mean) * tf.math.rsqrt(variance + 1e-5) + self.beta

    def driver():
        camera, speed = keras.Input((HEIGHT, WIDTH, 3)), keras.Input((1,))
        x = layers.Rescaling(1.0 / 127.5, offset=-1.0)(camera)
        x = layers.Cropping2D(((CROP, 0), (0, 0)))(x)
        x = layers.Conv2D(4, 3, strides=2)(x)
        x = layers.Activation("elu")(InstanceNormalization()(x))
        x = layers.Flatten()(layers.Conv2D(5, 3, activation="elu")(x))
        x = layers.Dense(8, activation="elu")(layers.Concatenate()([x, speed]))
        return keras.Model([camera, speed], layers.Dense(1)(x))

    net, average = driver(), driver()
    average.trainable = False
    average.set_weights(net.get_weights())
    mean_squared_error = keras.losses.MeanSquaredError()

    def loss(model, batch):
        angle = model["net"]([batch["camera"], batch["speed"][:, tf.newaxis]])
        return mean_squared_error(batch["angle"][:, tf.newaxis], angle)

    return {"net": net, "average": average}, loss, {"net": Adam(5e-3)}


def tf_step(side, batch):
    import tensorflow as tf

    net, average = side.model["net"], side.model["average"]
    with tf.GradientTape() as tape:
        value = side.loss(side.model, batch)
    weights = net.trainable_variables
    side.optimizer["net"].apply_gradients(zip(tape.gradient(value, weights), weights))
    for smooth, present in zip(average.weights, net.weights):
        smooth.assign(DECAY * smooth + (1.0 - DECAY) * present)
    return value
