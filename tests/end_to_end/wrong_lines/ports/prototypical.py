"""A few examples of each class (prototypical network): convolutions, means of supports, distances as logits."""

WAY, SHOT, QUERY = 3, 2, 3


def batches(rng):
    for _ in range(5):
        kind = rng.normal(size=(WAY, 1, 1, 6, 6))
        x = kind + 0.7 * rng.normal(size=(WAY, SHOT + QUERY, 1, 6, 6))
        yield {"xs": x[:, :SHOT], "xq": x[:, SHOT:]}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    def conv_block(in_channels, out_channels):
        return nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1),
            nn.BatchNorm2d(out_channels),
            nn.ReLU(),
            nn.MaxPool2d(2),
        )

    class Flatten(nn.Module):
        def forward(self, x):
            return x.view(x.size(0), -1)

    class Protonet(nn.Module):
        def __init__(self, encoder):
            super().__init__()
            self.encoder = encoder

        def loss(self, sample):
            xs, xq = sample["xs"], sample["xq"]
            n_class, n_support, n_query = xs.size(0), xs.size(1), xq.size(1)
            target_inds = torch.arange(0, n_class).view(n_class, 1, 1).expand(n_class, n_query, 1).long()
            x = torch.cat(
                [xs.reshape(n_class * n_support, *xs.size()[2:]), xq.reshape(n_class * n_query, *xq.size()[2:])], 0
            )
            z = self.encoder.forward(x)
            z_dim = z.size(-1)
            z_proto = z[: n_class * n_support].view(n_class, n_support, z_dim).mean(1)
            zq = z[n_class * n_support :]
            dists = euclidean_dist(zq, z_proto)
            log_p_y = F.log_softmax(-dists, dim=1).view(n_class, n_query, -1)
            loss_val = -log_p_y.gather(2, target_inds).squeeze().view(-1).mean()
            return loss_val

    def euclidean_dist(x, y):
        n = x.size(0)
        m = y.size(0)
        d = x.size(1)
        x = x.unsqueeze(1).expand(n, m, d)
        y = y.unsqueeze(0).expand(n, m, d)
        return torch.pow(x - y, 2).sum(2)

    def loss(model, batch):
        return model.loss(batch)

    model = Protonet(nn.Sequential(conv_block(1, 4), conv_block(4, 5), Flatten()))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.005)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.layers import BatchNorm2d
    from tf_impl.optimizers import Adam

    def block(filters):
        return [layers.Conv2D(filters, 3, padding="same"), BatchNorm2d(), layers.ReLU(), layers.MaxPooling2D()]

    embed = keras.Sequential([keras.Input((6, 6, 1)), *block(4), *block(5), layers.Flatten()])

    def images(x):
        return tf.transpose(tf.reshape(x, (-1, *x.shape[2:])), (0, 2, 3, 1))

    def loss(model, batch, training=True):
        support, query = images(batch["xs"]), images(batch["xq"])
        codes = model(tf.concat([support, query], axis=0), training=training)
        of_support, of_query = tf.split(codes, [WAY * SHOT, WAY * QUERY])
        prototypes = tf.reduce_mean(tf.reshape(of_support, (WAY, SHOT, -1)), axis=1)
        squares = tf.reduce_sum(of_query**2, axis=1, keepdims=True) + tf.reduce_sum(prototypes**2, axis=1)[None]
        distances = squares - 2.0 * tf.matmul(of_query, prototypes, transpose_b=True)
        labels = tf.repeat(tf.range(WAY), QUERY)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=-distances))

    return embed, loss, Adam(0.005)
