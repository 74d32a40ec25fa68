/**
 * The head around the brain: cranial cavity, vault, base, face and scalp.
 *
 * Frame of all of the phantom's anatomy: head frame, mm, x to the patient's left, y to the back,
 * z to the vertex; origin between the foramina of Monro, roughly.
 */
import { mix, type Noise } from './noise';
import { bell, cover, ellipsoid, hypot, step } from './shapes';

/** Half-width of borders between tissues, mm: what a scanner's sharpness leaves. */
export const EDGE = 0.7;

/** HU. */
export const AIR = -1000;
const FAT = -85;
const MUSCLE = 52;
const SKIN = 35;
const TABLE = 1450;
const DIPLOE = 620;

/** Depth (below 0: outside of the inner table) from which on there is only air. */
export const FARTHEST = -32;

/** Depth under the inner table of the vault, mm, positive inside, as if the cavity had no floor. */
export function vaultDepth(x: number, y: number, z: number): number {
  const across = (y - 22) / 105;
  const u = x / (66 * (1.04 - 0.17 * across * across));
  const v = (y - 2) / 84;
  const up = z - 6;
  if (up > 0) {
    const w = up / 73;
    const r = Math.sqrt(u * u + v * v + w * w) + 1e-6;
    return Math.sqrt(x * x + y * y + up * up) * (1 / r - 1);
  }
  const narrow = Math.sqrt(Math.max(0.05, 1 - (up / 135) ** 2));
  const r = Math.sqrt(u * u + v * v) / narrow + 1e-6;
  return Math.sqrt(x * x + y * y) * (1 / r - 1);
}

/** Height of the cavity's floor: anterior, middle and posterior fossa, sella, petrous ridges; far down in the foramen magnum. */
export function floorHeight(noise: Noise, x: number, y: number): number {
  const side = Math.abs(x);
  const anterior = -17 + 7 * bell(side - 30, 15) - 5 * bell(side, 7);
  const sella = -22 - 5 * bell(hypot(x, y + 8), 7);
  const middle = mix(sella, -44, step(side, 17, 6));
  const posterior = -60 + 0.004 * (side * side + (y - 40) ** 2);
  const petrous = 26 * bell(y - (2 + 0.52 * side), 8) * step(side, 9, 6);
  const front = step(y, -30 + 0.25 * side, 6);
  const back = step(y, 2 + 0.52 * side, 6);
  const floor = mix(mix(anterior, middle, front), posterior, back) + petrous * front;
  const foramen = cover(hypot(x, (y - 34) * 0.85) - 15, 2);
  return mix(floor + 2.5 * noise.at(x / 13, y / 13, 2), -200, foramen);
}

/** HU of everything outside of the cranial cavity. `depth` is `vaultDepth`, `floor` is `floorHeight` there. */
export function outside(noise: Noise, x: number, y: number, z: number, depth: number, floor: number): number {
  const side = Math.abs(x);
  if (depth < FARTHEST) return AIR;
  const bumps = noise.at(x / 22, y / 22, z / 22);
  const temple = step(side, 50, 10) * step(-z, -22, 22) * step(y, -52, 14) * step(-y, -30, 25);
  const thickness = 6.2 + 1.3 * bumps - 2.6 * temple + 5 * bell(y - 88, 20) * bell(z + 8, 25) + 1.5 * bell(y + 85, 20);
  const scalp = 5.5 + 6 * temple + 1.5 * noise.at(x / 40 + 9, y / 40, z / 40) + 8 * step(-z, 30, 40) * step(y, 20, 60);
  const skin = thickness + scalp;
  const out = -depth;
  if (out > skin + EDGE) return AIR;
  const face = step(-y, 40 + 0.35 * side, 8) * step(-z, 16, 5);
  const vault = step(z, -52, 5) * (1 - face);
  let hu = softTissue(noise, x, y, z, skin - out, temple);
  hu = mix(
    hu,
    bone(noise, x, y, z, out, thickness),
    cover(Math.abs(out - thickness / 2) - thickness / 2, EDGE) * vault,
  );
  if (out < thickness) hu = base(noise, x, y, z, hu, floor - z, face);
  if (face > 0) hu = mix(hu, faceAt(noise, x, y, z, hu, out), face);
  return mix(hu, AIR, cover(skin - out, EDGE));
}

/** Skin over fat over muscle; `under` is the depth below the skin, mm. */
function softTissue(noise: Noise, x: number, y: number, z: number, under: number, temple: number): number {
  const strands = noise.at(x / 7 + 3, y / 7, z / 9);
  const neck = step(-z, 36, 12) * step(y, -25, 20);
  const muscle = Math.max(cover(4.5 + strands - under, 1) * Math.max(temple, neck), 0.3 * cover(-0.2 - strands, 0.2));
  const layers = mix(FAT + 15 * strands, MUSCLE + 6 * strands, muscle);
  return mix(mix(layers, -20, neck * cover(Math.abs(strands) - 0.05, 0.12)), SKIN, cover(under - 1.8, 0.8));
}

/** Outer and inner table with the diploe between them. */
function bone(noise: Noise, x: number, y: number, z: number, out: number, thickness: number): number {
  const table = Math.min(1.7, thickness / 2.6);
  const marrow = cover(Math.abs(out - thickness / 2) - (thickness / 2 - table), 0.8);
  const spongy = DIPLOE + 260 * noise.at(x / 2.2, y / 2.2, z / 4);
  return mix(TABLE + 120 * noise.at(x / 8, y / 8, z / 8), spongy, marrow);
}

/** The skull base below the cavity's floor; `below` is the depth under the floor, mm. */
function base(noise: Noise, x: number, y: number, z: number, soft: number, below: number, face: number): number {
  const side = Math.abs(x);
  const grain = noise.at(x / 3, y / 3, z / 3);
  const petrous = bell(y - (2 + 0.52 * side), 12) * step(side, 8, 4);
  const clivus = cover(ellipsoid(x, y - 2, z + 38, 15, 14, 20), 2);
  const thick = 3 + 20 * petrous + 3 * bell(y - 70, 25);
  const plate = cover(Math.abs(below - thick / 2) - thick / 2, EDGE) * step(z, -68, 5);
  let hu = mix(soft, 1050 + 350 * grain, Math.max(plate, clivus) * (1 - face));
  const mastoid = cover(ellipsoid(side - 52, y - 30, z + 40, 11, 14, 18), 2);
  hu = mix(hu, grain + noise.at(x / 1.8, y / 1.8, z / 3) > 0.1 ? -850 : 700, mastoid);
  const sphenoid = cover(ellipsoid(side - 7, y + 17, z + 36, 8, 11, 9), EDGE);
  hu = mix(hu, AIR, sphenoid);
  const ring = hypot(x, (y - 34) * 0.85);
  return mix(hu, 1000 + 200 * grain, cover(Math.abs(ring - 19) - 3, EDGE) * step(-z, 58, 3));
}

/** Orbits, nose and upper jaw; drawn without any claim to detail. */
function faceAt(noise: Noise, x: number, y: number, z: number, soft: number, out: number): number {
  const side = Math.abs(x);
  const grain = noise.at(x / 4, y / 4, z / 5);
  let hu = soft;
  const orbit = ellipsoid(side - 32, y + 62, z + 32, 19, 26, 17);
  hu = mix(hu, 900 + 250 * grain, cover(Math.abs(orbit - 1.2) - 1.4, EDGE) * cover(out + 1, 3));
  hu = mix(hu, FAT, cover(orbit, EDGE));
  const globe = ellipsoid(side - 32, y + 72, z + 32, 12, 12, 12);
  hu = mix(hu, 60, cover(Math.abs(globe) - 0.7, EDGE));
  hu = mix(hu, 12, cover(globe + 0.8, EDGE));
  hu = mix(hu, 80, cover(ellipsoid(side - 32, y + 81, z + 32, 4.5, 2, 4.5), EDGE));
  const axis = 32 - 0.42 * (y + 60);
  for (const offset of [0, 10, -10]) {
    const width = offset === 0 ? 2 : 1.8;
    const muscle = Math.max(hypot(side - axis - offset * bell(y + 62, 22), z + 32) - width, y + 40, -y - 66);
    hu = mix(hu, 45, cover(muscle, EDGE));
  }
  const nose = Math.max(side - 13, Math.abs(y + 58) - 24, z + 20);
  hu = mix(hu, grain > 0.25 ? 40 : AIR, cover(nose, EDGE));
  hu = mix(hu, 500, cover(Math.abs(nose) - 0.8, EDGE));
  hu = mix(hu, 700, cover(side - 0.8, EDGE) * cover(nose, EDGE));
  const maxilla = ellipsoid(side - 29, y + 60, z + 62, 13, 17, 13);
  hu = mix(hu, 900, cover(Math.abs(maxilla - 0.7) - 1, EDGE));
  return mix(hu, AIR, cover(maxilla, EDGE));
}
