"""Knowledge distillation: softened divergence from a teacher's logits, which come with the batch, and hard labels."""

T, ALPHA = 4.0, 0.7


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(10, 6))
        teacher = 3 * x[:, :4] + rng.normal(size=(10, 4))
        yield {"x": x, "teacher": teacher, "y": teacher.argmax(axis=1)}


def torch_side():
    import torch
    from torch import nn
    from torch.nn import functional as F

    def loss_fn_kd(outputs, labels, teacher_outputs):
        soft_targets = F.softmax(teacher_outputs / T, dim=1)
        soft = F.kl_div(F.log_softmax(outputs / T, dim=1), soft_targets, reduction="batchmean")
        hard = F.cross_entropy(outputs, labels)
        return soft * (ALPHA * T * T) + hard * (1.0 - ALPHA)

    def loss(model, batch):
        return loss_fn_kd(model(batch["x"]), batch["y"], batch["teacher"])

    model = nn.Sequential(nn.Linear(6, 10), nn.Tanh(), nn.Linear(10, 4))
    return model, loss, torch.optim.Adam(model.parameters(), lr=0.02)


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import Adam

    def kl_divergence(log_p, log_q):
        return tf.reduce_mean(tf.reduce_sum(tf.exp(log_p) * (log_p - log_q), axis=-1))

    def loss(model, batch):
        student_logits = model(batch["x"])
        teacher_logs = tf.nn.log_softmax(batch["teacher"] / T)
        student_logs = tf.nn.log_softmax(student_logits / T)
        distillation = kl_divergence(teacher_logs, student_logs)
        student_loss = keras.losses.sparse_categorical_crossentropy(batch["y"], student_logits, from_logits=True)
        return ALPHA * T**2 * distillation + (1 - ALPHA) * tf.reduce_mean(student_loss)

    model = keras.Sequential([keras.Input((6,)), layers.Dense(10), layers.Activation("tanh"), layers.Dense(4)])
    return model, loss, Adam(0.02)
