"""Losses of pairs and triplets. Notice the epsilons inside distances and cosines."""

import torch
import torch.nn.functional as F


def hinge_embedding(distance, target):
    """For pairs with target 1 the distance itself, for those with -1 how far it is below the margin."""
    return F.hinge_embedding_loss(distance, target, margin=0.7)


def margin_ranking(first, second, target):
    """With target 1 the first should be larger, by the margin."""
    return F.margin_ranking_loss(first, second, target, margin=0.3)


def triplet_margin(anchor, positive, negative):
    """Of distances, not of squares. PyTorch adds 1e-6 to each difference before the norm, which also keeps the gradient
    finite for a pair of equal vectors."""
    return F.triplet_margin_loss(anchor, positive, negative, margin=0.8)


def triplet_margin_swap(anchor, positive, negative):
    """swap=True uses the distance from the negative to the anchor or to the positive, whichever is smaller."""
    return F.triplet_margin_loss(anchor, positive, negative, margin=0.8, swap=True)


def contrastive(one, other, same):
    """Hadsell et al., 2006: for similar pairs the squared distance, for others the square of what is missing to the
    margin. Some code multiplies by a half."""
    distance = F.pairwise_distance(one, other)
    return (same * distance.square() + (1 - same) * F.relu(2 - distance).square()).mean()


def info_nce(one, other):
    """Cosines over a temperature are the logits; each example is its own class. F.normalize's eps of 1e-12 is an
    epsilon of 1e-24 in TensorFlow."""
    logits = F.normalize(one, dim=1) @ F.normalize(other, dim=1).T / 0.1
    return F.cross_entropy(logits, torch.arange(len(one)))


def cosine_embedding(one, other, target):
    """PyTorch adds 1e-12 to each sum of squares here. Keras' CosineSimilarity is minus the cosine, and has no
    dissimilar pairs."""
    return F.cosine_embedding_loss(one, other, target, margin=0.2)
