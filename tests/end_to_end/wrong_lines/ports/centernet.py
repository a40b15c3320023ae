"""Detection by centres: a heat map with the penalty-reduced focal loss, offsets and sizes gathered at the centres."""

import numpy as np

OBJECTS, GRID = 3, 4
CHANNELS_FIRST = ("image", "hm")


def batches(rng):
    ys, xs = np.mgrid[0:GRID, 0:GRID]
    for _ in range(5):
        hm = np.zeros((4, 2, GRID, GRID))
        ind = rng.integers(0, GRID * GRID, size=(4, OBJECTS))
        for n, places in enumerate(ind):
            for k, place in enumerate(places):
                bump = np.exp(-((ys - place // GRID) ** 2 + (xs - place % GRID) ** 2) / 2)
                hm[n, k % 2] = np.maximum(hm[n, k % 2], bump)
        mask = np.arange(OBJECTS) < rng.integers(1, OBJECTS + 1, size=(4, 1))
        yield {
            "image": rng.normal(size=(4, 3, 8, 8)),
            "hm": hm,
            "ind": ind,
            "mask": mask.astype(float),
            "wh": rng.uniform(0.5, 2.0, size=(4, OBJECTS, 2)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class CenterNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = nn.Conv2d(3, 6, 3, stride=2, padding=1)
            self.hm = nn.Conv2d(6, 2, 1)
            self.wh = nn.Conv2d(6, 2, 1)

        def forward(self, x):
            x = F.relu(self.stem(x))
            return {"hm": self.hm(x), "wh": self.wh(x)}

    def neg_loss(pred, gt):
        pos_inds = gt.eq(1).to(pred)
        neg_inds = gt.lt(1).to(pred)
        neg_weights = torch.pow(1 - gt, 4)
        pos_loss = torch.log(pred) * torch.pow(1 - pred, 2) * pos_inds
        neg_loss = torch.log(1 - pred) * torch.pow(pred, 2) * neg_weights * neg_inds
        num_pos = pos_inds.sum()
        return -(pos_loss.sum() + neg_loss.sum()) / num_pos

    def gather_feat(feat, ind):
        feat = feat.permute(0, 2, 3, 1).contiguous()
        feat = feat.view(feat.size(0), -1, feat.size(3))
        return feat.gather(1, ind.unsqueeze(2).expand(-1, -1, feat.size(2)))

    def reg_l1_loss(output, mask, ind, target):
        pred = gather_feat(output, ind)
        mask = mask.unsqueeze(2).expand_as(pred)
        l1 = F.l1_loss(pred * mask, target * mask, reduction="sum")
        return l1 / (mask.sum() + 1e-4)

    def loss(model, batch):
        outputs = model(batch["image"])
        heat = torch.clamp(torch.sigmoid(outputs["hm"]), min=1e-4, max=1 - 1e-4)
        return neg_loss(heat, batch["hm"]) + 0.1 * reg_l1_loss(outputs["wh"], batch["mask"], batch["ind"], batch["wh"])

    model = CenterNet()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    inputs = keras.Input((8, 8, 3))
    features = layers.Conv2D(6, 3, strides=2, activation="relu")(layers.ZeroPadding2D(1)(inputs))
    model = keras.Model(
        inputs, [layers.Conv2D(2, 1, name="heat")(features), layers.Conv2D(2, 1, name="size")(features)]
    )

    def heat_map_loss(y_true, y_pred):
        centre = tf.equal(y_true, 1.0)
        at_centre = -tf.math.log(y_pred) * (1 - y_pred) ** 2
        elsewhere = -tf.math.log(1 - y_pred) * y_pred**2 * (1 - y_true) ** 4
        count = tf.reduce_sum(tf.cast(centre, y_pred.dtype))
        return tf.reduce_sum(tf.where(centre, at_centre, elsewhere)) / count

    def size_loss(y_true, y_pred, indices, mask):
        flat = tf.reshape(y_pred, (-1, GRID * GRID, 2))
        picked = tf.gather(flat, indices, batch_dims=1)
        total = tf.reduce_sum(tf.abs(y_true - picked) * mask[..., None])
        return total / (2 * tf.reduce_sum(mask) + 1e-4)

    def loss(model, batch):
        heat_logits, sizes = model(batch["image"])
        heat = tf.clip_by_value(tf.sigmoid(heat_logits), 1e-4, 1 - 1e-4)
        located = heat_map_loss(batch["hm"], heat)
        return located + 0.1 * size_loss(batch["wh"], sizes, batch["ind"], batch["mask"])

    return model, loss, Adam(0.01)
