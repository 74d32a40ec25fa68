/** Requests to a server of the Open Inference Protocol: time-outs, retries and what to tell the user when one fails. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ScanError } from '../../core/volume';
import type { RemoteEndpoint } from '../../protocol/inference';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface Question {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
}

const STANDARD_TIMEOUT = 60;

/** Pauses before the second try and the next ones, ms. All requests of the protocol can be repeated: a run of a network changes nothing on the server. */
const PAUSES = [250, 1000, 3000];

/** Longest pause that a server may ask for, ms. */
const LONGEST_PAUSE = 10_000;

/** No answer is larger, bytes: what a network says of one scan's pictures is far below it. */
const LARGEST_ANSWER = 2 ** 30;

/** Statuses that say "not now". */
const PASSING = [429, 502, 503, 504];

/** Failures of a connection that may be gone a moment later. */
const PASSING_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
];

/**
 * Sends a request, again where the failure may pass. Resolves with whatever the server answers, also with an
 * HTTP status that is an error. Throws ScanError where no answer comes, and the signal's reason when aborted.
 * @param path What comes after the endpoint, e.g. "v2/health/live".
 */
export async function ask(endpoint: RemoteEndpoint, path: string, question: Question = {}): Promise<Answer> {
  for (let n = 0; ; n++) {
    const pause = PAUSES[n];
    try {
      const answer = await askOnce(endpoint, path, question);
      if (!PASSING.includes(answer.status) || pause === undefined) return answer;
      await sleep(pauseOf(answer, pause), undefined, { ...(question.signal && { signal: question.signal }) });
    } catch (error) {
      question.signal?.throwIfAborted();
      if (error instanceof ScanError) throw error;
      const code = codeOf(error);
      if (!PASSING_CODES.includes(code) || pause === undefined) throw unreachable(endpoint, error);
      await sleep(pause, undefined, { ...(question.signal && { signal: question.signal }) }).catch(() => undefined);
      question.signal?.throwIfAborted();
    }
  }
}

async function askOnce(endpoint: RemoteEndpoint, path: string, question: Question): Promise<Answer> {
  const seconds = endpoint.timeoutSeconds ?? STANDARD_TIMEOUT;
  const timeout = AbortSignal.timeout(seconds * 1000);
  const { method = 'GET', headers, body, signal } = question;
  try {
    const response = await fetch(`${endpoint.url.replace(/\/+$/, '')}/${path}`, {
      method,
      headers: { ...endpoint.headers, ...headers },
      // The user has agreed to this server and to no other.
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body !== undefined && { body }),
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(response, endpoint) };
  } catch (error) {
    if (!timeout.aborted || signal?.aborted) throw error;
    throw new ScanError(
      endpoint.url,
      `the server gave no answer within ${seconds} seconds.`,
      'Try again, or give it more time in "hemorica.inference.remote.timeout".',
    );
  }
}

async function bodyOf(response: Response, endpoint: RemoteEndpoint): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > LARGEST_ANSWER) {
      throw new ScanError(
        endpoint.url,
        `the server's answer is longer than ${LARGEST_ANSWER} bytes and was not read.`,
        'Check that the model there is the one that is meant.',
      );
    }
    parts.push(part);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** How long a server that says "not now" wants us to wait, ms. */
function pauseOf({ headers }: Answer, standard: number): number {
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(LONGEST_PAUSE, seconds * 1000) : standard;
}

/**
 * What a server that answers with an error says, as an error for the user.
 * @param doing What was asked of it, e.g. "to run the model", for the message.
 */
export function refusal(endpoint: RemoteEndpoint, { status, headers, body }: Answer, doing: string): ScanError {
  const said = errorText(body);
  const answered = `HTTP ${status}${said === '' ? '' : `: ${said}`}`;
  if (status === 401 || status === 403) {
    return new ScanError(
      endpoint.url,
      `the server refuses access (${answered}).`,
      'Set its token with "Hemorica: Set Token of Remote Engine", or HEMORICA_REMOTE_TOKEN on the command line.',
    );
  }
  if (status >= 300 && status < 400) {
    return new ScanError(
      endpoint.url,
      `the server points to ${headers.get('location') ?? 'another address'}, and Hemorica does not follow.`,
      'Name the right address in "hemorica.inference.remote.endpoint".',
    );
  }
  return new ScanError(
    endpoint.url,
    `the server was asked ${doing} and answered with ${answered}.`,
    PASSING.includes(status)
      ? 'It is busy or not ready: try again in a while.'
      : 'Check the model on the server and its log.',
  );
}

/** The reason in an error's body: by the protocol an object with "error", elsewhere its beginning. */
function errorText(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 2 ** 16)).trim();
  try {
    const { error, detail } = Object(JSON.parse(text)) as { readonly error?: unknown; readonly detail?: unknown };
    const reason = error ?? detail;
    if (reason !== undefined) return short(typeof reason === 'string' ? reason : JSON.stringify(reason));
  } catch {
    // Not JSON: a proxy's page, perhaps.
  }
  // Of a program's stack only the last line is a reason.
  const last = text.startsWith('Traceback') ? text.split('\n').at(-1) : text;
  return short((last ?? text).replace(/<[^>]*>/g, ' '));
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
};

function unreachable(endpoint: RemoteEndpoint, error: unknown): ScanError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const said = cause instanceof Error ? cause.message || codeOf(error) : String(cause);
  return new ScanError(
    endpoint.url,
    `the server cannot be reached (${short(said)}).`,
    'Check that it runs, and its address in "hemorica.inference.remote.endpoint".',
  );
}

/** Code of a failed connection. A host with several addresses fails with one error for each. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error.cause === undefined ? '' : codeOf(error.cause);
}
