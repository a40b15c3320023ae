"""Masks of regions (Mask R-CNN): aligned crops by bilinear samples, a head of classes and boxes,
a mask for the true class.
"""

import numpy as np

SIZE, ROIS, CLASSES, POOL, SCALE, BETA = 8, 5, 3, 4, 0.5, 1.0 / 9
CHANNELS_FIRST = ("image",)


def batches(rng):
    for _ in range(4):
        corner, extent = rng.uniform(0, 4, size=(ROIS, 2)), rng.uniform(4, 10, size=(ROIS, 2))
        yield {
            "image": rng.normal(size=(2, 3, 2 * SIZE, 2 * SIZE)),
            "rois": np.concatenate([corner, corner + extent], axis=1),
            "owner": rng.integers(0, 2, size=ROIS),
            "label": np.where(np.arange(ROIS) < 3, rng.integers(1, CLASSES, size=ROIS), 0),
            "delta": 0.3 * rng.normal(size=(ROIS, 4)),
            "mask": (rng.uniform(size=(ROIS, 2 * POOL, 2 * POOL)) < 0.5).astype(float),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    class RoIHeads(nn.Module):
        def __init__(self):
            super().__init__()
            self.body = nn.Conv2d(3, 6, 3, stride=2, padding=1)
            self.fc6 = nn.Linear(6 * POOL * POOL, 10)
            self.cls_score = nn.Linear(10, CLASSES)
            self.bbox_pred = nn.Linear(10, CLASSES * 4)
            self.mask_fcn1 = nn.Conv2d(6, 5, 3, padding=1)
            self.conv5_mask = nn.ConvTranspose2d(5, 4, 2, 2, 0)
            self.mask_fcn_logits = nn.Conv2d(4, CLASSES, 1, 1, 0)

        def roi_align(self, features, rois, owner):
            # one sample for each bin, aligned=True
            boxes = rois * SCALE - 0.5
            x1, y1, x2, y2 = boxes.unbind(1)
            steps = (torch.arange(POOL).to(rois.dtype) + 0.5) / POOL
            xs = x1[:, None] + steps * (x2 - x1)[:, None]
            ys = y1[:, None] + steps * (y2 - y1)[:, None]
            h, w = features.shape[-2:]
            grid_x = (xs[:, None, :] * 2 / (w - 1) - 1).expand(-1, POOL, -1)
            grid_y = (ys[:, :, None] * 2 / (h - 1) - 1).expand(-1, -1, POOL)
            grid = torch.stack([grid_x, grid_y], dim=-1)
            return F.grid_sample(features[owner], grid, mode="bilinear", padding_mode="border", align_corners=True)

        def forward(self, images, rois, owner):
            features = F.relu(self.body(images))
            x = self.roi_align(features, rois, owner)
            box = F.relu(self.fc6(x.permute(0, 2, 3, 1).flatten(start_dim=1)))
            mask = F.relu(self.mask_fcn1(x))
            mask = self.mask_fcn_logits(F.relu(self.conv5_mask(mask)))
            return self.cls_score(box), self.bbox_pred(box), mask

    def fastrcnn_loss(class_logits, box_regression, labels, regression_targets):
        classification_loss = F.cross_entropy(class_logits, labels)
        sampled_pos_inds_subset = torch.where(labels > 0)[0]
        labels_pos = labels[sampled_pos_inds_subset]
        box_regression = box_regression.reshape(len(class_logits), -1, 4)
        box_loss = F.smooth_l1_loss(
            box_regression[sampled_pos_inds_subset, labels_pos],
            regression_targets[sampled_pos_inds_subset],
            beta=BETA,
            reduction="sum",
        )
        return classification_loss, box_loss / labels.numel()

    def maskrcnn_loss(mask_logits, mask_targets, labels):
        pos = torch.where(labels > 0)[0]
        return F.binary_cross_entropy_with_logits(mask_logits[pos, labels[pos]], mask_targets[pos])

    def loss(model, batch):
        logits, regression, masks = model(batch["image"], batch["rois"], batch["owner"])
        loss_classifier, loss_box_reg = fastrcnn_loss(logits, regression, batch["label"], batch["delta"])
        loss_mask = maskrcnn_loss(masks, batch["mask"], batch["label"])
        losses = {"loss_classifier": loss_classifier, "loss_box_reg": loss_box_reg, "loss_mask": loss_mask}
        return sum(loss for loss in losses.values())

    model = RoIHeads()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=1e-4)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class Regions(keras.Model):
        def __init__(self):
            super().__init__()
            self.pad, self.backbone = layers.ZeroPadding2D(1), layers.Conv2D(6, 3, strides=2, activation="relu")
            self.fc = layers.Dense(10, activation="relu")
            self.score, self.offset = layers.Dense(CLASSES), layers.Dense(4 * CLASSES)
            self.mask_conv = layers.Conv2D(5, 3, padding="same", activation="relu")
            self.mask_up = layers.Conv2DTranspose(4, 2, strides=2, activation="relu")
            self.mask_out = layers.Conv2D(CLASSES, 1)

        def crop(self, features, rois, owner):
            height, width = features.shape[1:3]
            left, top, right, bottom = tf.unstack(rois * SCALE - 0.5, axis=1)
            middle = (tf.range(POOL, dtype=rois.dtype) + 0.5) / POOL
            x = tf.clip_by_value(left[:, None] + middle * (right - left)[:, None], 0.0, width - 1.0)
            y = tf.clip_by_value(top[:, None] + middle * (bottom - top)[:, None], 0.0, height - 1.0)

            def hats(place, size):
                # how much each row (or column) weighs in each sample: 1 at it, 0 at its neighbours
                return tf.nn.relu(1.0 - tf.abs(place[..., None] - tf.range(size, dtype=place.dtype)))

            return tf.einsum("rih,rjw,rhwc->rijc", hats(y, height), hats(x, width), tf.gather(features, owner))

        def call(self, image, rois, owner):
            crops = self.crop(self.backbone(self.pad(image)), rois, owner)
            shared = self.fc(tf.reshape(crops, (ROIS, -1)))
            masks = self.mask_out(self.mask_up(self.mask_conv(crops)))
            return self.score(shared), tf.reshape(self.offset(shared), (ROIS, CLASSES, 4)), masks

    def huber(error):
        size = tf.abs(error)
        return tf.where(size < BETA, 0.5 * tf.square(size) / BETA, size - 0.5 * BETA)

    def loss(model, batch):
        scores, offsets, masks = model(batch["image"], batch["rois"], batch["owner"])
        label = batch["label"]
        of_class = tf.one_hot(label, CLASSES, dtype=scores.dtype)
        classify = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(of_class, scores))
        found = tf.cast(label > 0, scores.dtype)
        chosen = tf.einsum("rc,rcd->rd", of_class, offsets)
        boxes = tf.reduce_sum(found[:, None] * huber(chosen - batch["delta"])) / ROIS
        logits = tf.einsum("rc,rhwc->rhw", of_class, masks)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(batch["mask"], logits)
        of_masks = tf.reduce_sum(tf.reduce_mean(entropy, axis=(1, 2)) * found) / tf.reduce_sum(found)
        return classify + boxes + of_masks

    return Regions(), loss, SGD(0.02, momentum=0.9, weight_decay=1e-4)
