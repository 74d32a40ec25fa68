/** The page's side of bytes: files from VS Code as streams. */
import { ScanError } from '../../core/volume';
import type { RemoteFile } from '../../protocol/view';
import { t } from '../l10n';

/** Asks for a file; the answer's bytes come later. Throws ScanError, or AbortError when cancelled. */
export async function request(file: RemoteFile, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(file.url, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
  if (!response.ok) throw unreadable(file, `${response.status} ${response.statusText}`.trim());
  return response;
}

function unreadable(file: RemoteFile, reason: string): ScanError {
  return new ScanError(
    file.name,
    t('The file could not be read ({0}).', reason),
    t('Check that it still exists and that you may read it, then try again.'),
  );
}

/** An answer's bytes chunk by chunk, each handed over before the next is asked for. Throws ScanError, or AbortError when cancelled. */
export async function streamFile(
  file: RemoteFile,
  response: Response,
  signal: AbortSignal,
  take: (chunk: Uint8Array<ArrayBuffer>, last: boolean) => Promise<void> | void,
): Promise<void> {
  const reader = response.body?.getReader();
  if (!reader) {
    await take(new Uint8Array(await response.arrayBuffer()), true);
    return;
  }
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      await take(value, false);
    }
  } catch (error) {
    if (signal.aborted || error instanceof ScanError) throw error;
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
  await take(new Uint8Array(0), true);
}

/** All of a file at once. Throws ScanError, or AbortError when cancelled. */
export async function fetchFile(file: RemoteFile, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await request(file, signal)).arrayBuffer());
}

/** Runs `work` over all items, at most `limit` at once; the first failure ends it. */
export async function inParallel<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
