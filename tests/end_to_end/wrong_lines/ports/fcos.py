"""Boxes from points (FCOS): distances to four sides, how central a point is, an overlap's logarithm, focal classes."""

import numpy as np

SIZE, STRIDE, CLASSES, OBJECTS, ALPHA, GAMMA = 16, 4, 3, 2, 0.25, 2.0
GRID = SIZE // STRIDE
CHANNELS_FIRST = ("image",)
WEIGHTS = {"scale": "scale.scale"}


def batches(rng):
    for _ in range(5):
        low = rng.uniform(0, 7, size=(3, OBJECTS, 2))
        high = low + rng.uniform(5, 9, size=(3, OBJECTS, 2))
        yield {
            "image": rng.normal(size=(3, 2, SIZE, SIZE)),
            "boxes": np.concatenate([low, high], axis=2),
            "labels": rng.integers(0, CLASSES, size=(3, OBJECTS)),
        }


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    INF = 1e8

    class Scale(nn.Module):
        def __init__(self, init_value=1.0):
            super().__init__()
            self.scale = nn.Parameter(torch.tensor([init_value]))

        def forward(self, input):
            return input * self.scale

    class FCOSHead(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Conv2d(2, 6, STRIDE, stride=STRIDE)
            self.cls_tower = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.GroupNorm(2, 6), nn.ReLU())
            self.bbox_tower = nn.Sequential(nn.Conv2d(6, 6, 3, padding=1), nn.GroupNorm(2, 6), nn.ReLU())
            self.cls_logits = nn.Conv2d(6, CLASSES, 3, padding=1)
            self.bbox_pred = nn.Conv2d(6, 4, 3, padding=1)
            self.centerness = nn.Conv2d(6, 1, 3, padding=1)
            self.scale = Scale()

        def forward(self, x):
            x = self.backbone(x)
            cls_tower, box_tower = self.cls_tower(x), self.bbox_tower(x)
            bbox_reg = torch.exp(self.scale(self.bbox_pred(box_tower)))
            return self.cls_logits(cls_tower), bbox_reg, self.centerness(box_tower)

    def compute_locations(dtype):
        shifts = torch.arange(0, GRID * STRIDE, step=STRIDE, dtype=dtype)
        shift_y, shift_x = torch.meshgrid(shifts, shifts, indexing="ij")
        return torch.stack((shift_x.reshape(-1), shift_y.reshape(-1)), dim=1) + STRIDE // 2

    def compute_targets(locations, bboxes, labels):
        xs, ys = locations[:, 0], locations[:, 1]
        l = xs[:, None] - bboxes[:, 0][None]
        t = ys[:, None] - bboxes[:, 1][None]
        r = bboxes[:, 2][None] - xs[:, None]
        b = bboxes[:, 3][None] - ys[:, None]
        reg_targets = torch.stack([l, t, r, b], dim=2)
        is_in_boxes = reg_targets.min(dim=2)[0] > 0
        area = (bboxes[:, 2] - bboxes[:, 0]) * (bboxes[:, 3] - bboxes[:, 1])
        locations_to_gt_area = area[None].repeat(len(locations), 1)
        locations_to_gt_area[is_in_boxes == 0] = INF
        min_area, gt_inds = locations_to_gt_area.min(dim=1)
        reg_targets = reg_targets[range(len(locations)), gt_inds]
        targets = labels[gt_inds] + 1
        targets[min_area == INF] = 0
        return targets, reg_targets

    def sigmoid_focal_loss(logits, targets):
        class_range = torch.arange(1, CLASSES + 1).unsqueeze(0)
        t = targets.unsqueeze(1)
        p = torch.sigmoid(logits)
        term1 = (1 - p) ** GAMMA * torch.log(p)
        term2 = p**GAMMA * torch.log(1 - p)
        loss = -(t == class_range).to(p.dtype) * term1 * ALPHA - (t != class_range).to(p.dtype) * term2 * (1 - ALPHA)
        return loss.sum()

    def compute_centerness_targets(reg_targets):
        left_right, top_bottom = reg_targets[:, [0, 2]], reg_targets[:, [1, 3]]
        centerness = left_right.min(dim=-1)[0] / left_right.max(dim=-1)[0]
        centerness = centerness * (top_bottom.min(dim=-1)[0] / top_bottom.max(dim=-1)[0])
        return torch.sqrt(centerness)

    def iou_loss(pred, target, weight):
        pred_area = (pred[:, 0] + pred[:, 2]) * (pred[:, 1] + pred[:, 3])
        target_area = (target[:, 0] + target[:, 2]) * (target[:, 1] + target[:, 3])
        w_intersect = torch.min(pred[:, 0], target[:, 0]) + torch.min(pred[:, 2], target[:, 2])
        h_intersect = torch.min(pred[:, 3], target[:, 3]) + torch.min(pred[:, 1], target[:, 1])
        area_intersect = w_intersect * h_intersect
        losses = -torch.log((area_intersect + 1.0) / (target_area + pred_area - area_intersect + 1.0))
        return (losses * weight).sum() / weight.sum()

    def loss(model, batch):
        box_cls, box_regression, centerness = model(batch["image"])
        locations = compute_locations(box_cls.dtype)
        found = [compute_targets(locations, b, l) for b, l in zip(batch["boxes"], batch["labels"])]
        labels_flatten = torch.cat([labels for labels, _ in found])
        reg_targets_flatten = torch.cat([targets for _, targets in found]) / STRIDE
        pos_inds = torch.nonzero(labels_flatten > 0).squeeze(1)
        box_cls_flatten = box_cls.permute(0, 2, 3, 1).reshape(-1, CLASSES)
        box_regression_flatten = box_regression.permute(0, 2, 3, 1).reshape(-1, 4)[pos_inds]
        centerness_flatten = centerness.reshape(-1)[pos_inds]
        cls_loss = sigmoid_focal_loss(box_cls_flatten, labels_flatten) / pos_inds.numel()
        centerness_targets = compute_centerness_targets(reg_targets_flatten[pos_inds])
        reg_loss = iou_loss(box_regression_flatten, reg_targets_flatten[pos_inds], centerness_targets)
        centerness_loss = F.binary_cross_entropy_with_logits(centerness_flatten, centerness_targets)
        return cls_loss + reg_loss + centerness_loss

    model = FCOSHead()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    class Detector(keras.Model):
        def __init__(self):
            super().__init__()
            conv = lambda filters: layers.Conv2D(filters, 3, padding="same")
            norm = lambda: layers.GroupNormalization(2, epsilon=1e-5)
            self.stem = layers.Conv2D(6, STRIDE, strides=STRIDE)
            self.classify = keras.Sequential([conv(6), norm(), layers.ReLU()])
            self.regress = keras.Sequential([conv(6), norm(), layers.ReLU()])
            self.classes, self.sides, self.central = conv(CLASSES), conv(4), conv(1)
            self.scale = self.add_weight(shape=(1,), initializer="ones", name="scale")

        def call(self, image):
            x = self.stem(image)
            of_class, of_box = self.classify(x), self.regress(x)
            n = x.shape[0]
            sides = tf.exp(self.scale * self.sides(of_box))
            flat = (self.classes(of_class), sides, self.central(of_box))
            return [tf.reshape(each, (n, GRID * GRID, each.shape[-1])) for each in flat]

    def points(dtype):
        centre = (tf.range(GRID, dtype=dtype) + 0.5) * STRIDE
        x, y = tf.meshgrid(centre, centre)
        return tf.stack([tf.reshape(x, [-1]), tf.reshape(y, [-1])], axis=-1)

    def assign(boxes, labels):
        place = points(boxes.dtype)[None, :, None, :]
        ltrb = tf.concat([place - boxes[:, None, :, :2], boxes[:, None, :, 2:] - place], axis=-1)
        inside = tf.reduce_min(ltrb, axis=-1) > 0
        area = tf.reduce_prod(boxes[..., 2:] - boxes[..., :2], axis=-1)
        area = tf.where(inside, area[:, None, :], np.inf)
        smallest = tf.argmin(area, axis=-1)
        ltrb = tf.gather(ltrb, smallest, axis=2, batch_dims=2) / STRIDE
        positive = tf.reduce_any(inside, axis=-1)
        return ltrb, tf.gather(labels, smallest, batch_dims=1), positive

    def focal(labels, logits):
        p = tf.nn.sigmoid(logits)
        entropy = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        p_t = labels * p + (1.0 - labels) * (1.0 - p)
        alpha_t = labels * ALPHA + (1.0 - labels) * (1.0 - ALPHA)
        return tf.reduce_sum(alpha_t * tf.pow(1.0 - p_t, GAMMA) * entropy)

    def log_overlap(true, made):
        (tl, tt, tr, tb), (ml, mt, mr, mb) = tf.unstack(true, axis=-1), tf.unstack(made, axis=-1)
        shared = (tf.minimum(tl, ml) + tf.minimum(tr, mr)) * (tf.minimum(tt, mt) + tf.minimum(tb, mb))
        union = (tl + tr) * (tt + tb) + (ml + mr) * (mt + mb) - shared
        return tf.math.log(union + 1.0) - tf.math.log(shared + 1.0)

    def loss(model, batch):
        logits, made, central = model(batch["image"])
        ltrb, classes, positive = assign(batch["boxes"], batch["labels"])
        one_hot = tf.one_hot(classes, CLASSES, dtype=logits.dtype) * tf.cast(positive, logits.dtype)[..., None]
        number = tf.reduce_sum(tf.cast(positive, logits.dtype))
        ltrb, made, central = (tf.boolean_mask(each, positive) for each in (ltrb, made, central[..., 0]))
        pairs = tf.reshape(ltrb, (-1, 2, 2))
        centred = tf.sqrt(tf.reduce_prod(tf.reduce_min(pairs, axis=1) / tf.reduce_max(pairs, axis=1), axis=-1))
        class_loss = focal(one_hot, logits) / number
        box_loss = tf.reduce_sum(centred * log_overlap(ltrb, made)) / tf.reduce_sum(centred)
        centre_loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=centred, logits=central))
        return class_loss + box_loss + centre_loss

    return Detector(), loss, SGD(0.01, momentum=0.9)
