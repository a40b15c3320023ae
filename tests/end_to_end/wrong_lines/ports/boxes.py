"""Detection: the complete IoU loss of boxes (centre, width, height), whose trade-off factor is a constant."""

import math


def batches(rng):
    for _ in range(6):
        yield {"x": rng.normal(size=(10, 6)), "box": rng.uniform(0.3, 0.7, size=(10, 4))}


def torch_side():
    import torch
    from torch import nn

    class Head(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(6, 12)
            self.fc2 = nn.Linear(12, 4)

        def forward(self, x):
            return torch.sigmoid(self.fc2(torch.tanh(self.fc1(x))))

    def corners(box):
        x, y, w, h = box.unbind(dim=-1)
        return x - w / 2, y - h / 2, x + w / 2, y + h / 2

    def ciou(pred, target):
        px1, py1, px2, py2 = corners(pred)
        tx1, ty1, tx2, ty2 = corners(target)
        width = (torch.min(px2, tx2) - torch.max(px1, tx1)).clamp(min=0)
        height = (torch.min(py2, ty2) - torch.max(py1, ty1)).clamp(min=0)
        inter = width * height
        union = pred[:, 2] * pred[:, 3] + target[:, 2] * target[:, 3] - inter
        iou = inter / (union + 1e-7)
        cw = torch.max(px2, tx2) - torch.min(px1, tx1)
        ch = torch.max(py2, ty2) - torch.min(py1, ty1)
        rho = (pred[:, :2] - target[:, :2]).pow(2).sum(dim=1) / (cw**2 + ch**2 + 1e-7)
        v = 4 / math.pi**2 * (torch.atan(target[:, 2] / target[:, 3]) - torch.atan(pred[:, 2] / pred[:, 3])) ** 2
        with torch.no_grad():
            alpha = v / (1 - iou + v + 1e-7)
        return iou - rho - alpha * v

    def loss(model, batch):
        return (1 - ciou(model(batch["x"]), batch["box"])).mean()

    model = Head()
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.01)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def bbox_ciou(boxes1, boxes2):
        low1, high1 = boxes1[..., :2] - boxes1[..., 2:] * 0.5, boxes1[..., :2] + boxes1[..., 2:] * 0.5
        low2, high2 = boxes2[..., :2] - boxes2[..., 2:] * 0.5, boxes2[..., :2] + boxes2[..., 2:] * 0.5
        sides = tf.maximum(tf.minimum(high1, high2) - tf.maximum(low1, low2), 0.0)
        inter_area = sides[..., 0] * sides[..., 1]
        areas = boxes1[..., 2] * boxes1[..., 3] + boxes2[..., 2] * boxes2[..., 3]
        iou = inter_area / (areas - inter_area + 1e-7)
        enclosing = tf.maximum(high1, high2) - tf.minimum(low1, low2)
        diagonal = tf.reduce_sum(enclosing**2, axis=-1) + 1e-7
        distance = tf.reduce_sum((boxes1[..., :2] - boxes2[..., :2]) ** 2, axis=-1)
        angle = tf.atan(boxes2[..., 2] / boxes2[..., 3]) - tf.atan(boxes1[..., 2] / boxes1[..., 3])
        aspect = 4 / math.pi**2 * angle**2
        trade_off = tf.stop_gradient(aspect / (1 - iou + aspect + 1e-7))
        return iou - distance / diagonal - trade_off * aspect

    def loss(model, batch):
        return tf.reduce_mean(1 - bbox_ciou(model(batch["x"]), batch["box"]))

    inputs = [keras.Input((6,)), layers.Dense(12), layers.Activation("tanh"), layers.Dense(4, "sigmoid")]
    return keras.Sequential(inputs), loss, Adam(0.01)
