/** Tensors of several pictures, the first dimension, in parts. */
import type { TensorValue } from '../session/network';
import { ProtocolError } from './tensors';

type Tensors = Readonly<Record<string, TensorValue>>;

/** Number of pictures in tensors that all hold the same number; 1 where they do not. */
export function pictures(input: Tensors): number {
  const counts = new Set(Object.values(input).map(({ dims: [n = 1] }) => n));
  const [count = 1] = counts;
  return counts.size === 1 ? count : 1;
}

/** The tensors in parts of at most so many pictures. */
export function split(input: Tensors, most: number): Tensors[] {
  const count = pictures(input);
  return Array.from({ length: Math.ceil(count / most) }, (_, n) =>
    Object.fromEntries(
      Object.entries(input).map(([name, { type, dims, data }]) => {
        const one = data.length / count;
        const [from, to] = [n * most, Math.min(count, (n + 1) * most)];
        return [name, { type, dims: [to - from, ...dims.slice(1)], data: data.subarray(from * one, to * one) }];
      }),
    ),
  );
}

/** The opposite. Throws ProtocolError where outputs of the parts do not go together. */
export function joined(parts: readonly Tensors[]): Tensors {
  const [first = {}] = parts;
  return Object.fromEntries(
    Object.entries(first).map(([name, { type, dims }]) => {
      const all = parts.map((part) => part[name]);
      const rest = String(dims.slice(1));
      if (all.some((one) => String(one?.dims.slice(1)) !== rest)) {
        throw new ProtocolError(`gave outputs "${name}" of different shapes for pictures of one shape.`);
      }
      const data = new Float32Array(all.reduce((sum, one) => sum + (one?.data.length ?? 0), 0));
      let at = 0;
      for (const one of all) {
        data.set(one?.data ?? [], at);
        at += one?.data.length ?? 0;
      }
      return [name, { type, dims: [all.reduce((sum, one) => sum + (one?.dims[0] ?? 0), 0), ...dims.slice(1)], data }];
    }),
  );
}
