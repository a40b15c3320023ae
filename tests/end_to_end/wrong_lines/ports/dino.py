"""Self-distillation (DINO): a teacher that is an average, its outputs centred and sharpened, crops of two sizes."""

OUT, CROPS, STUDENT_TEMP, TEACHER_TEMP, CENTER_MOMENTUM, EMA = 6, 4, 0.2, 0.1, 0.9, 0.95
WEIGHTS = {"judge.center": "dino_loss.center"}
CLIP = 0.3


def batches(rng):
    for _ in range(6):
        x = rng.normal(size=(5, 1, 6))
        yield {"crops": x + 0.3 * rng.normal(size=(5, CROPS, 6))}


def torch_side():
    import copy

    import torch
    from torch import nn
    from torch.nn import functional as F

    class DINOHead(nn.Module):
        def __init__(self, in_dim, out_dim, hidden_dim=10, bottleneck_dim=4):
            super().__init__()
            self.mlp = nn.Sequential(nn.Linear(in_dim, hidden_dim), nn.GELU(), nn.Linear(hidden_dim, bottleneck_dim))
            self.last_layer = nn.Linear(bottleneck_dim, out_dim, bias=False)

        def forward(self, x):
            x = self.mlp(x)
            x = nn.functional.normalize(x, dim=-1, p=2)
            x = self.last_layer(x)
            return x

    class DINOLoss(nn.Module):
        def __init__(self, out_dim, ncrops):
            super().__init__()
            self.ncrops = ncrops
            self.register_buffer("center", torch.zeros(1, out_dim))

        def forward(self, student_output, teacher_output):
            student_out = student_output / STUDENT_TEMP
            student_out = student_out.chunk(self.ncrops)
            teacher_out = F.softmax((teacher_output - self.center) / TEACHER_TEMP, dim=-1)
            teacher_out = teacher_out.detach().chunk(2)
            total_loss = 0
            n_loss_terms = 0
            for iq, q in enumerate(teacher_out):
                for v in range(len(student_out)):
                    if v == iq:
                        continue
                    loss = torch.sum(-q * F.log_softmax(student_out[v], dim=-1), dim=-1)
                    total_loss += loss.mean()
                    n_loss_terms += 1
            total_loss /= n_loss_terms
            return total_loss

        @torch.no_grad()
        def update_center(self, teacher_output):
            batch_center = torch.sum(teacher_output, dim=0, keepdim=True)
            batch_center = batch_center / len(teacher_output)
            self.center.copy_(self.center * CENTER_MOMENTUM + batch_center * (1 - CENTER_MOMENTUM))

    student = nn.Sequential(nn.Linear(6, 8), nn.GELU(), DINOHead(8, OUT))
    teacher = copy.deepcopy(student)
    for p in teacher.parameters():
        p.requires_grad = False

    def loss(model, batch):
        images = [crop.squeeze(1) for crop in batch["crops"].split(1, dim=1)]
        with torch.no_grad():
            teacher_output = model["teacher"](torch.cat(images[:2]))
        student_output = model["student"](torch.cat(images))
        return model["dino_loss"](student_output, teacher_output)

    model = {"student": student, "teacher": teacher, "dino_loss": DINOLoss(OUT, CROPS)}
    return model, loss, torch.optim.AdamW(student.parameters(), lr=0.02, weight_decay=0.04)


def torch_step(side, batch):
    import torch
    from torch import nn

    student, teacher, dino_loss = (side.model[name] for name in ("student", "teacher", "dino_loss"))
    images = batch["crops"].transpose(0, 1)
    teacher_output = teacher(images[:2].reshape(-1, 6))
    student_output = student(images.reshape(-1, 6))
    loss = dino_loss(student_output, teacher_output)
    side.optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(student.parameters(), CLIP)
    side.optimizer.step()
    dino_loss.update_center(teacher_output)
    with torch.no_grad():
        m = EMA
        for param_q, param_k in zip(student.parameters(), teacher.parameters()):
            param_k.data.mul_(m).add_((1 - m) * param_q.detach().data)
    return loss.detach()


def tf_side():
    import keras
    import tensorflow as tf
    from keras import layers

    from tf_impl.optimizers import AdamW

    def gelu(x):
        return 0.5 * x * (1.0 + tf.math.erf(x / 2**0.5))

    def network():
        inputs = keras.Input((6,))
        x = layers.Dense(8, activation=gelu)(inputs)
        x = layers.Dense(10, activation=gelu)(x)
        x = layers.Dense(4)(x)
        x = layers.UnitNormalization(axis=-1)(x)
        return keras.Model(inputs, layers.Dense(OUT, use_bias=False)(x))

    class Judge(layers.Layer):
        def __init__(self):
            super().__init__()
            self.center = self.add_weight(shape=(1, OUT), initializer="zeros", trainable=False, name="center")

        def call(self, students, teachers):
            targets = tf.nn.softmax((teachers - self.center) / TEACHER_TEMP)
            targets = tf.stop_gradient(targets)
            log_probs = tf.nn.log_softmax(students / STUDENT_TEMP)
            pairs = -tf.einsum("tnk,snk->ts", targets, log_probs) / tf.cast(tf.shape(students)[1], students.dtype)
            others = 1.0 - tf.eye(2, CROPS, dtype=students.dtype)
            return tf.reduce_sum(pairs * others) / tf.reduce_sum(others)

        def move(self, teachers):
            now = tf.reduce_mean(teachers, axis=(0, 1))
            self.center.assign(self.center * CENTER_MOMENTUM + (1 - CENTER_MOMENTUM) * now[None])

    student, teacher = network(), network()
    teacher.trainable = False
    teacher.set_weights(student.get_weights())

    def outputs(net, crops):
        n = crops.shape[0]
        made = net(tf.reshape(crops, (n * crops.shape[1], 6)))
        return tf.reshape(made, (n, crops.shape[1], OUT))

    def loss(model, batch):
        crops = tf.transpose(batch["crops"], (1, 0, 2))
        return model["judge"](outputs(model["student"], crops), outputs(model["teacher"], crops[:2]))

    return {"student": student, "teacher": teacher, "judge": Judge()}, loss, AdamW(0.02, weight_decay=0.04)


def tf_step(side, batch):
    import tensorflow as tf

    student, teacher, judge = side.model["student"], side.model["teacher"], side.model["judge"]
    crops = tf.transpose(batch["crops"], (1, 0, 2))
    wide = tf.reshape(teacher(tf.reshape(crops[:2], (-1, 6))), (2, -1, OUT))
    with tf.GradientTape() as tape:
        made = tf.reshape(student(tf.reshape(crops, (-1, 6))), (CROPS, -1, OUT))
        value = judge(made, wide)
    weights = student.trainable_variables
    gradients = tape.gradient(value, weights)
    norm = tf.linalg.global_norm(gradients)
    gradients = [g * tf.minimum(1.0, CLIP / (norm + 1e-6)) for g in gradients]
    side.optimizer.apply_gradients(zip(gradients, weights))
    judge.move(wide)
    for new, old in zip(student.weights, teacher.weights):
        old.assign(EMA * old + (1.0 - EMA) * new)
    return value
