"""Optical flow without and with labels: the second image warped back, smoothness, the endpoint error."""

CHANNELS_FIRST = ("first", "second", "flow")
SMOOTH = 0.3


def batches(rng):
    for _ in range(5):
        yield {
            "first": rng.normal(size=(3, 2, 5, 6)),
            "second": rng.normal(size=(3, 2, 5, 6)),
            "flow": rng.normal(size=(3, 2, 5, 6)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    class FlowNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(4, 6, 3, padding=1)
            self.predict_flow = nn.Conv2d(6, 2, 3, padding=1)

        def forward(self, a, b):
            return self.predict_flow(F.leaky_relu(self.conv1(torch.cat([a, b], 1)), 0.1))

    def warp(x, flo):
        _, _, H, W = x.size()
        yy, xx = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
        grid = torch.stack((xx, yy), 0).unsqueeze(0).to(flo.dtype)
        vgrid = grid + flo
        gx = 2.0 * vgrid[:, 0] / (W - 1) - 1.0
        gy = 2.0 * vgrid[:, 1] / (H - 1) - 1.0
        return F.grid_sample(x, torch.stack((gx, gy), dim=3), padding_mode="border", align_corners=True)

    def loss(model, batch):
        flow = model(batch["first"], batch["second"])
        photometric = torch.abs(batch["first"] - warp(batch["second"], flow)).mean()
        dx = torch.abs(flow[:, :, :, 1:] - flow[:, :, :, :-1]).mean()
        dy = torch.abs(flow[:, :, 1:, :] - flow[:, :, :-1, :]).mean()
        epe = torch.norm(flow - batch["flow"], p=2, dim=1).mean()
        return photometric + SMOOTH * (dx + dy) + epe

    model = FlowNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=3e-3)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    class FlowNet(keras.Model):
        def __init__(self):
            super().__init__()
            self.features = layers.Conv2D(6, 3, padding="same")
            self.flow = layers.Conv2D(2, 3, padding="same")

        def call(self, pair):
            return self.flow(tf.nn.leaky_relu(self.features(tf.concat(pair, axis=-1)), alpha=0.1))

    def bilinear_sample(image, x, y):
        height, width = image.shape[1], image.shape[2]
        x = tf.clip_by_value(x, 0.0, width - 1.0)
        y = tf.clip_by_value(y, 0.0, height - 1.0)
        left, top = tf.floor(x), tf.floor(y)
        right, bottom = tf.minimum(left + 1.0, width - 1.0), tf.minimum(top + 1.0, height - 1.0)
        u, v = (x - left)[..., None], (y - top)[..., None]

        def pixels(column, row):
            return tf.gather_nd(image, tf.stack([tf.cast(row, tf.int32), tf.cast(column, tf.int32)], -1), batch_dims=1)

        upper = (1.0 - u) * pixels(left, top) + u * pixels(right, top)
        lower = (1.0 - u) * pixels(left, bottom) + u * pixels(right, bottom)
        return (1.0 - v) * upper + v * lower

    def warped(image, flow):
        rows = tf.range(image.shape[1], dtype=flow.dtype)[None, :, None]
        columns = tf.range(image.shape[2], dtype=flow.dtype)[None, None, :]
        return bilinear_sample(image, columns + flow[..., 0], rows + flow[..., 1])

    def loss(model, batch):
        flow = model([batch["first"], batch["second"]])
        brightness = tf.reduce_mean(tf.abs(batch["first"] - warped(batch["second"], flow)))
        along = tf.reduce_mean(tf.abs(flow[:, :, 1:] - flow[:, :, :-1]))
        across = tf.reduce_mean(tf.abs(flow[:, 1:] - flow[:, :-1]))
        endpoint = tf.reduce_mean(tf.norm(flow - batch["flow"], axis=-1))
        return brightness + SMOOTH * (along + across) + endpoint

    return FlowNet(), loss, Adam(3e-3)
