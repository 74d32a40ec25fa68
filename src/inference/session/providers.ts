/** Execution providers of ONNX Runtime: which to try, and why one did not work. */
import type { EngineAttempt } from '../../protocol/inference';

/** Stands in a list of providers for those that may suit this computer. */
export const AUTO = 'auto';

/** What "auto" stands for where the installed ONNX Runtime has it: the fastest first. TensorRT is left out: it spends minutes on each new network. */
const PREFERENCE = ['cuda', 'dml', 'coreml', 'webgpu', 'cpu'];

const TITLES: Readonly<Record<string, string>> = { cuda: 'CUDA', dml: 'DirectML', coreml: 'CoreML', webgpu: 'WebGPU' };

export interface Choice {
  /** Providers to try, in order. */
  readonly candidates: readonly string[];
  /** Those of the list that cannot be tried, and why. */
  readonly refused: readonly EngineAttempt[];
}

/**
 * Providers to try.
 * @param requested Names in order; "auto" among them stands for all that the installation has, and the CPU at the end.
 * @param available Names that the installed ONNX Runtime knows on this system.
 * @param crashed Providers that took a process with them, and how.
 * @param system Name of the system for messages, e.g. "linux-x64".
 * @param unfit Why a provider that nobody named is not worth a try; undefined where it is.
 */
export function chooseProviders(
  requested: readonly string[],
  available: readonly string[],
  crashed: readonly EngineAttempt[],
  system: string,
  unfit: (provider: string) => string | undefined,
): Choice {
  const wanted = requested.flatMap((name) =>
    name === AUTO ? PREFERENCE.filter((one) => available.includes(one)) : [name],
  );
  const candidates: string[] = [];
  const refused: EngineAttempt[] = [];
  for (const provider of new Set(wanted)) {
    const crash = crashed.find((attempt) => attempt.provider === provider);
    if (!available.includes(provider)) {
      const problem = `${TITLES[provider] ?? provider} is not part of ONNX Runtime's build for ${system}.`;
      refused.push({ provider, problem });
      continue;
    }
    const problem = requested.includes(provider) ? undefined : unfit(provider);
    if (crash) refused.push(crash);
    else if (problem !== undefined) refused.push({ provider, problem });
    else candidates.push(provider);
  }
  return { candidates, refused };
}

/** ONNX Runtime's refusal to leave a part of a network to the CPU unasked. */
export const lacksOperators = (error: unknown): boolean =>
  /fallback to CPU EP has been explicitly disabled/i.test(messageOf(error));

/** One sentence from an error of ONNX Runtime, whose own words start with places in its source. */
export function problemOf(error: unknown): string {
  const text = messageOf(error)
    .replace(/\s+/g, ' ')
    .replace(/^.*? was false\. /, '')
    .replace(/^\/\S+:\d+ (?:\S+::)?\S+\([^)]*\) /, '')
    .replace(/^\[ONNXRuntimeError\] : \d+ : [A-Z_]+ : /, '')
    .trim()
    .replace(/\.$/, '');
  const short = text.length > 400 ? `${text.slice(0, 400)}...` : text;
  return /out of memory|bad_alloc|failed to allocate|OutOfMemory|not enough memory|std::length_error/i.test(text)
    ? `There is too little memory (${short}).`
    : `${short}.`;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
