"""Boxes as a set (DETR): queries look at a picture, the cheapest assignment, weighted classes, generalised overlap."""

import numpy as np

QUERIES, DIM, CLASSES, OBJECTS, NO_OBJECT = 5, 8, 3, 2, 0.1
COST_CLASS, COST_BBOX, COST_GIOU = 1.0, 5.0, 2.0
CHANNELS_FIRST = ("image",)
WEIGHTS = {"query_embed": "query_embed.weight"}


def batches(rng):
    for _ in range(4):
        centre, size = rng.uniform(0.3, 0.7, size=(3, OBJECTS, 2)), rng.uniform(0.2, 0.5, size=(3, OBJECTS, 2))
        yield {
            "image": rng.normal(size=(3, 3, 8, 8)),
            "boxes": np.concatenate([centre, size], axis=2),
            "labels": rng.integers(0, CLASSES, size=(3, OBJECTS)),
        }


def torch_side():
    import torch
    import torch.nn.functional as F
    from scipy.optimize import linear_sum_assignment
    from torch import nn

    def box_cxcywh_to_xyxy(x):
        x_c, y_c, w, h = x.unbind(-1)
        return torch.stack([x_c - 0.5 * w, y_c - 0.5 * h, x_c + 0.5 * w, y_c + 0.5 * h], dim=-1)

    def generalized_box_iou(boxes1, boxes2):
        area1 = (boxes1[:, 2] - boxes1[:, 0]) * (boxes1[:, 3] - boxes1[:, 1])
        area2 = (boxes2[:, 2] - boxes2[:, 0]) * (boxes2[:, 3] - boxes2[:, 1])
        lt = torch.max(boxes1[:, None, :2], boxes2[:, :2])
        rb = torch.min(boxes1[:, None, 2:], boxes2[:, 2:])
        wh = (rb - lt).clamp(min=0)
        inter = wh[:, :, 0] * wh[:, :, 1]
        union = area1[:, None] + area2 - inter
        lt = torch.min(boxes1[:, None, :2], boxes2[:, :2])
        rb = torch.max(boxes1[:, None, 2:], boxes2[:, 2:])
        wh = (rb - lt).clamp(min=0)
        area = wh[:, :, 0] * wh[:, :, 1]
        return inter / union - (area - union) / area

    class DETR(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = nn.Conv2d(3, DIM, 2, stride=2)
            self.query_embed = nn.Embedding(QUERIES, DIM)
            self.k_proj, self.v_proj = nn.Linear(DIM, DIM), nn.Linear(DIM, DIM)
            self.class_embed = nn.Linear(DIM, CLASSES + 1)
            self.bbox_embed = nn.Sequential(nn.Linear(DIM, DIM), nn.ReLU(), nn.Linear(DIM, 4))

        def forward(self, images):
            src = F.relu(self.backbone(images)).flatten(2).permute(2, 0, 1)
            query = self.query_embed.weight.unsqueeze(1).repeat(1, images.shape[0], 1)
            attn = torch.bmm(query.transpose(0, 1), self.k_proj(src).permute(1, 2, 0)) / DIM**0.5
            hs = query.transpose(0, 1) + torch.bmm(attn.softmax(-1), self.v_proj(src).transpose(0, 1))
            return {"pred_logits": self.class_embed(hs), "pred_boxes": self.bbox_embed(hs).sigmoid()}

    @torch.no_grad()
    def matcher(outputs, boxes, labels):
        bs, num_queries = outputs["pred_logits"].shape[:2]
        out_prob = outputs["pred_logits"].flatten(0, 1).softmax(-1)
        out_bbox = outputs["pred_boxes"].flatten(0, 1)
        tgt_ids, tgt_bbox = labels.flatten(), boxes.flatten(0, 1)
        cost_class = -out_prob[:, tgt_ids]
        cost_bbox = torch.cdist(out_bbox, tgt_bbox, p=1)
        cost_giou = -generalized_box_iou(box_cxcywh_to_xyxy(out_bbox), box_cxcywh_to_xyxy(tgt_bbox))
        C = COST_BBOX * cost_bbox + COST_CLASS * cost_class + COST_GIOU * cost_giou
        C = C.view(bs, num_queries, -1)
        indices = [linear_sum_assignment(c[i]) for i, c in enumerate(C.split(OBJECTS, -1))]
        return [(torch.as_tensor(i), torch.as_tensor(j)) for i, j in indices]

    empty_weight = torch.ones(CLASSES + 1)
    empty_weight[-1] = NO_OBJECT

    def loss(model, batch):
        outputs = model(batch["image"])
        indices = matcher(outputs, batch["boxes"], batch["labels"])
        batch_idx = torch.cat([torch.full_like(src, i) for i, (src, _) in enumerate(indices)])
        idx = (batch_idx, torch.cat([src for src, _ in indices]))
        target_classes_o = torch.cat([t[J] for t, (_, J) in zip(batch["labels"], indices)])
        target_classes = torch.full(outputs["pred_logits"].shape[:2], CLASSES)
        target_classes[idx] = target_classes_o
        weight = empty_weight.to(outputs["pred_logits"].dtype)
        loss_ce = F.cross_entropy(outputs["pred_logits"].transpose(1, 2), target_classes, weight)
        src_boxes = outputs["pred_boxes"][idx]
        target_boxes = torch.cat([t[i] for t, (_, i) in zip(batch["boxes"], indices)], dim=0)
        num_boxes = len(target_boxes)
        loss_bbox = F.l1_loss(src_boxes, target_boxes, reduction="none").sum() / num_boxes
        giou = generalized_box_iou(box_cxcywh_to_xyxy(src_boxes), box_cxcywh_to_xyxy(target_boxes))
        loss_giou = (1 - torch.diag(giou)).sum() / num_boxes
        return loss_ce + COST_BBOX * loss_bbox + COST_GIOU * loss_giou

    model = DETR()
    return model, loss, torch.optim.AdamW(model.parameters(), lr=0.005, weight_decay=1e-4)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers
    from scipy.optimize import linear_sum_assignment

    from tf_impl.optimizers import AdamW

    class SetPredictor(keras.Model):
        def __init__(self):
            super().__init__()
            self.patches = layers.Conv2D(DIM, 2, strides=2, activation="relu")
            self.key, self.value = layers.Dense(DIM), layers.Dense(DIM)
            self.class_head = layers.Dense(CLASSES + 1)
            self.box_head = keras.Sequential([layers.Dense(DIM, "relu"), layers.Dense(4, "sigmoid")])
            self.query_embed = self.add_weight(shape=(QUERIES, DIM), initializer="normal", name="query_embed")

        def call(self, image):
            x = self.patches(image)
            memory = tf.reshape(x, (x.shape[0], -1, DIM))
            scores = tf.einsum("qd,bsd->bqs", self.query_embed, self.key(memory)) * DIM**-0.5
            seen = tf.einsum("bqs,bsd->bqd", tf.nn.softmax(scores, axis=-1), self.value(memory))
            h = self.query_embed[None] + seen
            return self.class_head(h), self.box_head(h)

    def corners(box):
        return tf.concat([box[..., :2] - box[..., 2:] / 2, box[..., :2] + box[..., 2:] / 2], axis=-1)

    def giou(a, b):
        (a0, a1), (b0, b1) = (tf.split(corners(box), 2, axis=-1) for box in (a, b))
        overlap = tf.reduce_prod(tf.nn.relu(tf.minimum(a1, b1) - tf.maximum(a0, b0)), axis=-1)
        union = tf.reduce_prod(a1 - a0, axis=-1) + tf.reduce_prod(b1 - b0, axis=-1) - overlap
        hull = tf.reduce_prod(tf.maximum(a1, b1) - tf.minimum(a0, b0), axis=-1)
        return overlap / union - (hull - union) / hull

    def hungarian(cost):
        chosen = np.zeros(cost.shape[::2], np.int64)
        for number, each in enumerate(cost):
            query, truth = linear_sum_assignment(each)
            chosen[number, truth] = query
        return chosen

    def match(logits, boxes, true_boxes, labels):
        probability = tf.gather(tf.nn.softmax(logits), labels, axis=2, batch_dims=1)
        distance = tf.reduce_sum(tf.abs(boxes[:, :, None] - true_boxes[:, None]), axis=-1)
        overlap = giou(boxes[:, :, None], true_boxes[:, None])
        cost = COST_BBOX * distance - COST_CLASS * probability - COST_GIOU * overlap
        chosen = tf.numpy_function(hungarian, [cost], tf.int64)
        return tf.ensure_shape(chosen, labels.shape)

    def loss(model, batch):
        logits, boxes = model(batch["image"])
        true_boxes, labels = batch["boxes"], batch["labels"]
        chosen = match(logits, boxes, true_boxes, labels)
        one_hot = tf.one_hot(chosen, QUERIES, axis=-1, dtype=labels.dtype)
        taken = tf.reduce_sum(one_hot, axis=1) > 0
        classes = tf.where(taken, tf.reduce_sum(one_hot * labels[..., None], axis=1), CLASSES)
        weight = tf.where(taken, tf.constant(1.0, logits.dtype), tf.constant(NO_OBJECT, logits.dtype))
        entropy = tf.nn.sparse_softmax_cross_entropy_with_logits(classes, logits)
        class_loss = tf.reduce_sum(weight * entropy) / tf.reduce_sum(weight)
        matched = tf.gather(boxes, chosen, batch_dims=1)
        box_loss = tf.reduce_mean(tf.reduce_sum(tf.abs(matched - true_boxes), axis=-1))
        giou_loss = tf.reduce_mean(1.0 - giou(matched, true_boxes))
        return class_loss + COST_BBOX * box_loss + COST_GIOU * giou_loss

    return SetPredictor(), loss, AdamW(0.005, weight_decay=1e-4)
