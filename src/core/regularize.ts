/** A tilted, sheared or unevenly spaced volume on a regular grid with perpendicular axes. */
import { isOrthogonal, regularFrame } from './frame';
import { geometryFromSlices } from './geometry';
import { sameKind, sampleRun } from './sample';
import { addScaled, scale } from './vec3';
import { type Notice, ScanError, type Volume } from './volume';

/** What resampling mends, so that its result no longer says so. */
const MENDED: readonly Notice['code'][] = ['gantry-tilt', 'uneven-spacing', 'missing-slices', 'sheared-affine'];

/** Bytes of the result, at most: what one typed array of every platform can hold. */
const LARGEST = 2 ** 31;

/** Part of the gaps that may be narrower than the result's spacing: a few odd gaps decide nothing. */
const ODD_GAPS = 0.25;

/**
 * Resamples a volume to the smallest regular, perpendicular grid that holds all of it: rows and
 * pixels as before, slices along the normal at the narrowest usual distance, first and last slice
 * in their places. Linear between voxels, in the volume's own type (integers rounded); air, or the
 * smallest value, outside. Every value stays at its place in the patient.
 * @throws ScanError if that is more than 2 GiB, as slices at nonsensical places would need.
 * @returns the volume itself if its grid is regular and perpendicular already.
 */
export function regularize(volume: Volume): Volume {
  if (isOrthogonal(volume)) return volume;
  const frame = regularFrame(volume, usualGap(volume));
  const [columns, rows, layers] = frame.size;
  const bytes = columns * rows * layers * volume.voxels.BYTES_PER_ELEMENT;
  if (bytes > LARGEST)
    throw new ScanError(
      'The resampled scan',
      `would have ${frame.size.join(' x ')} voxels (${(bytes / 2 ** 30).toFixed(1)} GiB), above the limit of 2 GiB.`,
      'Its slices lie too far apart for one volume: keep those that belong together and convert them alone.',
    );
  const target = sameKind(volume.voxels, columns * rows * layers);
  for (let z = 0; z < layers; z++)
    for (let y = 0; y < rows; y++) {
      const start = frame.toIndex([0, y, z]);
      const next = frame.toIndex([1, y, z]);
      const step = [next[0] - start[0], next[1] - start[1]] as const;
      const targetStart = (z * rows + y) * columns;
      sampleRun(volume, { count: columns, start, step, target, targetStart, targetStep: 1 }, true);
    }
  const [x, y, normal] = frame.direction;
  const positions = Array.from({ length: layers }, (_, k) => addScaled(frame.origin, normal, k * frame.spacing[2]));
  return {
    ...volume,
    ...geometryFromSlices(
      [x, y],
      [frame.spacing[0], frame.spacing[1]],
      [columns, rows],
      positions,
      [],
      scale(normal, frame.spacing[2]),
    ),
    voxels: target,
    provenance: { ...volume.provenance, voxels: 'resampled to a regular grid' },
    notices: volume.notices.filter(({ code }) => !MENDED.includes(code)),
  };
}

/** The narrowest gap between slices that is no exception. */
function usualGap({ slices, spacing, regular }: Volume): number {
  if (regular) return spacing[2];
  const gaps = slices.slice(1).map(({ location }, k) => location - (slices[k]?.location ?? 0));
  gaps.sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length * ODD_GAPS)] ?? spacing[2];
}
