"""Detection (SSD): priors matched by overlap, smooth L1 on encoded boxes, three hard negatives for each positive."""

import numpy as np

PRIORS, OBJECTS, CLASSES, THRESHOLD, NEG_POS, VARIANCES = 16, 2, 4, 0.35, 3, (0.1, 0.2)
CHANNELS_FIRST = ("image",)


def prior_boxes():
    steps = (np.arange(4) + 0.5) / 4
    cy, cx = np.meshgrid(steps, steps, indexing="ij")
    sizes = np.where((np.arange(16) % 2 == 0)[:, None], [[0.45, 0.3]], [[0.3, 0.5]])
    return np.concatenate([cx.reshape(-1, 1), cy.reshape(-1, 1), sizes], axis=1)


def batches(rng):
    for _ in range(5):
        centre, size = rng.uniform(0.3, 0.7, size=(3, OBJECTS, 2)), rng.uniform(0.25, 0.55, size=(3, OBJECTS, 2))
        yield {
            "image": rng.normal(size=(3, 3, 8, 8)),
            "boxes": np.concatenate([centre - size / 2, centre + size / 2], axis=2),
            "labels": rng.integers(0, CLASSES - 1, size=(3, OBJECTS)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from torch import nn

    def point_form(boxes):
        return torch.cat((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2), 1)

    def intersect(box_a, box_b):
        A = box_a.size(0)
        B = box_b.size(0)
        max_xy = torch.min(box_a[:, 2:].unsqueeze(1).expand(A, B, 2), box_b[:, 2:].unsqueeze(0).expand(A, B, 2))
        min_xy = torch.max(box_a[:, :2].unsqueeze(1).expand(A, B, 2), box_b[:, :2].unsqueeze(0).expand(A, B, 2))
        inter = torch.clamp((max_xy - min_xy), min=0)
        return inter[:, :, 0] * inter[:, :, 1]

    def jaccard(box_a, box_b):
        inter = intersect(box_a, box_b)
        area_a = ((box_a[:, 2] - box_a[:, 0]) * (box_a[:, 3] - box_a[:, 1])).unsqueeze(1).expand_as(inter)
        area_b = ((box_b[:, 2] - box_b[:, 0]) * (box_b[:, 3] - box_b[:, 1])).unsqueeze(0).expand_as(inter)
        union = area_a + area_b - inter
        return inter / union

    def encode(matched, priors, variances):
        g_cxcy = (matched[:, :2] + matched[:, 2:]) / 2 - priors[:, :2]
        g_cxcy /= variances[0] * priors[:, 2:]
        g_wh = (matched[:, 2:] - matched[:, :2]) / priors[:, 2:]
        g_wh = torch.log(g_wh) / variances[1]
        return torch.cat([g_cxcy, g_wh], 1)

    def match(threshold, truths, priors, variances, labels):
        overlaps = jaccard(truths, point_form(priors))
        _best_prior_overlap, best_prior_idx = overlaps.max(1)
        best_truth_overlap, best_truth_idx = overlaps.max(0)
        best_truth_overlap.index_fill_(0, best_prior_idx, 2)
        for j in range(best_prior_idx.size(0)):
            best_truth_idx[best_prior_idx[j]] = j
        matches = truths[best_truth_idx]
        conf = labels[best_truth_idx] + 1
        conf[best_truth_overlap < threshold] = 0
        return encode(matches, priors, variances), conf

    class SSD(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Conv2d(3, 8, 3, stride=2, padding=1)
            self.loc = nn.Conv2d(8, 4, kernel_size=3, padding=1)
            self.conf = nn.Conv2d(8, CLASSES, kernel_size=3, padding=1)

        def forward(self, x):
            x = torch.tanh(self.features(x))
            loc = self.loc(x).permute(0, 2, 3, 1).contiguous()
            conf = self.conf(x).permute(0, 2, 3, 1).contiguous()
            return loc.view(loc.size(0), -1, 4), conf.view(conf.size(0), -1, CLASSES)

    class MultiBoxLoss(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("priors", torch.tensor(prior_boxes()), persistent=False)

        def forward(self, predictions, boxes, labels):
            loc_data, conf_data = predictions
            num = loc_data.size(0)
            priors = self.priors.to(loc_data.dtype)
            loc_t, conf_t = [], []
            for idx in range(num):
                loc, conf = match(THRESHOLD, boxes[idx], priors, VARIANCES, labels[idx])
                loc_t.append(loc)
                conf_t.append(conf)
            loc_t, conf_t = torch.stack(loc_t), torch.stack(conf_t)
            pos = conf_t > 0
            # Localization Loss (Smooth L1)
            loss_l = F.smooth_l1_loss(loc_data[pos], loc_t[pos], reduction="sum")
            # Compute max conf across batch for hard negative mining
            batch_conf = conf_data.view(-1, CLASSES)
            loss_c = torch.logsumexp(batch_conf, 1) - batch_conf.gather(1, conf_t.view(-1, 1)).squeeze(1)
            # Hard Negative Mining
            loss_c = loss_c.view(num, -1)
            loss_c[pos] = 0
            _, loss_idx = loss_c.sort(1, descending=True)
            _, idx_rank = loss_idx.sort(1)
            num_pos = pos.long().sum(1, keepdim=True)
            num_neg = torch.clamp(NEG_POS * num_pos, max=pos.size(1) - 1)
            neg = idx_rank < num_neg.expand_as(idx_rank)
            # Confidence Loss Including Positive and Negative Examples
            loss_c = F.cross_entropy(conf_data[pos | neg], conf_t[pos | neg], reduction="sum")
            N = num_pos.sum()
            return loss_l / N, loss_c / N

    criterion = MultiBoxLoss()

    def loss(model, batch):
        loss_l, loss_c = criterion(model(batch["image"]), batch["boxes"], batch["labels"])
        return loss_l + loss_c

    model = SSD()
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=5e-4)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    image = keras.Input((8, 8, 3))
    x = layers.Conv2D(8, 3, strides=2, activation="tanh")(layers.ZeroPadding2D(((1, 0), (1, 0)))(image))
    offsets = layers.Reshape((-1, 4))(layers.Conv2D(4, 3, padding="same", name="offsets")(x))
    scores = layers.Reshape((-1, CLASSES))(layers.Conv2D(CLASSES, 3, padding="same", name="scores")(x))
    model = keras.Model(image, {"offsets": offsets, "scores": scores})

    def iou(boxes, anchors):
        corners = tf.concat([anchors[:, :2] - 0.5 * anchors[:, 2:], anchors[:, :2] + 0.5 * anchors[:, 2:]], axis=-1)
        a, b = boxes[:, :, None, :], corners[None, None]
        side = tf.maximum(tf.minimum(a[..., 2:], b[..., 2:]) - tf.maximum(a[..., :2], b[..., :2]), 0.0)
        shared = tf.reduce_prod(side, axis=-1)
        areas = tf.reduce_prod(a[..., 2:] - a[..., :2], -1) + tf.reduce_prod(b[..., 2:] - b[..., :2], -1)
        return shared / (areas - shared)

    def assign(boxes, labels, anchors):
        overlap = iou(boxes, anchors)
        forced = tf.one_hot(tf.argmax(overlap, axis=2), PRIORS, axis=-1, dtype=overlap.dtype)
        # the box that comes last wins a prior that is the best of several
        order = tf.range(1, OBJECTS + 1, dtype=overlap.dtype)[None, :, None]
        preferred = overlap + 10.0 * forced * order
        owner = tf.argmax(preferred, axis=1)
        matched = tf.reduce_max(preferred, axis=1) >= THRESHOLD
        boxes = tf.gather(boxes, owner, batch_dims=1)
        classes = tf.where(matched, tf.gather(labels, owner, batch_dims=1) + 1, 0)
        return boxes, classes

    def encoded(boxes, anchors):
        centre = 0.5 * (boxes[..., :2] + boxes[..., 2:])
        size = boxes[..., 2:] - boxes[..., :2]
        delta = (centre - anchors[:, :2]) / anchors[:, 2:] / VARIANCES[0]
        return tf.concat([delta, tf.math.log(size / anchors[:, 2:]) / VARIANCES[1]], axis=-1)

    def smooth_l1(error):
        size = tf.abs(error)
        return tf.reduce_sum(tf.where(size < 1.0, 0.5 * error**2, size - 0.5), axis=-1)

    def loss(model, batch):
        predicted = model(batch["image"])
        anchors = tf.constant(prior_boxes(), predicted["offsets"].dtype)
        boxes, classes = assign(batch["boxes"], batch["labels"], anchors)
        positive = tf.cast(classes > 0, anchors.dtype)
        location = tf.reduce_sum(positive * smooth_l1(predicted["offsets"] - encoded(boxes, anchors)))
        ce = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=classes, logits=predicted["scores"])
        per_image = tf.reduce_sum(positive, axis=1, keepdims=True)
        allowed = tf.minimum(NEG_POS * per_image, PRIORS - 1.0)
        of_negatives = ce * (1.0 - positive)
        rank = tf.argsort(tf.argsort(of_negatives, axis=1, direction="DESCENDING"), axis=1)
        hard = tf.cast(rank, anchors.dtype) < allowed
        kept = tf.cast(hard | (classes > 0), anchors.dtype)
        confidence = tf.reduce_sum(ce * tf.stop_gradient(kept))
        number = tf.reduce_sum(per_image)
        return (location + confidence) / number

    return model, loss, SGD(0.01, momentum=0.9, weight_decay=5e-4)
