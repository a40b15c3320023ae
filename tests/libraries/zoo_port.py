"""A model of torchvision beside the one of its name in keras.applications, both with a head of ten classes."""

import sys
from types import ModuleType

CHANNELS_FIRST = ("images",)
SIZE = 64


def batches(rng):
    for _ in range(2):
        yield {"images": rng.normal(size=(2, 3, SIZE, SIZE)), "labels": rng.integers(0, 10, 2)}


def torch_side():
    import torch
    from torch import nn

    # What is built for CUDA registers operators that a CPU build of torch does not have.
    sys.modules.setdefault("torchvision._meta_registrations", ModuleType("torchvision._meta_registrations"))
    from torchvision import models

    features = models.mobilenet_v2(weights=None).features
    channels = features(torch.zeros(1, 3, SIZE, SIZE)).shape[1]
    model = nn.Sequential(features, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))

    def loss(model, batch, training):
        model.train(training)
        return nn.functional.cross_entropy(model(batch["images"]), batch["labels"])

    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01)


def tf_side():
    import keras

    features = keras.applications.MobileNetV2(weights=None, include_top=False, input_shape=(SIZE, SIZE, 3))
    pooled = keras.layers.GlobalAveragePooling2D()(features.output)
    model = keras.Model(features.input, keras.layers.Dense(10)(pooled))
    entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch, training):
        return entropy(batch["labels"], model(batch["images"], training=training))

    return model, loss, keras.optimizers.SGD(0.01)
