"""Depth from two cameras (PSMNet, JiaRenChang/PSMNet): a volume of shifted features, the mean disparity."""

CHANNELS_FIRST = ("left", "right")
HEIGHT, WIDTH, CHANNELS, DISPARITIES = 4, 7, 3, 4


def batches(rng):
    for _ in range(5):
        images = rng.normal(size=(2, 3, 2, HEIGHT, WIDTH))
        yield {"left": images[0], "right": images[1], "disparity": rng.uniform(0.0, 5.0, size=(3, HEIGHT, WIDTH))}


def torch_side():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F

    class disparityregression(nn.Module):
        def forward(self, x):
            disp = torch.arange(DISPARITIES, dtype=x.dtype).view(1, DISPARITIES, 1, 1)
            return torch.sum(x * disp, 1)

    class PSMNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.feature_extraction = nn.Sequential(nn.Conv2d(2, CHANNELS, 3, padding=1), nn.Tanh())
            self.dres0 = nn.Sequential(nn.Conv3d(2 * CHANNELS, 4, 3, padding=1), nn.ReLU())
            self.classif = nn.Conv3d(4, 1, 3, padding=1, bias=False)
            self.regression = disparityregression()

        def forward(self, left, right):
            refimg_fea = self.feature_extraction(left)
            targetimg_fea = self.feature_extraction(right)
            size = refimg_fea.size()
            cost = refimg_fea.new_zeros(size[0], size[1] * 2, DISPARITIES, size[2], size[3])
            for i in range(DISPARITIES):
                if i > 0:
                    cost[:, : size[1], i, :, i:] = refimg_fea[:, :, :, i:]
                    cost[:, size[1] :, i, :, i:] = targetimg_fea[:, :, :, :-i]
                else:
                    cost[:, : size[1], i, :, :] = refimg_fea
                    cost[:, size[1] :, i, :, :] = targetimg_fea
            cost = self.classif(self.dres0(cost)).squeeze(1)
            pred = F.softmax(cost, dim=1)
            return self.regression(pred)

    def loss(model, batch):
        disp_true = batch["disparity"]
        mask = disp_true < DISPARITIES
        output = model(batch["left"], batch["right"])
        return F.smooth_l1_loss(output[mask], disp_true[mask])

    model = PSMNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=5e-3, betas=(0.9, 0.99))


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class Stereo(keras.Model):
        def __init__(self):
            super().__init__()
            self.describe = layers.Conv2D(CHANNELS, 3, padding="same", activation="tanh")
            self.aggregate = layers.Conv3D(4, 3, padding="same", activation="relu")
            self.match = layers.Conv3D(1, 3, padding="same", use_bias=False)

        def volume(self, left, right):
            planes = []
            for shift in range(DISPARITIES):
                both = tf.concat([left[:, :, shift:], right[:, :, : WIDTH - shift]], axis=-1)
                planes.append(tf.pad(both, [[0, 0], [0, 0], [shift, 0], [0, 0]]))
            return tf.stack(planes, axis=1)

        def call(self, left, right):
            costs = self.match(self.aggregate(self.volume(self.describe(left), self.describe(right))))
            likely = tf.nn.softmax(tf.squeeze(costs, axis=-1), axis=1)
            return tf.einsum("ndhw,d->nhw", likely, tf.range(DISPARITIES, dtype=likely.dtype))

    def loss(model, batch):
        estimate, truth = model(batch["left"], batch["right"]), batch["disparity"]
        valid = tf.cast(truth < DISPARITIES, estimate.dtype)
        size = tf.abs(estimate - truth)
        each = tf.where(size < 1.0, 0.5 * tf.square(size), size - 0.5)
        return tf.reduce_sum(valid * each) / tf.reduce_sum(valid)

    return Stereo(), loss, Adam(5e-3, beta_2=0.99)
