"""Views that agree on clusters (SwAV): codes by Sinkhorn's rounds, swapped predictions, crops, unit prototypes."""

EPSILON, ROUNDS, TEMPERATURE, CROPS, PROTOTYPES, DIM = 0.3, 3, 0.2, 3, 5, 4


def batches(rng):
    for _ in range(5):
        base = rng.normal(size=(8, 6))
        yield {f"crop{k}": base + 0.4 * rng.normal(size=(8, 6)) for k in range(CROPS)}


def torch_side():
    import torch
    from torch import nn

    class SwavNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Linear(6, 9)
            self.projection_head = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(9, DIM))
            self.prototypes = nn.Linear(DIM, PROTOTYPES, bias=False)

        def forward(self, crops):
            x = self.projection_head(self.backbone(torch.cat(crops)))
            x = nn.functional.normalize(x, dim=1, p=2)
            return x, self.prototypes(x)

    @torch.no_grad()
    def distributed_sinkhorn(out):
        Q = torch.exp(out / EPSILON).t()
        K, B = Q.shape
        Q /= torch.sum(Q)
        for _ in range(ROUNDS):
            # each prototype weighs 1/K, then each sample 1/B
            sum_of_rows = torch.sum(Q, dim=1, keepdim=True)
            Q /= sum_of_rows
            Q /= K
            Q /= torch.sum(Q, dim=0, keepdim=True)
            Q /= B
        Q *= B
        return Q.t()

    def loss(model, batch):
        crops = [batch[f"crop{k}"] for k in range(CROPS)]
        bs = crops[0].size(0)
        _, output = model(crops)
        total = 0
        for crop_id in (0, 1):
            with torch.no_grad():
                q = distributed_sinkhorn(output[bs * crop_id : bs * (crop_id + 1)].detach())
            subloss = 0
            for v in range(CROPS):
                if v == crop_id:
                    continue
                x = output[bs * v : bs * (v + 1)] / TEMPERATURE
                subloss -= torch.mean(torch.sum(q * nn.functional.log_softmax(x, dim=1), dim=1))
            total += subloss / (CROPS - 1)
        return total / 2

    model = SwavNet()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9, weight_decay=1e-4)


def torch_step(side, batch):
    import torch

    with torch.no_grad():
        w = side.model.prototypes.weight.clone()
        w = torch.nn.functional.normalize(w, dim=1, p=2)
        side.model.prototypes.weight.copy_(w)
    loss = side.loss(side.model, batch)
    side.optimizer.zero_grad()
    loss.backward()
    side.optimizer.step()
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    inputs = keras.Input((6,))
    hidden = layers.Dense(9, activation="relu")(inputs)
    embedding = layers.UnitNormalization(axis=1)(layers.Dense(DIM)(hidden))
    model = keras.Model(inputs, layers.Dense(PROTOTYPES, use_bias=False, name="prototype")(embedding))

    def sinkhorn(scores):
        q = tf.transpose(tf.exp(scores / EPSILON))
        q /= tf.reduce_sum(q)
        rows, columns = q.shape
        for _ in range(ROUNDS):
            q *= tf.expand_dims(1.0 / (rows * tf.reduce_sum(q, axis=1)), axis=1)
            q *= tf.expand_dims(1.0 / (columns * tf.reduce_sum(q, axis=0)), axis=0)
        return tf.transpose(q / tf.reduce_sum(q, axis=0, keepdims=True))

    def loss(model, batch):
        scores = [model(batch[f"crop{k}"]) for k in range(CROPS)]
        log_p = [tf.nn.log_softmax(each / TEMPERATURE, axis=1) for each in scores]
        losses = []
        for i in (0, 1):
            code = tf.stop_gradient(sinkhorn(scores[i]))
            others = [log_p[j] for j in range(CROPS) if j != i]
            swapped = [-tf.reduce_mean(tf.reduce_sum(code * other, axis=1)) for other in others]
            losses.append(tf.add_n(swapped) / len(swapped))
        return tf.add_n(losses) / 2.0

    return model, loss, SGD(0.2, momentum=0.9, weight_decay=1e-4)


def tf_step(side, batch):
    import tensorflow as tf

    model, kernel = side.model, side.model.get_layer("prototype").kernel
    kernel.assign(tf.math.l2_normalize(kernel, axis=0))
    with tf.GradientTape() as tape:
        loss = side.loss(model, batch)
    gradients = tape.gradient(loss, model.trainable_variables)
    side.optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss
