"""Golden figures by scikit-learn, MedPy, SciPy and NumPy, for test/unit/core/metrics/golden.test.ts.

    python scripts/golden/metrics.py        (needs: pip install numpy scipy scikit-learn medpy)

Writes test/golden/metrics.json. Masks are in the order k, j, i: one string of digits for each row.
A figure that is not defined is null.
"""

import json
import math
from pathlib import Path

import numpy as np
from medpy.metric import binary
from scipy import ndimage
from scipy.spatial import cKDTree
from sklearn import metrics

RANDOM = np.random.default_rng(20250115)
SIZE = (7, 18, 22)  # k, j, i
SPACING = (4.7, 0.45, 0.62)  # mm along k, j, i
SUBTYPES = ["EPH", "SDH", "SAH", "IPH", "IVH"]
FACES = ndimage.generate_binary_structure(3, 1)


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def rates(truth, called):
    nan = {"zero_division": np.nan}
    return {
        "precision": number(metrics.precision_score(truth, called, **nan)),
        "recall": number(metrics.recall_score(truth, called, **nan)),
        "f1": number(metrics.f1_score(truth, called, **nan)),
        "iou": number(metrics.jaccard_score(truth, called)) if (truth | called).any() else None,
        "specificity": number(metrics.recall_score(truth, called, pos_label=False, **nan)),
    }


def auc(truth, scores):
    return number(metrics.roc_auc_score(truth, scores)) if 0 < truth.sum() < len(truth) else None


def classification():
    """Slices of patients: many ties, none, one class only; and each as a draw with replacement of patients."""
    cases = []
    for count, digits, share in ((200, 1, 0.3), (150, 6, 0.5), (40, 0, 0.2), (12, 2, 0.0), (9, 2, 1.0)):
        patients = RANDOM.integers(0, 8, count)
        truth = RANDOM.random(count) < share
        scores = np.round(np.clip(RANDOM.normal(0.4 + 0.2 * truth, 0.25), 0, 1), digits)
        called = scores >= 0.5
        drawn = np.bincount(RANDOM.integers(0, 8, 8), minlength=8)
        again = np.repeat(np.arange(count), drawn[patients])
        cases.append({
            "patients": patients.tolist(), "truth": truth.tolist(), "scores": scores.tolist(),
            "figures": {**rates(truth, called), "auc": auc(truth, scores)},
            "drawn": drawn.tolist(),
            "drawnFigures": {**rates(truth[again], called[again]), "auc": auc(truth[again], scores[again])},
        })
    return cases


def digits(array):
    return [["".join(str(int(value)) for value in row) for row in plane] for plane in array]


def label_map(shift):
    """Blobs of the subtypes; IVH stays empty. The same noise moved makes a mask that overlaps."""
    labels = np.zeros(SIZE, int)
    for label in (1, 2, 3, 4):
        noise = ndimage.gaussian_filter(np.random.default_rng(label).standard_normal(SIZE), (0.7, 1.6, 1.6))
        own = ndimage.gaussian_filter(RANDOM.standard_normal(SIZE), (0.7, 1.6, 1.6))
        noise = ndimage.shift(noise, shift, mode="nearest") + 0.4 * own
        labels[noise > np.quantile(noise, 1 - 0.05 * label)] = label
    return labels


def of_class(labels, name):
    return labels > 0 if name == "any" else labels == SUBTYPES.index(name) + 1


def surface(mask):
    return mask & ~ndimage.binary_erosion(mask, FACES, border_value=0)


def hd95(first, second):
    return max(float(np.percentile(first, 95)), float(np.percentile(second, 95)))


def hd95_even(a, b):
    """By MedPy's surface distances."""
    directed = binary.__dict__["__surface_distances"]
    return hd95(directed(a, b, SPACING, 1), directed(b, a, SPACING, 1))


def hd95_placed(a, b, positions):
    """By the nearest of all surface points in the patient; positions: mm of voxel (0, 0, k) as (x, y, z)."""
    def points(mask):
        k, j, i = np.nonzero(surface(mask))
        return np.array(positions)[k] + np.stack([i * SPACING[2], j * SPACING[1], 0 * k], 1)
    pa, pb = points(a), points(b)
    return hd95(cKDTree(pb).query(pa)[0], cKDTree(pa).query(pb)[0])


def segmentation():
    uneven = [0, 4.7, 9.4, 12.1, 21.5, 26.2, 28.0]
    uneven_positions = [[0, 0, z] for z in uneven]
    tilted_positions = [[0.3 * z, -0.35 * z, z] for z in uneven]
    out = {"size": SIZE[::-1], "spacing": SPACING[::-1], "uneven": uneven_positions, "tilted": tilted_positions, "pairs": []}
    for shift in ((0, 0.8, 0.5), (0.4, -2, 3)):
        truth, prediction = label_map((0, 0, 0)), label_map(shift)
        prediction[2] = 0
        truth[5] = 0
        classes = {}
        for name in ["any", *SUBTYPES]:
            a, b = of_class(truth, name), of_class(prediction, name)
            there = a.any() and b.any()
            classes[name] = {
                "pooled": rates(a.ravel(), b.ravel()),
                "slices": [rates(x.ravel(), y.ravel()) for x, y in zip(a, b)],
                "hd95": hd95_even(a, b) if there else None,
                "hd95Uneven": hd95_placed(a, b, uneven_positions) if there else None,
                "hd95Tilted": hd95_placed(a, b, tilted_positions) if there else None,
            }
        out["pairs"].append({"truth": digits(truth), "prediction": digits(prediction), "classes": classes})
    return out


def agreement():
    """Bland-Altman figures and quantiles of volumes, and the same of a draw with replacement."""
    truth, patients = RANDOM.gamma(1.5, 12, 25), np.arange(25)
    prediction = truth * RANDOM.normal(0.95, 0.1, 25) + RANDOM.normal(0.4, 1.5, 25)

    def figures(errors):
        bias, sd = errors.mean(), errors.std(ddof=1)
        return {"bias": bias, "sd": sd, "lower limit": bias - 1.96 * sd, "upper limit": bias + 1.96 * sd,
                "mean absolute": np.abs(errors).mean(), "median": np.median(errors),
                "quantiles": np.percentile(errors, [2.5, 33, 95, 97.5]).tolist()}

    drawn = np.bincount(RANDOM.integers(0, 25, 25), minlength=25)
    errors = prediction - truth
    return {"truth": truth.tolist(), "prediction": prediction.tolist(), "figures": figures(errors),
            "drawn": drawn.tolist(), "drawnFigures": figures(errors[np.repeat(patients, drawn)])}


golden = {"classification": classification(), "segmentation": segmentation(), "agreement": agreement()}
path = Path(__file__).resolve().parents[2] / "test" / "golden" / "metrics.json"
path.write_text(json.dumps(golden) + "\n")
print(path, path.stat().st_size, "bytes")
