/** What the cranial cavity holds: gray and white matter, CSF spaces, falx and tentorium, calcifications. Head frame as in skull.ts. */
import { mix, type Noise } from './noise';
import { bell, type Capsule, capsule, cover, ellipsoid, hypot, step } from './shapes';
import { EDGE } from './skull';

/** HU. */
const GRAY = 38;
const WHITE = 28;
const CSF = 7;
const DURA = 56;

/** Lateral ventricle of the left side: frontal horn, body, atrium, occipital and temporal horn. */
const VENTRICLE: readonly Capsule[] = [
  { from: [12, -33, 10, 3], to: [6.5, -12, 16, 4.2] },
  { from: [6.5, -12, 16, 4.2], to: [13, 12, 25, 5] },
  { from: [13, 12, 25, 5], to: [25, 33, 16, 6.5] },
  { from: [25, 33, 16, 6.5], to: [21, 60, 10, 3] },
  { from: [25, 33, 16, 6.5], to: [32, 18, -10, 3] },
  { from: [32, 18, -10, 3], to: [31, -4, -19, 2] },
];
/** Distance, mm, from which on nobody asks how far it is. */
const FAR = 20;

const MEDULLA: Capsule = { from: [0, 22, -40, 9], to: [0, 32, -90, 6] };

/** What is in a place of the cavity. */
export interface Place {
  /** HU without noise and blood. */
  readonly hu: number;
  /** Part that is CSF outside of the ventricles, 0 to 1. */
  readonly csf: number;
  /** Part that is ventricle, 0 to 1. */
  readonly ventricle: number;
}

/** Distance to the lateral ventricles, mm. `shift` moves the midline to the left. */
export function lateralVentricles(x: number, y: number, z: number, shift: number): number {
  const side = Math.abs(x - shift);
  if (side > 45 || z > 45 || z < -36 || y < -50 || y > 78) return FAR;
  let distance = Number.POSITIVE_INFINITY;
  for (const part of VENTRICLE) distance = Math.min(distance, capsule(side, y, z, part));
  return distance;
}

/** Third and fourth ventricle. */
function middleVentricles(x: number, y: number, z: number): number {
  return Math.min(ellipsoid(x, y - 4, z - 2, 2.4, 14, 11), ellipsoid(x, y - 42, z + 34, 8, 6, 11));
}

/** Height of the tentorium: a tent with its ridge along the midline. */
function tentorium(x: number, y: number): number {
  return 8 - 0.5 * Math.abs(x) - 0.006 * (y - 45) ** 2;
}

/**
 * Distance to the nearest sulcus, mm: sheets that run inward from the surface, laid out by noise on
 * the direction from the centre, so that they stand upright on the cortex.
 */
function sulcus(noise: Noise, x: number, y: number, z: number, depth: number): number {
  if (depth > 26) return FAR;
  const up = z - 6;
  const scale = 1 / (Math.sqrt((x / 66) ** 2 + (y / 84) ** 2 + (up / 73) ** 2) + 0.05);
  const wave = 5 * noise.at(x / 11 + 5, y / 11, z / 11);
  const u = (x * scale + wave) / 13;
  const v = (y * scale + wave) / 13;
  const w = (up * scale - wave) / 13;
  const first = Math.abs(noise.at(u, v, w)) * 12;
  const second = Math.abs(noise.at(u + 16, v + 7, w + 3)) * 12;
  return Math.min(first, second) - 1.5 + 0.11 * depth;
}

/**
 * Tissue at a point of the cavity, `depth` mm under the inner table and `height` mm over the floor.
 * Everything but the falx is bent a little by noise: no brain is drawn with a ruler.
 */
export function brainAt(
  noise: Noise,
  trueX: number,
  trueY: number,
  trueZ: number,
  depth: number,
  height: number,
  shift: number,
): Place {
  const warp = noise.at(trueX / 19, trueY / 19, trueZ / 19 + 11);
  const x = trueX + 3 * warp;
  const y = trueY + 3 * noise.at(trueX / 19 + 7, trueY / 19, trueZ / 19);
  const z = trueZ - 3 * warp;
  const nearest = Math.min(depth, height);
  const tent = tentorium(x, y);
  const below = y > 16 ? step(tent, z, 3) * step(y, 20, 4) : 0;
  const middle = Math.abs(trueX - 0.6 * noise.at(y / 30, z / 30, 4));
  const callosum = ellipsoid(x, y - 4, z - 14, 200, 46, 20);
  const stem = brainstem(x, y, z);
  const fissure = below < 0.5 && callosum > 0 ? middle - (1.1 + 1.2 * bell(depth, 7)) : FAR;
  const groove = Math.min(sulcus(noise, x, y, z, Math.min(depth, height + 6)), sylvian(x, y, z));
  const rind = nearest - 1.8 - 1.2 * noise.at(x / 9, y / 9, z / 9);
  const surface = Math.min(rind, groove, fissure);

  const cortex = cover(surface - 3.4 - noise.at(x / 4, y / 4, z / 4), 1);
  const gray = Math.max(cortex, nuclei(x - shift * bell(x, 40), y, z));
  let hu = mix(WHITE, GRAY, gray) + 1.5 * noise.at(x / 16 + 8, y / 16, z / 16) + 3 * bell(depth, 7);
  if (below > 0) hu = mix(hu, cerebellum(noise, x, y, z), below);
  hu = mix(hu, 31, cover(stem, 1));

  let csf = cover(surface, EDGE) * (1 - below);
  csf = Math.max(csf, cover(nearest - 1.5 - 2 * bell(height, 7) * step(-z, 10, 10), EDGE));
  csf = Math.max(csf, cisterns(x, y, z, stem, below));
  const cavities = Math.min(lateralVentricles(x, y, z, shift), middleVentricles(x - shift, y, z) + 0.3);
  const ventricle = cover(cavities, EDGE);
  hu = mix(hu, CSF, Math.max(csf, ventricle));
  return { hu: dura(noise, hu, x, y, z, depth, tent, callosum, middle), csf: csf * (1 - ventricle), ventricle };
}

/** The Sylvian fissures: a cleft from the side to the insula, and the space over the insula. */
function sylvian(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  if (side < 34 || Math.abs(z) > 30) return FAR;
  const along = z - 2 - 0.6 * (y + 5);
  const cleft = Math.max(Math.abs(along) - 1.2 - 1.5 * bell(y + 22, 12), 40 - side, Math.abs(y + 4) - 24);
  const insula = Math.max(Math.abs(side - 41 + 0.008 * (y + 4) ** 2) - 1.3, Math.abs(along) - 11, Math.abs(y + 4) - 22);
  return Math.min(cleft, insula);
}

/** Thalamus, lentiform and caudate nucleus: how much of the place is one of them. */
function nuclei(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  if (side > 40 || Math.abs(z - 6) > 20) return 0;
  const thalamus = ellipsoid(side - 11, y - 10, z - 8, 8.5, 14, 9);
  const lentiform = ellipsoid(side - 24 - 0.12 * y, y + 6, z - 6, 6, 16, 11);
  const caudate = ellipsoid(side - 13, y + 22, z - 12, 5, 8, 10);
  return cover(Math.min(thalamus, lentiform, caudate), 1.2);
}

function brainstem(x: number, y: number, z: number): number {
  const midbrain = ellipsoid(x, y - 17, z + 12, 17, 14, 12);
  const pons = ellipsoid(x, y - 19, z + 32, 17, 13, 16);
  return Math.min(midbrain, pons, capsule(x, y, z, MEDULLA));
}

function cerebellum(noise: Noise, x: number, y: number, z: number): number {
  const folia = Math.sin(0.9 * hypot(y - 25, z + 25) + 2 * noise.at(x / 12, y / 12, z / 12));
  const core = ellipsoid(Math.abs(x) - 20, y - 46, z + 34, 14, 14, 11);
  return mix(35 + 2.5 * folia, 31, cover(core, 4));
}

/** Cisterns around the brainstem and over the sella. */
function cisterns(x: number, y: number, z: number, stem: number, below: number): number {
  if (z > 10 || z < -48 || stem > FAR) return 0;
  const around = Math.max(stem - 3.6 + 1.5 * below, z + 2, -46 - z);
  const corner = Math.cos(5 * Math.atan2(x, -(y + 10)));
  const suprasellar = Math.max(hypot(x, y + 10) - 11 - 2.2 * corner, Math.abs(z + 15) - 6);
  const plate = Math.max(ellipsoid(x, y - 33, z + 4, 12, 5, 8), stem);
  return cover(Math.min(around, suprasellar, plate), EDGE) * (1 - cover(stem, EDGE));
}

/** Falx, tentorium and venous sinuses over whatever is there, and the calcifications of a grown-up. */
function dura(
  noise: Noise,
  hu: number,
  x: number,
  y: number,
  z: number,
  depth: number,
  tent: number,
  callosum: number,
  middle: number,
): number {
  let value = hu;
  if (middle < 3) {
    const reach = 16 + 16 * step(y, 0, 60);
    const falx = Math.max(middle - 0.75, depth - reach, 1 - callosum, y > 16 ? tent - z : -z - 14);
    value = mix(value, DURA - 6, cover(falx, EDGE));
  }
  if (y > 10) {
    const sheet = Math.max(Math.abs(z - tent) - 1, 24 - y - 0.5 * Math.abs(x), 22 - hypot(x, y - 20));
    value = mix(value, DURA - 8, cover(sheet, 0.9));
  }
  if (depth < 6) {
    const sagittal = Math.max(hypot(x, depth - 1) - 4, -z - 4, -y - 60);
    const transverse = Math.max(hypot(z - tent + 1, depth - 1) - 4, 28 - y);
    value = mix(value, DURA, cover(Math.min(sagittal, transverse), 0.9));
  }
  if (y < 20 || y > 45 || z > 25) return value;
  const glomus = ellipsoid(Math.abs(x) - 24, y - 34, z - 15, 2.6, 4.2, 4);
  const pineal = ellipsoid(x, y - 27, z - 1, 2, 2.6, 2.5);
  const grains = 95 + 110 * Math.max(0, noise.at(x / 1.7, y / 1.7, z / 2) + 0.3);
  return mix(value, grains, cover(Math.min(glomus, pineal), 0.8));
}
