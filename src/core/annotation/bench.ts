/** How long the largest plausible annotation takes to write and to read; `npm run bench` prints it. */
import { type Random, random } from '../phantom/random';
import { type Annotation, emptyAnnotation, emptySlice } from './annotation';
import { encodeAnnotation } from './encode';
import { parseAnnotation } from './parse';

export interface AnnotationBench {
  readonly slices: number;
  readonly runs: number;
  /** Characters of the text, all of them ASCII. */
  readonly textBytes: number;
  /** Best of five, ms. */
  readonly encodeMs: number;
  readonly parseMs: number;
}

const SIZE = 512;

/** Writes and reads an annotation of 512x512 slices with 5 % blood; `now` gives milliseconds. */
export function benchAnnotation(now: () => number, slices = 500): AnnotationBench {
  const annotation = bloodyAnnotation(slices, 0.05);
  const text = encodeAnnotation(annotation);
  const best = (action: () => void): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const start = now();
        action();
        return now() - start;
      }),
    );
  return {
    slices,
    runs: annotation.slices.reduce((sum, { runs }) => sum + runs.length / 4, 0),
    textBytes: text.length,
    encodeMs: best(() => encodeAnnotation(annotation)),
    parseMs: best(() => parseAnnotation(text)),
  };
}

/** Every slice with that fraction of its voxels in a ragged lesion with specks and two subtypes. */
export function bloodyAnnotation(slices: number, fraction: number): Annotation {
  const next = random(1);
  const radius = Math.sqrt((fraction * SIZE * SIZE) / Math.PI);
  return {
    ...emptyAnnotation({
      file: 'head.nii.gz',
      sha256: '0'.repeat(64),
      size: [SIZE, SIZE, slices],
      spacing: [0.5, 0.5, 0.625],
      affine: [0.5, 0, 0, -128, 0, 0.5, 0, -128, 0, 0, 0.625, -100, 0, 0, 0, 1],
    }),
    slices: Array.from({ length: slices }, () => ({ ...emptySlice(), runs: raggedLesion(next, radius) })),
  };
}

function raggedLesion(next: Random, radius: number): Uint32Array {
  const runs: number[] = [];
  const [x, y] = [SIZE * (0.4 + 0.2 * next()), SIZE * (0.4 + 0.2 * next())];
  for (let row = Math.ceil(y - radius); row <= y + radius; row++) {
    const half = Math.sqrt(radius ** 2 - (row - y) ** 2);
    const first = Math.round(x - half + 8 * (next() - 0.5));
    const last = Math.max(first, Math.round(x + half + 8 * (next() - 0.5)));
    const border = first + Math.floor((last - first + 1) * (0.3 + 0.4 * next()));
    if (border > first) runs.push(2, row, first, border - first);
    runs.push(4, row, border, last - border + 1);
    if (next() < 0.5) runs.push(4, row, last + 3, 1 + Math.floor(4 * next()));
  }
  return Uint32Array.from(runs);
}
