"""Soft dynamic time warping between a made and a true series, with a gradient of its own on either side."""

GAMMA = 0.5


def batches(rng):
    for _ in range(4):
        yield rng.normal(size=(3, 5, 2)), rng.normal(size=(3, 4, 2)).cumsum(axis=1)


def torch_side():
    import torch
    from torch import nn

    class SoftDTW(torch.autograd.Function):
        @staticmethod
        def forward(ctx, distances):
            n, rows, columns = distances.shape
            total = torch.full((n, rows + 2, columns + 2), torch.inf, dtype=distances.dtype)
            total[:, 0, 0] = 0
            for i in range(1, rows + 1):
                for j in range(1, columns + 1):
                    before = torch.stack([total[:, i - 1, j - 1], total[:, i - 1, j], total[:, i, j - 1]], dim=1)
                    softmin = -GAMMA * torch.logsumexp(-before / GAMMA, dim=1)
                    total[:, i, j] = distances[:, i - 1, j - 1] + softmin
            ctx.save_for_backward(distances, total)
            return total[:, rows, columns].clone()

        @staticmethod
        def backward(ctx, upstream):
            distances, total = ctx.saved_tensors
            n, rows, columns = distances.shape
            cost = torch.zeros(n, rows + 2, columns + 2, dtype=distances.dtype)
            cost[:, 1:-1, 1:-1] = distances
            share = torch.zeros_like(cost)
            share[:, rows, columns] = 1
            for i in range(rows, 0, -1):
                for j in range(columns, 0, -1):
                    for a, b in ((i + 1, j), (i, j + 1), (i + 1, j + 1)):
                        if a <= rows and b <= columns:
                            weight = torch.exp((total[:, a, b] - total[:, i, j] - cost[:, a, b]) / GAMMA)
                            share[:, i, j] += share[:, a, b] * weight
            return upstream[:, None, None] * share[:, 1:-1, 1:-1]

    def loss(model, batch):
        x, y = batch
        distances = (model(x).unsqueeze(2) - y.unsqueeze(1)).square().sum(dim=-1)
        return SoftDTW.apply(distances).mean()

    model = nn.Sequential(nn.Linear(2, 6), nn.Tanh(), nn.Linear(6, 2))
    return model, loss, torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import SGD

    def softmin(values):
        return -GAMMA * tf.reduce_logsumexp(-tf.stack(values) / GAMMA, axis=0)

    @tf.custom_gradient
    def soft_dtw(cost):
        rows, columns = cost.shape[1:]
        best = {}
        for i in range(rows):
            for j in range(columns):
                earlier = [best[cell] for cell in ((i - 1, j - 1), (i - 1, j), (i, j - 1)) if cell in best]
                best[i, j] = cost[:, i, j] + (softmin(earlier) if earlier else 0.0)

        def backward(dy):
            grads = {(rows - 1, columns - 1): dy}
            for i in reversed(range(rows)):
                for j in reversed(range(columns)):
                    later = [cell for cell in ((i + 1, j), (i, j + 1), (i + 1, j + 1)) if cell in best]
                    parts = [
                        grads[cell] * tf.exp((best[cell] - best[i, j] - cost[:, cell[0], cell[1]]) / GAMMA)
                        for cell in later
                    ]
                    if parts:
                        grads[i, j] = tf.add_n(parts)
            return tf.stack([tf.stack([grads[i, j] for j in range(columns)], axis=1) for i in range(rows)], axis=1)

        return best[rows - 1, columns - 1], backward

    def loss(model, batch):
        made, truth = model(batch[0]), batch[1]
        norms = tf.reduce_sum(made**2, -1)[:, :, None] + tf.reduce_sum(truth**2, -1)[:, None, :]
        cost = norms - 2 * tf.matmul(made, truth, transpose_b=True)
        return tf.reduce_mean(soft_dtw(cost))

    model = keras.Sequential([keras.Input((None, 2)), layers.Dense(6, "tanh"), layers.Dense(2)])
    return model, loss, SGD(0.05, momentum=0.9, nesterov=True)
