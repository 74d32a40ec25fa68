"""Golden probabilities of slices and patients by NumPy, for test/unit/core/model/classify.test.ts.

    python scripts/golden/classify.py        (needs: pip install numpy)

Writes test/golden/classify.json: what a network gave for each slice (null where there is no head),
and what that means by a manifest's activation, labels and aggregation.
"""

import json
from pathlib import Path

import numpy as np

RANDOM = np.random.default_rng(20261123)
SUBTYPES = ["EPH", "SDH", "SAH", "IPH", "IVH"]
MEANINGS = [
    ("sigmoid", ["any"]),
    ("sigmoid", ["any", *SUBTYPES]),
    ("sigmoid", ["IVH", "IPH", "SAH", "EPH", "SDH", "any"]),
    ("sigmoid", ["SDH", "IPH"]),
    ("softmax", ["none", "any"]),
    ("softmax", ["none", *SUBTYPES]),
    ("softmax", ["IPH", "none", "any", "SAH"]),
    ("none", ["any", "EPH", "IVH"]),
    ("none", ["none", "SAH"]),
]
AGGREGATIONS = [
    {"kind": "max"},
    {"kind": "mean-of-top", "count": 1},
    {"kind": "mean-of-top", "count": 3},
    {"kind": "mean-of-top", "count": 500},
]


def activated(values, activation):
    if activation == "sigmoid":
        return 1 / (1 + np.exp(-values))
    if activation == "softmax":
        powers = np.exp(values - values.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return np.clip(values, 0, 1)


def meaning(values, activation, labels):
    """Columns of probabilities by finding."""
    columns = dict(zip(labels, activated(values.astype(np.float64), activation).T, strict=True))
    found = {name: columns[name] for name in SUBTYPES if name in columns}
    if "any" in columns:
        any_blood = columns["any"]
    elif "none" in columns:
        any_blood = 1 - columns["none"]
    else:
        any_blood = np.max(list(found.values()), axis=0)
    return {"any": any_blood, **found}


def case(activation, labels, aggregation):
    slices = int(RANDOM.integers(5, 12))
    shape = (slices, len(labels))
    values = RANDOM.uniform(-0.1, 1.1, shape) if activation == "none" else RANDOM.normal(0, 3, shape)
    values = values.astype(np.float32)
    head = RANDOM.random(slices) > 0.25
    columns = {name: np.where(head, column, 0) for name, column in meaning(values, activation, labels).items()}
    count = 1 if aggregation["kind"] == "max" else min(aggregation["count"], slices)
    patient = {name: float(np.sort(column)[::-1][:count].mean()) for name, column in columns.items()}
    return {
        "activation": activation,
        "labels": labels,
        "aggregation": aggregation,
        "values": [row.tolist() if shown else None for row, shown in zip(values, head, strict=True)],
        "slices": [{name: float(column[n]) for name, column in columns.items()} for n in range(slices)],
        "patient": patient,
    }


def main():
    cases = [case(*meant, aggregation) for meant in MEANINGS for aggregation in AGGREGATIONS]
    target = Path(__file__).parents[2] / "test/golden/classify.json"
    target.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
    print(f"{target}: {len(cases)} cases, {target.stat().st_size} bytes")


main()
