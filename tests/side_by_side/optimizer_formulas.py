"""The formulas of the optimizers in NumPy, float64: what both sides are held against. Written from the papers."""

import numpy as np

STEPS = 50
START = np.array([[1.0, -2.0], [0.5, 3.0]])
# From far above to far below any epsilon; the last column keeps its sign for some steps, which Rprop asks for.
GRADIENTS = np.random.default_rng(0).normal(size=(STEPS, 2, 2)) * np.array([[1, 1e-4], [1e-8, 1e-2]])
GRADIENTS[:, 1, 1] += 0.01
RATE = 0.05


def trained(step):
    """The weight after all steps; `step(t, gradient, weight, memory)` returns the next weight."""
    weight, memory = START.copy(), {}
    for t, gradient in enumerate(GRADIENTS, 1):
        weight = step(t, gradient, weight, memory)
    return weight


def mean(memory, name, value, share, start=0.0):
    memory[name] = (1 - share) * memory.get(name, start) + share * value
    return memory[name]


def sgd(momentum=0.0, dampening=0.0, weight_decay=0.0, nesterov=False, maximize=False):
    def step(t, gradient, weight, memory):
        gradient = (-gradient if maximize else gradient) + weight_decay * weight
        memory["b"] = gradient if t == 1 else momentum * memory["b"] + (1 - dampening) * gradient
        if not momentum:
            return weight - RATE * gradient
        return weight - RATE * (gradient + momentum * memory["b"] if nesterov else memory["b"])

    return trained(step)


def adam(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, amsgrad=False):
    """Kingma and Ba, algorithm 1, epsilon added to the corrected root."""

    def step(t, gradient, weight, memory):
        gradient = gradient + weight_decay * weight
        m, v = moments(memory, gradient, betas)
        memory["largest"] = v = np.maximum(memory.get("largest", 0), v) if amsgrad else v
        return weight - RATE * m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)

    return trained(step)


def moments(memory, gradient, betas):
    return mean(memory, "m", gradient, 1 - betas[0]), mean(memory, "v", gradient**2, 1 - betas[1])


def adamw(betas, eps, weight_decay):
    def step(t, gradient, weight, memory):
        m, v = moments(memory, gradient, betas)
        direction = m / (1 - betas[0] ** t) / (np.sqrt(v / (1 - betas[1] ** t)) + eps)
        return (1 - RATE * weight_decay) * weight - RATE * direction

    return trained(step)


def nadam(betas, eps=1e-8, weight_decay=0.0, momentum_decay=4e-3, decoupled_weight_decay=True):
    def step(t, gradient, weight, memory):
        m, v = moments(memory, gradient, betas)
        mu, after = (betas[0] * (1 - 0.5 * 0.96 ** (s * momentum_decay)) for s in (t, t + 1))
        memory["product"] = memory.get("product", 1.0) * mu
        nesterov = after * m / (1 - memory["product"] * after) + (1 - mu) * gradient / (1 - memory["product"])
        weight = (1 - RATE * weight_decay) * weight
        return weight - RATE * nesterov / (np.sqrt(v / (1 - betas[1] ** t)) + eps)

    return trained(step)


def radam(betas=(0.9, 0.999), eps=1e-8, weight_decay=0.0, decoupled_weight_decay=True):
    longest = 2 / (1 - betas[1]) - 1

    def step(t, gradient, weight, memory):
        m, v = moments(memory, gradient, betas)
        m, power = m / (1 - betas[0] ** t), betas[1] ** t
        length = longest - 2 * t * power / (1 - power)
        weight = (1 - RATE * weight_decay) * weight
        if length <= 5:
            return weight - RATE * m
        rectified = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        return weight - RATE * m * np.sqrt(rectified * (1 - power)) / (np.sqrt(v) + eps)

    return trained(step)


def adamax(betas, eps):
    def step(t, gradient, weight, memory):
        m = mean(memory, "m", gradient, 1 - betas[0])
        memory["u"] = np.maximum(betas[1] * memory.get("u", 0), np.abs(gradient) + eps)
        return weight - RATE * m / (1 - betas[0] ** t) / memory["u"]

    return trained(step)


def rmsprop(alpha, eps, weight_decay=0.0, momentum=0.0, centered=False):
    def step(t, gradient, weight, memory):
        gradient = gradient + weight_decay * weight
        square, first = mean(memory, "v", gradient**2, 1 - alpha), mean(memory, "g", gradient, 1 - alpha)
        scaled = gradient / (np.sqrt(square - first**2 if centered else square) + eps)
        memory["b"] = momentum * memory.get("b", 0) + scaled
        return weight - RATE * memory["b"]

    return trained(step)


def adagrad(lr_decay, initial_accumulator_value, eps, weight_decay):
    def step(t, gradient, weight, memory):
        gradient = gradient + weight_decay * weight
        memory["sum"] = memory.get("sum", initial_accumulator_value) + gradient**2
        return weight - RATE / (1 + (t - 1) * lr_decay) * gradient / (np.sqrt(memory["sum"]) + eps)

    return trained(step)


def adadelta(rho, eps, weight_decay):
    def step(t, gradient, weight, memory):
        gradient = gradient + weight_decay * weight
        square = mean(memory, "square", gradient**2, 1 - rho)
        delta = np.sqrt(memory.get("delta", 0) + eps) / np.sqrt(square + eps) * gradient
        mean(memory, "delta", delta**2, 1 - rho)
        return weight - RATE * delta

    return trained(step)


def rprop(etas, step_sizes):
    def step(t, gradient, weight, memory):
        agree = np.sign(gradient * memory.get("before", 0))
        factor = np.select([agree > 0, agree < 0], [etas[1], etas[0]], 1.0)
        memory["size"] = np.clip(memory.get("size", RATE) * factor, *step_sizes)
        memory["before"] = np.where(agree < 0, 0, gradient)
        return weight - np.sign(memory["before"]) * memory["size"]

    return trained(step)


def asgd(lambd, alpha, t0):
    def step(t, gradient, weight, memory):
        rate = RATE if t == 1 else RATE / (1 + lambd * RATE * (t - 1)) ** alpha
        return weight - rate * (lambd * weight + gradient)

    return trained(step)


def adafactor(eps, d, weight_decay):
    def step(t, gradient, weight, memory):
        share = t**-0.8
        rows = mean(memory, "rows", (gradient**2).mean(1, keepdims=True), share)
        columns = mean(memory, "columns", (gradient**2).mean(0, keepdims=True), share)
        scaled = gradient / np.sqrt(np.maximum(rows * columns / max(rows.mean(), eps[0]), eps[0] ** 2))
        scaled /= max(1, np.sqrt((scaled**2).mean()) / d)
        size = max(eps[1], np.sqrt((weight**2).mean())) * min(RATE, t**-0.5)
        return (1 - RATE * weight_decay) * weight - size * scaled

    return trained(step)


def lion(betas, weight_decay):
    def step(t, gradient, weight, memory):
        direction = np.sign(betas[0] * memory.get("m", 0) + (1 - betas[0]) * gradient)
        mean(memory, "m", gradient, 1 - betas[1])
        return weight - RATE * (direction + weight_decay * weight)

    return trained(step)
