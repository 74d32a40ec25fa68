"""Serves Hemorica models by the Open Inference Protocol, version 2, with MLServer.

    pip install mlserver onnxruntime
    python serve.py --port 8080 MODEL_FOLDER...

Each folder holds a model.json and its .onnx; the model is served under the name in its model.json.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path


def write_settings(folders: list[Path], root: Path, port: int) -> None:
    """Settings of the server and of each model, in the layout that MLServer reads."""
    server = {
        "host": "127.0.0.1",
        "http_port": port,
        "grpc_port": port + 1,
        "metrics_port": port + 2,
        # Networks are run in the server's own process: onnxruntime has threads of its own.
        "parallel_workers": 0,
    }
    (root / "settings.json").write_text(json.dumps(server))
    for folder in folders:
        manifest = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        network = (folder / manifest["file"]).resolve()
        if hashlib.sha256(network.read_bytes()).hexdigest() != manifest["sha256"]:
            sys.exit(f"{network}: its SHA-256 is not the one in model.json. Install the model again.")
        model = {
            "name": manifest["name"],
            "implementation": "onnx_runtime.OnnxRuntime",
            "parameters": {"uri": str(network), "version": manifest["version"]},
        }
        place = root / manifest["name"]
        place.mkdir()
        (place / "model-settings.json").write_text(json.dumps(model))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path, metavar="MODEL_FOLDER")
    parser.add_argument("--port", type=int, default=8080, help="of HTTP; the next two are taken, too")
    options = parser.parse_args()
    root = Path(tempfile.mkdtemp(prefix="hemorica-serve-"))
    write_settings(options.folders, root, options.port)
    here = str(Path(__file__).resolve().parent)
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH")])])
    command = [sys.executable, "-c", "from mlserver.cli import main; main()", "start", str(root)]
    os.execve(sys.executable, command, {**os.environ, "PYTHONPATH": path})


if __name__ == "__main__":
    main()
