/**
 * Blood of the five subtypes. Each lesion says how much of a place is its blood, 0 to 1; frames
 * and units as in skull.ts.
 */
import { labelOf, type Subtype } from '../annotation/subtype';
import type { Place } from './brain';
import { mix, type Noise } from './noise';
import { integer, type Random } from './random';
import { bell, cover, ellipsoid, hypot } from './shapes';
import { EDGE } from './skull';

/** Where each lesion is: +1 on the patient's left, -1 on the right. */
export type Sides = Readonly<Record<Subtype, 1 | -1>>;

export interface Lesions {
  readonly sides: Sides;
  /** mm that the ventricles are pushed to the left (negative: to the right). */
  readonly shift: number;
  readonly blood: readonly Blood[];
  /** Edema around the hemorrhage in the brain, 0 to 1. */
  readonly edema: (x: number, y: number, z: number) => number;
}

export interface Blood {
  readonly label: number;
  /** HU of the blood itself. */
  readonly hu: number;
  /** Part of the place that it fills. */
  readonly part: (x: number, y: number, z: number, depth: number, place: Place) => number;
}

/** Lays out the lesions of a seed: sides, places and sizes vary within what is usual. */
export function layOut(next: Random, noise: Noise): Lesions {
  const side = (): 1 | -1 => (integer(next, 0, 1) === 1 ? 1 : -1);
  const vary = (value: number, by: number): number => value * (1 + by * (2 * next() - 1));
  const sdh = side();
  const iph = side();
  const sah = -iph as 1 | -1;
  const sides: Sides = { EPH: -sdh as 1 | -1, SDH: sdh, SAH: sah, IPH: iph, IVH: iph };

  const lens = { y: vary(34, 0.25), z: vary(26, 0.25), radius: vary(33, 0.15), height: vary(15, 0.2) };
  const crescent = { y: vary(-14, 0.4), z: vary(30, 0.2), radius: vary(60, 0.1), height: vary(6, 0.15) };
  const clot = { y: vary(-4, 0.8), z: vary(12, 0.3), a: vary(12, 0.15), b: vary(19, 0.15), c: vary(15, 0.15) };
  const level = vary(38, 0.05);

  const clotDistance = (x: number, y: number, z: number): number =>
    iph * x < 0 || Math.abs(y - clot.y) > 45 || Math.abs(z - clot.z) > 45
      ? 99
      : ellipsoid(iph * x - 28, y - clot.y, z - clot.z, clot.a, clot.b, clot.c) +
        3.5 * noise.at(x / 9, y / 9, z / 9 + 7) +
        1.2 * noise.at(x / 4, y / 4 + 5, z / 4);

  const blood: Blood[] = [
    {
      label: labelOf('EPH'),
      hu: 64,
      part: (x, y, z, depth) => {
        if (x * sides.EPH < 20) return 0;
        const away = hypot(y - lens.y, z - lens.z) / lens.radius;
        return cover(depth - lens.height * (1 - away * away), EDGE);
      },
    },
    {
      label: labelOf('SDH'),
      hu: 60,
      part: (x, y, z, depth) => {
        if (x * sdh < 4) return 0;
        const away = hypot(y - crescent.y, 1.25 * (z - crescent.z)) / crescent.radius;
        const height = crescent.height * (1 - away ** 4) + 0.8 * noise.at(x / 12, y / 12, z / 12);
        return away < 1 ? cover(depth - height, EDGE) : 0;
      },
    },
    {
      label: labelOf('SAH'),
      hu: 58,
      part: (x, y, z, _depth, { csf }) => {
        const sulci = ellipsoid(sah * x - 46, y + 10, z - 8, 28, 36, 26);
        const cisterns = ellipsoid(x - 6 * sah, y + 4, z + 14, 30, 24, 12);
        const patchy = 5 * noise.at(x / 10 + 3, y / 10, z / 10);
        return csf * cover(Math.min(sulci, cisterns) + patchy, 4);
      },
    },
    {
      label: labelOf('IPH'),
      hu: 66,
      part: (x, y, z) => cover(clotDistance(x, y, z), EDGE),
    },
    {
      label: labelOf('IVH'),
      hu: 62,
      part: (x, y, z, _depth, { ventricle }) => {
        // Blood sinks to the back of a patient who lies: a level in y, higher on the side of the clot.
        const surface = x * iph > 0 ? level - 14 : level + 8;
        return ventricle * cover(surface - y, 1.2) * cover(-z - 10, 4);
      },
    },
  ];
  return {
    sides,
    shift: -sdh * 3.5,
    blood,
    edema: (x, y, z) => 0.9 * bell(Math.max(0, clotDistance(x, y, z)), 5.5),
  };
}

/** Blood that pushes the brain and its CSF away, so that no other blood is in its place. */
const OUTSIDE_THE_BRAIN: readonly number[] = [labelOf('EPH'), labelOf('SDH')];

/** HU and label of a place with its blood: later lesions lie over earlier ones. */
export function bleed(
  { blood, edema }: Lesions,
  place: Place,
  x: number,
  y: number,
  z: number,
  depth: number,
): { readonly hu: number; readonly label: number } {
  let { hu } = place;
  if (place.csf + place.ventricle < 0.5 && hu < 45) hu = mix(hu, 18, edema(x, y, z));
  let label = 0;
  let free = 1;
  for (const lesion of blood) {
    const part = free * lesion.part(x, y, z, depth, place);
    if (part <= 0) continue;
    if (OUTSIDE_THE_BRAIN.includes(lesion.label)) free -= part;
    hu = mix(hu, Math.max(lesion.hu, hu > 75 ? hu : 0), part);
    if (part > 0.5) label = lesion.label;
  }
  return { hu, label };
}
