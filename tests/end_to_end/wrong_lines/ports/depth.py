"""Depth of a picture: the scale-invariant logarithmic loss where depth is known, smoothness that spares edges."""

import numpy as np

VARIANCE, SMOOTH = 0.85, 0.3
CHANNELS_FIRST = ("image", "depth")


def batches(rng):
    for _ in range(5):
        depth = rng.uniform(0.5, 5.0, size=(4, 1, 6, 6))
        yield {
            "image": rng.uniform(size=(4, 3, 6, 6)),
            "depth": np.where(rng.uniform(size=depth.shape) < 0.3, 0.0, depth),
        }


def torch_side():
    import torch
    from torch import nn

    class SilogLoss(nn.Module):
        def __init__(self, variance_focus):
            super().__init__()
            self.variance_focus = variance_focus

        def forward(self, depth_est, depth_gt, mask):
            d = torch.log(depth_est[mask]) - torch.log(depth_gt[mask])
            return torch.sqrt((d**2).mean() - self.variance_focus * (d.mean() ** 2)) * 10.0

    def get_smooth_loss(disp, img):
        grad_disp_x = torch.abs(disp[:, :, :, :-1] - disp[:, :, :, 1:])
        grad_disp_y = torch.abs(disp[:, :, :-1, :] - disp[:, :, 1:, :])
        grad_img_x = torch.mean(torch.abs(img[:, :, :, :-1] - img[:, :, :, 1:]), 1, keepdim=True)
        grad_img_y = torch.mean(torch.abs(img[:, :, :-1, :] - img[:, :, 1:, :]), 1, keepdim=True)
        grad_disp_x = grad_disp_x * torch.exp(-grad_img_x)
        grad_disp_y = grad_disp_y * torch.exp(-grad_img_y)
        return grad_disp_x.mean() + grad_disp_y.mean()

    silog_criterion = SilogLoss(VARIANCE)

    def loss(model, batch):
        disp = torch.sigmoid(model(batch["image"]))
        depth = 1 / (0.1 + 1.9 * disp)
        mean_disp = disp.mean(2, True).mean(3, True)
        norm_disp = disp / (mean_disp + 1e-7)
        silog = silog_criterion(depth, batch["depth"], batch["depth"] > 0.1)
        return silog + SMOOTH * get_smooth_loss(norm_disp, batch["image"])

    model = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ELU(), nn.Conv2d(6, 1, 3, padding=1))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def scale_invariant(y_true, y_pred):
        valid = tf.cast(y_true > 0.1, y_pred.dtype)
        number = tf.reduce_sum(valid)
        log_error = tf.math.log(y_pred) - tf.math.log(tf.where(y_true > 0.1, y_true, tf.ones_like(y_true)))
        log_error = log_error * valid
        squares = tf.reduce_sum(tf.square(log_error)) / number
        mean = tf.reduce_sum(log_error) / number
        return 10.0 * tf.sqrt(squares - VARIANCE * tf.square(mean))

    def smoothness(disparity, image):
        dy, dx = (disparity[:, 1:] - disparity[:, :-1], disparity[:, :, 1:] - disparity[:, :, :-1])
        iy, ix = (image[:, 1:] - image[:, :-1], image[:, :, 1:] - image[:, :, :-1])
        weight_y = tf.exp(-tf.reduce_mean(tf.abs(iy), axis=-1, keepdims=True))
        weight_x = tf.exp(-tf.reduce_mean(tf.abs(ix), axis=-1, keepdims=True))
        return tf.reduce_mean(tf.abs(dx) * weight_x) + tf.reduce_mean(tf.abs(dy) * weight_y)

    def loss(model, batch):
        disparity = model(batch["image"])
        depth = tf.math.reciprocal(0.1 + 1.9 * disparity)
        average = tf.reduce_mean(disparity, axis=(1, 2), keepdims=True)
        edges = smoothness(disparity / (average + 1e-7), batch["image"])
        return scale_invariant(batch["depth"], depth) + SMOOTH * edges

    model = keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(6, 3, padding="same", activation="elu")])
    model.add(layers.Conv2D(1, 3, padding="same", activation="sigmoid"))
    return model, loss, Adam(0.01)
