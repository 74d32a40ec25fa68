// Random masks and annotations, from noise to blobs as lesions have them.
import {
  type Annotation,
  bySubtype,
  emptyAnnotation,
  type SliceAnnotation,
} from '../../../../src/core/annotation/annotation';
import type { ImageReference } from '../../../../src/core/annotation/image';
import { encodeRuns } from '../../../../src/core/annotation/runs';
import { integer, type Random } from '../../../../src/core/phantom/random';

export function imageOf(width: number, height: number, depth: number): ImageReference {
  return {
    file: 'head.nii.gz',
    sha256: 'ab'.repeat(32),
    size: [width, height, depth],
    spacing: [0.488281, 0.488281, 5],
    affine: [0.488281, 0, 0, -125.5, 0, 0.488281, 0, -110.25, 0, 0, 5, 37, 0, 0, 0, 1],
  };
}

/** Every voxel by itself: the hardest case for runs. */
export function noise(next: Random, voxels: number, density: number): Uint8Array {
  return Uint8Array.from({ length: voxels }, () => (next() < density ? integer(next, 1, 5) : 0));
}

/** A label volume with deformed, ragged ellipsoids, later ones over earlier ones. `ragged` is the edges' noise in voxels. */
export function blobs(
  next: Random,
  [width, height, depth]: readonly [number, number, number],
  count: number,
  ragged: number,
  radius = 0.12,
): Uint8Array {
  const labels = new Uint8Array(width * height * depth);
  for (let n = 0; n < count; n++) {
    const label = integer(next, 1, 5);
    const centre = [0.25 + next() * 0.5, 0.25 + next() * 0.5, next()].map(
      (at, axis) => at * ([width, height, depth][axis] ?? 1),
    );
    const radii = [width, height, depth * 2].map((size) => Math.max(1, size * radius * (0.4 + next())));
    const phase = next() * 6;
    const [ci = 0, cj = 0, ck = 0] = centre;
    const [ri = 1, rj = 1, rk = 1] = radii;
    for (let k = Math.max(0, Math.ceil(ck - rk)); k <= Math.min(depth - 1, ck + rk); k++) {
      for (let j = Math.max(0, Math.ceil(cj - rj)); j <= Math.min(height - 1, cj + rj); j++) {
        const t = (j - cj) / rj;
        const u = (k - ck) / rk;
        if (t * t + u * u >= 1) continue;
        const half = ri * Math.sqrt(1 - t * t - u * u) * (1 + 0.15 * Math.sin(5 * t + phase));
        const middle = ci + 0.1 * ri * Math.sin(3 * t + 2 * u + phase);
        const from = Math.max(0, Math.round(middle - half + ragged * (next() - 0.5)));
        const to = Math.min(width - 1, Math.round(middle + half + ragged * (next() - 0.5)));
        if (to >= from) labels.fill(label, (k * height + j) * width + from, (k * height + j) * width + to + 1);
      }
    }
  }
  return labels;
}

/** An annotation of a label volume; nothing else is stated. */
export function annotationOf(labels: Uint8Array, size: readonly [number, number, number]): Annotation {
  const [width, height, depth] = size;
  const empty = emptyAnnotation(imageOf(width, height, depth));
  return {
    ...empty,
    slices: empty.slices.map((slice, k) => ({
      ...slice,
      runs: encodeRuns(labels.subarray(k * width * height, (k + 1) * width * height), width, height),
    })),
  };
}

const NAMES = ['Ada', 'Bo Li', 'Zoë "Z"', 'back\\slash', '@home', 'line\nbreak'];

/** Everything else that an annotation can say, at random, on top of a mask. */
export function withRemarks(next: Random, annotation: Annotation): Annotation {
  const [width, height] = annotation.image.size;
  const name = (): string => NAMES[integer(next, 0, NAMES.length - 1)] ?? '';
  const presence = (): boolean | null => [true, false, null][integer(next, 0, 2)] ?? null;
  const model = {
    name: 'ich-seg',
    version: '1.0',
    sha256: 'cd'.repeat(32),
    threshold: 0.5,
    provider: 'cpu',
  };
  const made = () => (next() < 0.5 ? [] : next() < 0.5 ? [{ reader: name() }] : [{ model }, { reader: name() }]);
  const slice = (old: SliceAnnotation): SliceAnnotation => ({
    runs: old.runs,
    findings: bySubtype(() => ({
      present: presence(),
      boxes: Array.from({ length: integer(next, 0, 2) }, () => {
        const column = integer(next, 0, width - 1);
        const row = integer(next, 0, height - 1);
        return [column, row, integer(next, 1, width - column), integer(next, 1, height - row)] as const;
      }),
      made: made(),
    })),
    editors: new Map(
      Array.from({ length: integer(next, 0, 3) }, () => [integer(next, 0, height - 1), name()] as const).sort(
        ([a], [b]) => a - b,
      ),
    ),
    comments: Array.from({ length: integer(next, 0, 2) }, () => ({
      ...(next() < 0.5 ? { at: [integer(next, 0, width - 1), integer(next, 0, height - 1)] as const } : {}),
      text: `seen by ${name()}`,
      ...(next() < 0.5 ? { by: name() } : {}),
    })),
  });
  return {
    image: annotation.image,
    review: next() < 0.5 ? { state: 'draft' } : { state: 'reviewed', by: name() },
    made: made(),
    patient: bySubtype(presence),
    slices: annotation.slices.map(slice),
  };
}
