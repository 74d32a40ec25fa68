import { takesExternalData } from '../core/model/onnx-external';
import { ProtobufError } from '../core/model/protobuf';
import { ScanError } from '../core/volume';

/**
 * Refuses a network whose values lie in other files: even one from memory may name files below the
 * process's folder, or places in its memory. Throws ScanError, also for what is no ONNX file.
 */
export function requireSelfContained(bytes: Uint8Array, file: string): void {
  let external: boolean;
  try {
    external = takesExternalData(bytes);
  } catch (error) {
    if (!(error instanceof ProtobufError)) throw error;
    throw new ScanError(
      file,
      `it is no ONNX file: ${error.message}.`,
      'Export the network again, or get the file anew.',
    );
  }
  if (!external) return;
  throw new ScanError(
    file,
    'the values of its network lie in other files.',
    'Export it with all of its values in one .onnx file.',
  );
}
