/** Checks on parsed JSON. Each takes the value and its path, and throws Flaw for anything else than it promises. */
import { Flaw, type JsonPath } from './error';

export type JsonObject = Readonly<Record<string, unknown>>;

const REMEDY = 'Correct the value; docs/annotation-format.md describes the format.';

export function flaw(path: JsonPath, problem: string, remedy = REMEDY): Flaw {
  return new Flaw(path, problem, remedy);
}

/** An object with all of `required`, any of `optional`, and nothing else, so that saving loses nothing. */
export function object(
  value: unknown,
  path: JsonPath,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw flaw(path, 'An object belongs here.');
  const record = value as JsonObject;
  for (const key of required)
    if (!(key in record)) throw flaw([...path, key], `"${key}" is missing.`, 'Add it, or restore it from git.');
  for (const key of Object.keys(record)) {
    if (!required.includes(key) && !optional.includes(key))
      throw flaw([...path, key], `"${key}" is no property of this format.`, 'Remove it, or correct its name.');
  }
  return record;
}

export function array(value: unknown, path: JsonPath): readonly unknown[] {
  if (!Array.isArray(value)) throw flaw(path, 'A list belongs here.');
  return value;
}

export function text(value: unknown, path: JsonPath): string {
  if (typeof value !== 'string' || value === '') throw flaw(path, 'A text that is not empty belongs here.');
  return value;
}

export function optionalText(value: unknown, path: JsonPath): string | undefined {
  return value === undefined ? undefined : text(value, path);
}

export function finite(value: unknown, path: JsonPath): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw flaw(path, 'A number belongs here.');
  return value;
}

/** A whole number from `from` to `to`, both included. */
export function whole(value: unknown, path: JsonPath, from: number, to = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
    const range = to === Number.MAX_SAFE_INTEGER ? `from ${from} on` : `from ${from} to ${to}`;
    throw flaw(path, `A whole number ${range} belongs here.`);
  }
  return value as number;
}

/** A list of exactly `count` numbers. */
export function numbers(value: unknown, path: JsonPath, count: number): readonly number[] {
  const list = array(value, path);
  if (list.length !== count) throw flaw(path, `${count} numbers belong here, not ${list.length}.`);
  return list.map((item, n) => finite(item, [...path, n]));
}

export function sha256(value: unknown, path: JsonPath): string {
  if (typeof value !== 'string' || !/^[0-9a-f]{64}$/.test(value))
    throw flaw(path, 'A SHA-256 of 64 lower-case hexadecimal digits belongs here.');
  return value;
}
