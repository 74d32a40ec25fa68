/**
 * Where the values of a JSON text are. Nothing is built in advance: a container is looked through
 * when something in it is asked for, and remembered, so that the largest annotations cost a few
 * milliseconds.
 */
import type { JsonPath } from '../annotation/error';

export interface Span {
  /** UTF-16 units from the start of the text. */
  readonly offset: number;
  readonly length: number;
}

interface Child {
  /** Property name, or index in a list. */
  readonly key: string | number;
  /** Of the name in quotes; of the value itself in a list. */
  readonly keyAt: number;
  readonly at: number;
  readonly end: number;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = [34, 92, 44, 58];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 93, 123, 125];

/** Places in a text that `JSON.parse` accepts; for others the answers mean nothing. */
export class TextPlaces {
  readonly #children = new Map<number, readonly Child[]>();
  #lines: Uint32Array | undefined;

  constructor(readonly text: string) {}

  /** The value at a path; undefined where there is none. */
  valueAt(path: JsonPath): Span | undefined {
    const child = this.#find(path);
    return child && { offset: child.at, length: child.end - child.at };
  }

  /** The name of the property at a path, with its quotes. */
  keyAt(path: JsonPath): Span | undefined {
    const child = this.#find(path);
    return typeof child?.key === 'string'
      ? { offset: child.keyAt, length: JSON.stringify(child.key).length }
      : undefined;
  }

  /** The value at a path or, where there is none, the opening of the nearest value around it. */
  nearest(path: JsonPath): Span {
    for (let depth = path.length; depth > 0; depth--) {
      const found = this.valueAt(path.slice(0, depth));
      if (found) return depth === path.length ? found : { offset: found.offset, length: 1 };
    }
    return { offset: this.#skipSpace(0), length: 1 };
  }

  /** Path of the innermost value, or property, that contains a place. */
  pathAt(offset: number): JsonPath {
    const path: (string | number)[] = [];
    let at = this.#skipSpace(0);
    for (;;) {
      const children = this.#childrenOf(at);
      let [low, high] = [0, children.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((children[middle]?.end ?? 0) > offset) high = middle;
        else low = middle + 1;
      }
      const child = children[low];
      if (!child || child.keyAt > offset) return path;
      path.push(child.key);
      if (child.at > offset) return path;
      at = child.at;
    }
  }

  /** Line and column of a place, from 0. A CR before LF belongs to its line. */
  positionAt(offset: number): { readonly line: number; readonly column: number } {
    this.#lines ??= lineStarts(this.text);
    let [low, high] = [0, this.#lines.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low, column: offset - (this.#lines[low] ?? 0) };
  }

  #find(path: JsonPath): Child | undefined {
    const start = this.#skipSpace(0);
    let child: Child | undefined = { key: '', keyAt: start, at: start, end: this.text.length };
    for (const key of path) {
      if (!child) return undefined;
      const children: readonly Child[] = this.#childrenOf(child.at);
      child = typeof key === 'number' ? children[key] : children.find((one) => one.key === key);
    }
    return child;
  }

  #childrenOf(at: number): readonly Child[] {
    const opening = this.text.charCodeAt(at);
    if (opening !== OPEN_OBJECT && opening !== OPEN_LIST) return [];
    const known = this.#children.get(at);
    if (known) return known;
    const children: Child[] = [];
    let next = this.#skipSpace(at + 1);
    while (next < this.text.length && !isClosing(this.text.charCodeAt(next))) {
      const keyAt = next;
      let key: string | number = children.length;
      if (opening === OPEN_OBJECT) {
        const keyEnd = this.#skipString(keyAt);
        key = this.#nameOf(keyAt, keyEnd);
        next = this.#skipSpace(keyEnd);
        if (this.text.charCodeAt(next) === COLON) next = this.#skipSpace(next + 1);
      }
      const end = this.#skipValue(next);
      children.push({ key, keyAt, at: next, end });
      if (end <= keyAt) break;
      next = this.#skipSpace(end);
      if (this.text.charCodeAt(next) === COMMA) next = this.#skipSpace(next + 1);
    }
    this.#children.set(at, children);
    return children;
  }

  #nameOf(at: number, end: number): string {
    const raw = this.text.slice(at + 1, end - 1);
    return raw.includes('\\') ? String(JSON.parse(`"${raw}"`)) : raw;
  }

  #skipSpace(at: number): number {
    let next = at;
    while (this.text.charCodeAt(next) <= 32) next++;
    return next;
  }

  /** End of the string that begins here. */
  #skipString(at: number): number {
    let end = this.text.indexOf('"', at + 1);
    while (end >= 0 && this.#isEscaped(end)) end = this.text.indexOf('"', end + 1);
    return end < 0 ? this.text.length : end + 1;
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0;
    while (this.text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
    return backslashes % 2 === 1;
  }

  /** End of the value that begins here. */
  #skipValue(at: number): number {
    const { text } = this;
    let depth = 0;
    let next = at;
    while (next < text.length) {
      const code = text.charCodeAt(next);
      if (code === QUOTE) {
        next = this.#skipString(next);
        if (depth === 0) return next;
        continue;
      }
      if (code === OPEN_OBJECT || code === OPEN_LIST) depth++;
      else if (isClosing(code)) {
        if (depth === 0) return next;
        depth--;
        if (depth === 0) return next + 1;
      } else if (depth === 0 && (code === COMMA || code <= 32)) return next;
      next++;
    }
    return next;
  }
}

function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_LIST;
}

function lineStarts(text: string): Uint32Array {
  let count = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  const starts = new Uint32Array(count);
  let n = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts[n++] = at + 1;
  return starts;
}
