"""An MLServer runtime for the networks of Hemorica's models.

MLServer (https://mlserver.readthedocs.io) speaks the Open Inference Protocol, version 2. Beside this
file, `serve.py` writes the settings and starts the server.
"""

import numpy as np
import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.errors import InferenceError
from mlserver.types import InferenceRequest, InferenceResponse, MetadataTensor, ResponseOutput
from mlserver.utils import get_model_uri

DATATYPES = {"tensor(float)": "FP32", "tensor(float16)": "FP16", "tensor(double)": "FP64"}


def described(tensor: onnxruntime.NodeArg) -> MetadataTensor:
    """What the protocol says of a tensor; -1 stands for a length that is open."""
    shape = [length if isinstance(length, int) else -1 for length in tensor.shape]
    return MetadataTensor(name=tensor.name, datatype=DATATYPES.get(tensor.type, tensor.type), shape=shape)


class OnnxRuntime(MLModel):
    """One .onnx file, run by ONNX Runtime."""

    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = onnxruntime.get_available_providers()
        self._session = onnxruntime.InferenceSession(await get_model_uri(self.settings), options, providers)
        self.inputs = [described(tensor) for tensor in self._session.get_inputs()]
        self.outputs = [described(tensor) for tensor in self._session.get_outputs()]
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        feeds = {one.name: NumpyCodec.decode_input(one).astype(np.float32) for one in payload.inputs}
        wanted = [one.name for one in payload.outputs or []] or [one.name for one in self._session.get_outputs()]
        try:
            arrays = self._session.run(wanted, feeds)
        except Exception as error:  # ONNX Runtime's exceptions have no common class but this.
            raise InferenceError(str(error)) from error
        outputs = [
            ResponseOutput(name=name, datatype="FP32", shape=list(array.shape), data=array.ravel().tolist())
            for name, array in zip(wanted, arrays)
        ]
        return InferenceResponse(model_name=self.name, model_version=self.version, outputs=outputs)
