"""Two domains (DANN): a reversed gradient that grows, labels of the source only,
batch norm of each domain by itself.
"""

import numpy as np

CLASSES, TOTAL, GAMMA = 3, 6, 5.0


def batches(rng):
    for step in range(TOTAL):
        domain = rng.permutation(np.arange(10) % 2)
        x = rng.normal(size=(10, 5)) + domain[:, None]
        yield {"x": x, "y": rng.integers(0, CLASSES, size=10), "domain": domain, "p": np.array([step / TOTAL])}


def torch_side():
    import torch
    from torch import nn
    from torch.autograd import Function

    class ReverseLayerF(Function):
        @staticmethod
        def forward(ctx, x, alpha):
            ctx.alpha = alpha
            return x.view_as(x)

        @staticmethod
        def backward(ctx, grad_output):
            output = grad_output.neg() * ctx.alpha
            return output, None

    class CNNModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature = nn.Sequential()
            self.feature.add_module("f_fc1", nn.Linear(5, 8))
            self.feature.add_module("f_bn1", nn.BatchNorm1d(8))
            self.feature.add_module("f_relu1", nn.ReLU(True))
            self.class_classifier = nn.Sequential()
            self.class_classifier.add_module("c_fc1", nn.Linear(8, 7))
            self.class_classifier.add_module("c_bn1", nn.BatchNorm1d(7))
            self.class_classifier.add_module("c_relu1", nn.ReLU(True))
            self.class_classifier.add_module("c_fc2", nn.Linear(7, CLASSES))
            self.class_classifier.add_module("c_softmax", nn.LogSoftmax(dim=1))
            self.domain_classifier = nn.Sequential()
            self.domain_classifier.add_module("d_fc1", nn.Linear(8, 6))
            self.domain_classifier.add_module("d_relu1", nn.ReLU(True))
            self.domain_classifier.add_module("d_fc2", nn.Linear(6, 2))
            self.domain_classifier.add_module("d_softmax", nn.LogSoftmax(dim=1))

        def forward(self, input_data, alpha):
            feature = self.feature(input_data)
            reverse_feature = ReverseLayerF.apply(feature, alpha)
            class_output = self.class_classifier(feature)
            domain_output = self.domain_classifier(reverse_feature)
            return class_output, domain_output

    loss_class = torch.nn.NLLLoss()
    loss_domain = torch.nn.NLLLoss()

    def loss(my_net, batch):
        p = float(batch["p"][0])
        alpha = 2.0 / (1.0 + np.exp(-GAMMA * p)) - 1
        source, target = batch["domain"] == 0, batch["domain"] == 1
        # training model using source data
        s_img, s_label = batch["x"][source], batch["y"][source]
        domain_label = torch.zeros(len(s_label)).long()
        class_output, domain_output = my_net(input_data=s_img, alpha=alpha)
        err_s_label = loss_class(class_output, s_label)
        err_s_domain = loss_domain(domain_output, domain_label)
        # training model using target data
        t_img = batch["x"][target]
        domain_label = torch.ones(len(t_img)).long()
        _, domain_output = my_net(input_data=t_img, alpha=alpha)
        err_t_domain = loss_domain(domain_output, domain_label)
        return err_t_domain + err_s_domain + err_s_label

    model = CNNModel()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm1d
    from tf_impl.optimizers import Adam

    @tf.custom_gradient
    def reverse(x, strength):
        def grad(upstream):
            return -strength * upstream, None

        return tf.identity(x), grad

    class Adversarial(keras.Model):
        def __init__(self):
            super().__init__()
            self.extract = keras.Sequential([layers.Dense(8), BatchNorm1d(), layers.ReLU()])
            self.labels = keras.Sequential([layers.Dense(7), BatchNorm1d(), layers.ReLU(), layers.Dense(CLASSES)])
            self.domains = keras.Sequential([layers.Dense(6, activation="relu"), layers.Dense(2)])

        def call(self, x, strength, training=False):
            features = self.extract(x, training=training)
            return self.labels(features, training=training), self.domains(reverse(features, strength))

    cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    def loss(model, batch, training=True):
        strength = tf.cast(2.0 / (1.0 + tf.exp(-GAMMA * batch["p"][0])) - 1.0, batch["x"].dtype)
        total = 0.0
        for domain in (0, 1):
            rows = tf.where(batch["domain"] == domain)[:, 0]
            x, y = tf.gather(batch["x"], rows), tf.gather(batch["y"], rows)
            classes, domains = model(x, strength, training=training)
            total += cross_entropy(tf.fill(tf.shape(y), domain), domains)
            if domain == 0:
                total += cross_entropy(y, classes)
        return total

    return Adversarial(), loss, Adam(0.01)
