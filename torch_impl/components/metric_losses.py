"""Losses of pairs and triplets. Notice the epsilons inside of distances and cosines."""

import torch
import torch.nn.functional as F


def hinge_embedding(distance, target):
    """Of pairs with target 1 the distance itself, of those with -1 what is missing to the margin."""
    return F.hinge_embedding_loss(distance, target, margin=0.7)


def margin_ranking(first, second, target):
    """With target 1 the first shall be larger, by the margin."""
    return F.margin_ranking_loss(first, second, target, margin=0.3)


def triplet_margin(anchor, positive, negative):
    """Distances, not squares, and PyTorch adds 1e-6 to each difference before the norm, which also keeps the gradient
    of a pair of equals finite.
    """
    return F.triplet_margin_loss(anchor, positive, negative, margin=0.8)


def triplet_margin_swap(anchor, positive, negative):
    """swap=True takes the nearer of anchor and positive to the negative."""
    return F.triplet_margin_loss(anchor, positive, negative, margin=0.8, swap=True)


def contrastive(one, other, same):
    """Hadsell et al., 2006: squared distance of what belongs together, squared rest to the margin of what does not.
    Some code has a half before it.
    """
    distance = F.pairwise_distance(one, other)
    return (same * distance.square() + (1 - same) * F.relu(2 - distance).square()).mean()


def info_nce(one, other):
    """Cosines over a temperature as logits, each example being its own class. F.normalize's eps of 1e-12 is 1e-24 for
    TensorFlow's.
    """
    logits = F.normalize(one, dim=1) @ F.normalize(other, dim=1).T / 0.1
    return F.cross_entropy(logits, torch.arange(len(one)))


def cosine_embedding(one, other, target):
    """PyTorch adds 1e-12 to each sum of squares here. Keras' CosineSimilarity is minus the cosine, and knows no pairs
    that are unlike.
    """
    return F.cosine_embedding_loss(one, other, target, margin=0.2)
