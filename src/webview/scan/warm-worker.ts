/** A worker that runs already, and the code it has. */
export interface WarmWorker {
  readonly code: Promise<string>;
  readonly worker: Promise<Worker>;
}

/** Starts a decoding worker before it is known what there is to decode; undefined where nothing tells yet where its code lies. */
export function warmWorker(): WarmWorker | undefined {
  // The page's HTML has the code fetched: its address is there before the host has said a word.
  const link = document.querySelector<HTMLLinkElement>('link[rel="preload"][href*="/worker.js"]');
  if (!link) return undefined;
  const code = fetchCode(link.href);
  const worker = code.then(workerOf);
  // Whoever uses them is told of a failure.
  worker.catch(() => undefined);
  return { code, worker };
}

/** The code of the decoding worker. */
export async function fetchCode(url: string): Promise<string> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The decoder could not be loaded from ${url} (${response.status}).`);
  return response.text();
}

/** A worker with that code: a webview's workers start only from blob: addresses. */
export function workerOf(code: string): Worker {
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(address);
  URL.revokeObjectURL(address);
  return worker;
}
