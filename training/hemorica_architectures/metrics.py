"""Figures of a validation, as `hemorica evaluate` defines them: pooled over all slices, or all pixels of the input."""

import numpy as np


def ratios(probability: np.ndarray, truth: np.ndarray, threshold: float) -> dict[str, float | None]:
    """Precision, recall, F1 (Dice), IoU and specificity; None where a denominator is 0."""
    called = probability >= threshold
    tp = int((called & truth).sum())
    fp = int((called & ~truth).sum())
    fn = int((~called & truth).sum())
    tn = truth.size - tp - fp - fn
    return {
        "precision": _ratio(tp, tp + fp),
        "recall": _ratio(tp, tp + fn),
        "F1": _ratio(2 * tp, 2 * tp + fp + fn),
        "IoU": _ratio(tp, tp + fp + fn),
        "specificity": _ratio(tn, tn + fp),
    }


def auc(probability: np.ndarray, truth: np.ndarray) -> float | None:
    """Probability that a positive has a higher score than a negative, ties counting half; None without both."""
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if positives == 0 or negatives == 0:
        return None
    values, inverse, counts = np.unique(probability, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def _ratio(numerator: int, denominator: int) -> float | None:
    return numerator / denominator if denominator else None
