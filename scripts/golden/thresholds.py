"""Golden findings under thresholds of single labels, by NumPy, for test/unit/core/model/thresholds.test.ts.

    python scripts/golden/thresholds.py        (needs: pip install numpy)

Writes test/golden/thresholds.json: what a network gives at some points or slices, and what is called there by the
manifest's thresholds and after a user has moved the common one. Written from docs/models.md: thresholds are compared
with the network's own probabilities here, not the probabilities moved to a threshold.
"""

import json
from pathlib import Path

import numpy as np

RANDOM = np.random.default_rng(20261123)
SUBTYPES = ["EPH", "SDH", "SAH", "IPH", "IVH"]
POINTS = 60
# Voxels keep their probability in steps of 1/255: what lies this close to its threshold decides nothing.
NEAR = 0.01

VOXELS = [
    ("classes", "sigmoid", SUBTYPES, {"EPH": 0.2, "IVH": 0.8}),
    ("classes", "sigmoid", ["any", "IPH", "SDH"], {"SDH": 0.35}),
    ("classes", "softmax", ["background", *SUBTYPES], {"EPH": 0.25, "SAH": 0.7, "IPH": 0.4}),
    ("classes", "none", ["IVH", "IPH"], {"IVH": 0.3, "IPH": 0.6}),
    ("classes", "none", ["background", "IPH"], {"IPH": 0.3}),
    ("typed", "sigmoid", ["SDH", "IPH", "EPH"], {"SDH": 0.3, "EPH": 0.65}),
]
SLICES = [
    ("sigmoid", ["any", *SUBTYPES], {"EPH": 0.2, "IVH": 0.8}),
    ("sigmoid", ["SDH", "IPH"], {"any": 0.6, "SDH": 0.3}),
    ("softmax", ["none", "SAH", "IPH"], {"SAH": 0.25}),
]


def logit(p):
    return np.log(p / (1 - p))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(values):
    powers = np.exp(values - values.max(axis=0))
    return powers / powers.sum(axis=0)


def drawn(activation, planes):
    if activation != "none":
        return RANDOM.normal(0, 2, (planes, POINTS)).astype(np.float32)
    shares = RANDOM.random((planes + 1, POINTS))
    return (shares / shares.sum(axis=0))[:planes].astype(np.float32) * np.float32(1.3)


def moved(own, common, chosen):
    """Threshold of a label where the common one is moved."""
    return float(sigmoid(logit(own) + logit(chosen) - logit(common)))


def activated(values, activation):
    values = values.astype(np.float64)
    return sigmoid(values) if activation == "sigmoid" else softmax(values) if activation == "softmax" else values


def voxels(kind, activation, labels, thresholds, common, chosen):
    """For each point "" where there is no blood, its subtype, or null where it is too near a threshold to tell."""
    limit = {label: moved(thresholds.get(label, common), common, chosen) for label in ["any", *SUBTYPES]}
    if kind == "typed":
        blood, choice = drawn(activation, 1), drawn("softmax", len(labels))
        p, shares = activated(blood, activation)[0], softmax(choice.astype(np.float64))
        values = [blood[0].tolist(), *choice.tolist()]
        excluding = True
    else:
        raw = drawn(activation, len(labels))
        shares = activated(raw, activation)
        values = raw.tolist()
        excluding = activation == "softmax" or "background" in labels
        p = np.minimum(sum(shares[n] for n, label in enumerate(labels) if label != "background"), 1)
    found = []
    for n in range(POINTS):
        own = {label: shares[at][n] for at, label in enumerate(labels) if label != "background"}
        named = {label: value for label, value in own.items() if label != "any"}
        if excluding:
            best = max(named, key=named.get)
            margin = p[n] - limit[best]
            ranks = sorted(named.values())
        else:
            margin = max(value - limit[label] for label, value in own.items())
            near = min(abs(value - limit[label]) for label, value in own.items())
            margin = margin if near > NEAR else 0
            # How far beyond its own threshold each label is, in odds.
            beyond = {label: logit(np.clip(v, 1e-9, 1 - 1e-9)) - logit(limit[label]) for label, v in named.items()}
            best = max(beyond, key=beyond.get)
            ranks = sorted(beyond.values())
        tied = len(ranks) > 1 and ranks[-1] - ranks[-2] < 1e-3
        found.append(None if abs(margin) < NEAR or tied else best if margin > 0 else "")
    return {
        **{"kind": kind, "activation": activation, "labels": labels, "thresholds": thresholds},
        **{"common": common, "chosen": chosen, "values": values, "found": found},
    }


def slices(activation, labels, thresholds, common, chosen):
    """For each slice the findings that are called."""
    values = drawn(activation, len(labels))
    shares = dict(zip(labels, activated(values, activation), strict=True))
    found = {label: shares[label] for label in SUBTYPES if label in shares}
    rest = 1 - shares["none"] if "none" in shares else np.max(list(found.values()), axis=0)
    found = {"any": shares.get("any", rest), **found}
    limit = {label: moved(thresholds.get(label, common), common, chosen) for label in found}
    called = [[label for label in found if found[label][n] >= limit[label]] for n in range(POINTS)]
    return {
        **{"activation": activation, "labels": labels, "thresholds": thresholds, "common": common, "chosen": chosen},
        **{"values": values.T.tolist(), "limits": limit, "called": called},
    }


def main():
    golden = {
        "voxels": [voxels(*one, common, chosen) for one in VOXELS for common, chosen in ((0.5, 0.5), (0.4, 0.7))],
        "slices": [slices(*one, common, chosen) for one in SLICES for common, chosen in ((0.5, 0.5), (0.4, 0.15))],
    }
    target = Path(__file__).parents[2] / "test/golden/thresholds.json"
    target.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(f"{target}: {target.stat().st_size} bytes")


main()
