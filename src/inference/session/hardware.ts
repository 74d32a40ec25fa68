/** What can be said of this computer's GPUs without asking a driver. */
import { existsSync, readdirSync } from 'node:fs';

/**
 * Why a provider is not worth a try, one sentence; undefined where it is. Drivers of GPUs that do not exist are
 * in software: WebGPU on one was some hundred times slower than ONNX Runtime on the same processor.
 */
export function missingHardware(
  provider: string,
  platform: string = process.platform,
  devices = '/dev',
): string | undefined {
  if (platform !== 'linux' || (provider !== 'cuda' && provider !== 'webgpu')) return undefined;
  // Under Windows' subsystem for Linux all GPUs are behind one device.
  const isNvidia = ['nvidia0', 'nvidiactl', 'dxg'].some((name) => existsSync(`${devices}/${name}`));
  if (isNvidia) return undefined;
  if (provider === 'cuda') return `There is no NVIDIA GPU here (${devices}/nvidia0 does not exist).`;
  return renderers(`${devices}/dri`).length > 0
    ? undefined
    : `There is no GPU here (${devices}/dri has no renderD*, or may not be read).`;
}

function renderers(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith('renderD'));
  } catch {
    return [];
  }
}
