"""Command line: list, templates, train, export. `python -m hemorica_architectures --help`."""

import argparse
import json
import sys
from pathlib import Path

import torch

from .catalog import CATALOG, Architecture
from .dataset import DatasetError, find_cases, load_slices, split
from .export import ExportError, export
from .files import write_atomically
from .manifests import read_template, write_templates
from .training import HISTORY, Normalization, Recipe, TrainingError, best_epochs, reported, train

PAPER = "arXiv 2509.22993"


def main() -> int:
    arguments = _parse()
    try:
        return arguments.run(arguments)
    except (DatasetError, ExportError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="hemorica_architectures", description=__doc__)
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    listing = verbs.add_parser("list", help="print the architectures: name, task, title, encoder, learning rate")
    listing.set_defaults(run=_list)

    templates = verbs.add_parser("templates", help="write the manifest templates again")
    templates.set_defaults(run=lambda _: write_templates() or 0)

    training = verbs.add_parser("train", help="train one on a folder of annotated scans, and export it")
    training.add_argument("name", choices=CATALOG, metavar="NAME")
    training.add_argument("--data", type=Path, required=True, help="folder of NIfTI scans with their .ich.json")
    training.add_argument("--out", type=Path, required=True, help="folder for checkpoints and the model; taken up again")
    training.add_argument("--patients", type=Path, help="CSV with the columns scan and patient")
    training.add_argument("--epochs", type=int, default=Recipe.epochs)
    training.add_argument("--batch", type=int, default=Recipe.batch)
    training.add_argument("--rate", type=float, help="learning rate; default: the paper's")
    training.add_argument("--seed", type=int, default=Recipe.seed)
    training.add_argument("--random", action="store_true", help="begin with random weights instead of ImageNet's")
    training.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    training.set_defaults(run=_train)

    exporting = verbs.add_parser("export", help="write a model folder from weights")
    exporting.add_argument("name", choices=CATALOG, metavar="NAME")
    exporting.add_argument("--out", type=Path, required=True, help="folder of the model")
    source = exporting.add_mutually_exclusive_group(required=True)
    source.add_argument("--weights", type=Path, help="state dict of the network, as training writes best.pt")
    source.add_argument("--random", type=int, metavar="SEED", help="random weights, to try an architecture out")
    exporting.set_defaults(run=_export)
    return parser.parse_args()


def _list(_: argparse.Namespace) -> int:
    for one in CATALOG.values():
        print(f"{one.name:30} {one.task:15} {one.title:24} {one.encoder:36} {one.rate:g}")
    return 0


def _train(arguments: argparse.Namespace) -> int:
    architecture: Architecture = CATALOG[arguments.name]
    template = read_template(architecture)
    recipe = Recipe(
        epochs=arguments.epochs,
        batch=arguments.batch,
        rate=arguments.rate or architecture.rate,
        seed=arguments.seed,
        pretrained=not arguments.random,
        threshold=template["threshold"],
    )
    out: Path = arguments.out
    out.mkdir(parents=True, exist_ok=True)
    cases = find_cases(arguments.data, arguments.patients)
    training, test = split(cases, recipe.seed)
    parts = {"training": [case.name for case in training], "test": [case.name for case in test]}
    write_atomically(out / "split.json", (json.dumps(parts, indent=1) + "\n").encode())
    channels = template["input"]["channels"]
    window, side = channels[0]["window"], template["input"]["width"]
    slices = [load_slices(part, window, side, out / "prepared") for part in (training, test)]
    for name, part, of in zip(("training", "test"), (training, test), slices, strict=True):
        patients = len({case.patient for case in part})
        print(f"{name}: {patients} patients, {len(of.labels)} slices, {int(of.labels.sum())} with hemorrhage")
    normalize = Normalization([c["mean"] for c in channels], [c["deviation"] for c in channels])
    network = train(architecture, recipe, normalize, *slices, out, torch.device(arguments.device))
    history = json.loads((out / HISTORY).read_text())
    means = {name: round(value, 4) for name, value in reported(history, recipe.epochs).items()}
    print(f"means of the epochs with the lowest validation loss, as the paper reports: {means}")
    chosen = best_epochs(history, recipe.epochs)[0]
    data = f"{len(test)} held-out scans of {arguments.data.resolve().name}, pooled at the network's size; the epoch was chosen on them"
    manifest = {
        **template,
        "version": "1.0.0",
        "provenance": _provenance(architecture, recipe, len(training), arguments.data.resolve().name),
        "metrics": [{"name": name, "value": chosen[name], "data": data} for name in means],
    }
    export(network, manifest, out / "model")
    print(f"wrote {out / 'model'}; fill in its license. `hemorica evaluate` measures it in the scans' own voxels.")
    return 0


def _provenance(architecture: Architecture, recipe: Recipe, scans: int, data: str) -> str:
    start = "ImageNet-1k weights" if recipe.pretrained else "random weights"
    return (
        f"{architecture.title}, trained by the recipe of {PAPER} on {scans} scans of {data}: {start}, cross entropy, "
        f"Adam, learning rate {recipe.rate:g}, batches of {recipe.batch}, {recipe.epochs} epochs, seed {recipe.seed}; "
        "weights of the epoch with the lowest validation loss."
    )


def _export(arguments: argparse.Namespace) -> int:
    architecture: Architecture = CATALOG[arguments.name]
    manifest = read_template(architecture)
    if arguments.weights:
        network = architecture.build(pretrained=False)
        try:
            network.load_state_dict(torch.load(arguments.weights, map_location="cpu", weights_only=True))
        except Exception as error:  # of another network, or damaged in whatever way
            raise ExportError(f"{arguments.weights}: these are no weights of {architecture.name} ({error}).") from error
        provenance = f"{architecture.title} of {PAPER}. Say what it was trained on and how."
    else:
        torch.manual_seed(arguments.random)
        network = architecture.build(pretrained=False)
        provenance = f"{architecture.title} of {PAPER} with random weights (seed {arguments.random}): finds nothing."
    export(network, {**manifest, "provenance": provenance}, arguments.out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
