"""Writes measurements of several models side by side as Markdown.

    python -m hemorica_training.report ich-seg=seg.json "HU threshold=threshold.json" --out RESULTS.md
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from .sources import SUBTYPES

MASKS, LABELS, MIMICS = "masks (BHSD)", "slice labels (CT-ICH, held out)", "mimics (on held-out CT-ICH slices without blood)"


def number(value: float | dict) -> str:
    """.734, with its interval where it has one."""
    if isinstance(value, dict):
        low, high = value["interval"]
        return f"{number(value['value'])} ({number(low)} to {number(high)})"
    return f"{value:.3f}".replace("0.", ".", 1) if value < 1 else f"{value:.2f}"


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report(results: dict[str, dict]) -> str:
    names = list(results)
    first = results[names[0]]
    masks, labels = first[MASKS], first[LABELS]

    def rows(keys: list[str], value) -> list[list[str]]:
        return [[key, *(value(results[name], key) for name in names)] for key in keys]

    scores = ["AUC slices", "AUC patients", "sensitivity", "specificity", "subtype top-1"]
    parts = [
        "# Measured results",
        "Written by `python -m hemorica_training.report`. In brackets: 95 % intervals, bootstrapped over patients. "
        f"Threshold {first['threshold']}, smallest lesion {first['smallest lesion, mL']} mL, both fixed before these data were looked at. "
        "For research only; not a medical device.",
        f"## Masks: {masks['slices']} slices of {masks['patients']} patients of BHSD",
        table(["", *names], rows(["mean Dice", "pooled Dice", "precision", "recall"], lambda r, k: number(r[MASKS][k]))),
        "Dice of the subtypes, each lesion having one:",
        table(["", *names], rows([*SUBTYPES, "mean"], lambda r, k: number(r[MASKS]["subtype Dice, one a lesion"][k]))),
        "The same with the subtype of each pixel for itself:",
        table(["", *names], rows([*SUBTYPES, "mean"], lambda r, k: number(r[MASKS]["subtype Dice, by pixel"][k]))),
        f"Pixels of {names[0]} (rows: what they are; columns: what they are called):",
        table(["", "none", *SUBTYPES], [[t, *map(str, row)] for t, row in zip(["none", *SUBTYPES], masks["confusion (rows: truth none, EPH..IVH)"])]),
        f"## Slice labels: {labels['slices']} slices ({labels['with blood']} with blood) of {labels['patients']} held-out patients of CT-ICH",
        "Score of a segmentation: mean of the 50 most likely pixels; it finds blood where 20 pixels of 224 x 224 are blood.",
        table(["", *names], rows(scores, lambda r, k: number(r[LABELS]["segmentation"][k]))),
    ]
    classifiers = [name for name in names if "classification" in results[name][LABELS]]
    if classifiers:
        parts += [
            "Of the slice heads (probability of any blood; found from the threshold on):",
            table(["", *classifiers], [[k, *(number(results[n][LABELS]["classification"][k]) for n in classifiers)] for k in scores]),
        ]
    parts += [
        "## Mimics: false blood, mL a slice of 5 mm, and how many slices have any",
        table(["", *names], rows(list(first[MIMICS]), lambda r, k: f"{r[MIMICS][k]['mean mL']:.2f}, {r[MIMICS][k]['slices with any']:.0%}")),
    ]
    return "\n\n".join(parts) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measured", nargs="+", metavar="NAME=FILE")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    pairs = [each.split("=", 1) for each in options.measured]
    options.out.write_text(report({name: json.loads(Path(file).read_text()) for name, file in pairs}))


if __name__ == "__main__":
    main()
