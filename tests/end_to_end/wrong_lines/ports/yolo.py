"""A detector of one scale: offsets in a grid of cells, anchors, objectness that is the overlap, cells to ignore."""

import numpy as np

ANCHORS, CLASSES, CELLS, IGNORE = [[1.0, 1.5], [2.0, 0.8]], 3, 4, 0.3
CHANNELS_FIRST = ("image",)


def batches(rng):
    cells = np.stack(np.meshgrid(np.arange(CELLS), np.arange(CELLS)), axis=-1)[None, :, :, None]
    for _ in range(5):
        centre = (cells + rng.uniform(0.2, 0.8, size=(2, CELLS, CELLS, 2, 2))) / CELLS
        box = rng.uniform(0.6, 2.5, size=(2, CELLS, CELLS, 2, 2))
        owns, label = rng.random((2, CELLS, CELLS, 2)) < 0.3, rng.integers(0, CLASSES, size=(2, CELLS, CELLS, 2))
        yield {"image": rng.normal(size=(2, 3, 8, 8)), "centre": centre, "size": box, "owns": owns, "label": label}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def overlap(size, other):
        common = torch.minimum(size, other).prod(dim=-1)
        return common / (size.prod(dim=-1) + other.prod(dim=-1) - common)

    class YoloLoss(nn.Module):
        def forward(self, out, target):
            n, anchors = out.shape[0], out.new_tensor(ANCHORS)
            pred = out.view(n, 2, 5 + CLASSES, CELLS, CELLS).permute(0, 3, 4, 1, 2)
            gy, gx = torch.meshgrid(torch.arange(CELLS), torch.arange(CELLS), indexing="ij")
            grid = torch.stack([gx, gy], dim=-1)[:, :, None]
            xy, wh = grid + pred[..., :2].sigmoid(), anchors * pred[..., 2:4].exp()
            obj = target["owns"]
            scale = 2 - target["size"].prod(dim=-1, keepdim=True) / CELLS**2
            far = (xy / CELLS - target["centre"]).pow(2) * scale
            log_ratio = (wh / anchors).log() - (target["size"] / anchors).log()
            iou = overlap(wh, target["size"]).detach()
            conf = F.binary_cross_entropy_with_logits(pred[..., 4], iou * obj, reduction="none")
            noobj = ~obj & (iou < IGNORE)
            kinds = F.cross_entropy(pred[..., 5:][obj], target["label"][obj], reduction="sum")
            boxes = far[obj].sum() + (scale * log_ratio.pow(2))[obj].sum()
            return (boxes + conf[obj].sum() + 0.5 * conf[noobj].sum() + kinds) / n

    criterion = YoloLoss()
    model = nn.Conv2d(3, 2 * (5 + CLASSES), 3, stride=2, padding=1)
    return (
        model,
        lambda model, batch: criterion(model(batch["image"]), batch),
        torch.optim.SGD(model.parameters(), 0.01),
    )


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def iou_of(sizes, truth):
        intersection = tf.reduce_prod(tf.minimum(sizes, truth), axis=-1)
        union = tf.reduce_prod(sizes, -1) + tf.reduce_prod(truth, -1) - intersection
        return intersection / union

    def yolo_loss(features, y_true):
        anchors = tf.constant(ANCHORS, features.dtype)
        features = tf.reshape(features, (-1, CELLS, CELLS, 2, 5 + CLASSES))
        columns, rows = tf.meshgrid(tf.range(CELLS), tf.range(CELLS))
        grid = tf.cast(tf.stack([columns, rows], axis=-1), features.dtype)[None, :, :, None]
        box_xy = (grid + tf.sigmoid(features[..., :2])) / CELLS
        box_wh = tf.exp(features[..., 2:4]) * anchors
        true_xy, true_wh = y_true["centre"], y_true["size"]
        object_mask = tf.cast(y_true["owns"], features.dtype)
        box_scale = 2 - true_wh[..., 0] * true_wh[..., 1] / CELLS**2
        xy_loss = object_mask * box_scale * tf.reduce_sum(tf.square(box_xy - true_xy), axis=-1)
        wh_loss = object_mask * box_scale * tf.reduce_sum(tf.square(tf.math.log(true_wh / box_wh)), axis=-1)
        iou = tf.stop_gradient(iou_of(box_wh, true_wh))
        ignore_mask = tf.cast(iou < IGNORE, features.dtype)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels=iou * object_mask, logits=features[..., 4])
        confidence_loss = object_mask * entropy + 0.5 * (1 - object_mask) * ignore_mask * entropy
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(y_true["label"], features[..., 5:])
        total = xy_loss + wh_loss + confidence_loss + object_mask * entropy
        return tf.reduce_mean(tf.reduce_sum(total, axis=(1, 2, 3)))

    stack = [keras.Input((8, 8, 3)), layers.ZeroPadding2D(1), layers.Conv2D(2 * (5 + CLASSES), 3, strides=2)]
    return keras.Sequential(stack), lambda model, batch: yolo_loss(model(batch["image"]), batch), SGD(0.01)
