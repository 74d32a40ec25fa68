/** A head CT that belongs to nobody: anatomy and blood by formulas and seeded noise, in HU, with its true mask. */
import type { Subtype } from '../annotation/subtype';
import type { Affine } from '../geometry';
import type { Vec3 } from '../volume';
import { brainAt } from './brain';
import { bleed, type Lesions, layOut } from './lesions';
import { mix, Noise } from './noise';
import { integer, type Random, random } from './random';
import { cover, hypot } from './shapes';
import { AIR, EDGE, FARTHEST, floorHeight, outside, vaultDepth } from './skull';

export interface PhantomOptions {
  /** Any whole number; the same one gives the same scan on every machine. */
  readonly seed?: number;
  /** Columns, rows, slices. */
  readonly size?: Vec3;
  /** mm. */
  readonly spacing?: Vec3;
  /** SD of the noise, HU. */
  readonly noise?: number;
  /** False for a head without blood. */
  readonly blood?: boolean;
}

export interface Phantom {
  /** HU; i fastest, then j, then k. */
  readonly voxels: Int16Array<ArrayBuffer>;
  /** Label map of the blood. */
  readonly labels: Uint8Array<ArrayBuffer>;
  readonly size: Vec3;
  readonly spacing: Vec3;
  /** Index to LPS mm; i to the patient's left, j to the back, k to the head. */
  readonly affine: Affine;
  /** Side of each subtype's lesion: +1 left, -1 right (blood in cisterns lies on both). */
  readonly sides: Readonly<Record<Subtype, 1 | -1>>;
}

/** Height of the lowest slice below and of the highest above the frame's origin, mm, of the usual 34 slices of 5 mm. */
const BOTTOM = -74;

/** Edge of the square of noise that slices are strewn with, voxels. */
const TILE = 512;

/** Makes a scan; a few seconds for the default 512 x 512 x 34. `onSlice` is told after each slice. */
export function makePhantom(options: PhantomOptions = {}, onSlice?: (done: number, total: number) => void): Phantom {
  const { seed = 1, size = [512, 512, 34], noise: deviation = 4, blood = true } = options;
  const spacing = options.spacing ?? [240 / size[0], 240 / size[1], 170 / size[2]];
  const [width, height, depth] = size;
  const next = random(seed);
  const noise = new Noise(next);
  const lesions = layOut(next, noise);
  const pose = poseOf(next() - 0.5, next() - 0.5);
  const grain = grainOf(random(seed + 1), deviation);
  const origin: Vec3 = [-((width - 1) / 2) * spacing[0], -((height - 1) / 2) * spacing[1], BOTTOM];
  const voxels = new Int16Array(width * height * depth);
  const labels = new Uint8Array(width * height * depth);
  for (let k = 0; k < depth; k++) {
    const z = origin[2] + k * spacing[2];
    const shift = [integer(next, 0, TILE - 1), integer(next, 0, TILE - 1)] as const;
    for (let j = 0; j < height; j++) {
      const y = origin[1] + j * spacing[1];
      const row = (k * height + j) * width;
      for (let i = 0; i < width; i++) {
        const x = origin[0] + i * spacing[0];
        // Two samples over the slice's thickness: borders blur as slices as thick as these blur them.
        const low = sample(noise, lesions, pose, x, y, z - spacing[2] / 4);
        const high = sample(noise, lesions, pose, x, y, z + spacing[2] / 4);
        const fine = grain[((shift[1] + j) % TILE) * TILE + ((shift[0] + i) % TILE)] ?? 0;
        voxels[row + i] = Math.round(Math.max(-1024, (low.hu + high.hu) / 2 + fine));
        if (blood) labels[row + i] = low.label === high.label || low.hu > high.hu ? low.label : high.label;
      }
    }
    onSlice?.(k + 1, depth);
  }
  const affine = [
    ...[spacing[0], 0, 0, origin[0]],
    ...[0, spacing[1], 0, origin[1]],
    ...[0, 0, spacing[2], origin[2]],
    ...[0, 0, 0, 1],
  ];
  return { voxels, labels, size, spacing, affine, sides: lesions.sides };

  function sample(...[field, bleeding, turn, x, y, z]: SampleArguments): Sample {
    return sampleAt(field, blood ? bleeding : undefined, turn, x, y, z);
  }
}

type SampleArguments = readonly [Noise, Lesions, Pose, number, number, number];

interface Sample {
  readonly hu: number;
  readonly label: number;
}

const NOTHING: Sample = { hu: AIR, label: 0 };

/** Height above which the floor is so far that its shape does not matter, and what stands for it there, mm. */
const ROOF = 10;
const LOW = -44;

/** Rotation of scanner axes to head axes: a head is never quite straight. */
type Pose = readonly [number, number, number, number, number, number, number, number, number];

/** Turned to the side (about the vertical) and tilted, each by some degrees for inputs from -0.5 to 0.5. */
function poseOf(turn: number, tilt: number): Pose {
  const [a, b] = [turn * 0.12, tilt * 0.1];
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  return [ca * cb, sa, ca * sb, -sa * cb, ca, -sa * sb, -sb, 0, cb];
}

function sampleAt(
  noise: Noise,
  lesions: Lesions | undefined,
  pose: Pose,
  worldX: number,
  worldY: number,
  worldZ: number,
): Sample {
  const x = pose[0] * worldX + pose[1] * worldY + pose[2] * worldZ;
  const y = pose[3] * worldX + pose[4] * worldY + pose[5] * worldZ;
  const z = pose[6] * worldX + pose[7] * worldY + pose[8] * worldZ;
  const depth = vaultDepth(x, y, z);
  if (depth < FARTHEST) return headRest(worldX, worldY);
  const floor = z > ROOF ? LOW : floorHeight(noise, x, y);
  const over = z - floor;
  const inside = Math.min(cover(-depth, EDGE), cover(-over, EDGE));
  const around = inside < 1 ? outside(noise, x, y, z, depth, floor) : 0;
  if (inside <= 0) return { hu: around === AIR ? headRest(worldX, worldY).hu : around, label: 0 };
  const place = brainAt(noise, x, y, z, depth, over, lesions?.shift ?? 0);
  const { hu, label } = lesions ? bleed(lesions, place, x, y, z, depth) : { hu: place.hu, label: 0 };
  return inside < 1 ? { hu: mix(around, hu, inside), label: inside > 0.5 ? label : 0 } : { hu, label };
}

/** The shell that the head lies in, fixed to the scanner. */
function headRest(x: number, y: number): Sample {
  const shell = Math.max(Math.abs(hypot(x, y + 4) - 111) - 0.9, 40 - y);
  const part = cover(shell, EDGE);
  return part > 0 ? { hu: mix(AIR, -350, part), label: 0 } : NOTHING;
}

/** A square of noise with the grain of a soft kernel: each voxel resembles its neighbours. Repeats at its edges. */
function grainOf(next: Random, deviation: number): Float32Array {
  const white = Float32Array.from({ length: TILE * TILE }, () => next() + next() + next() + next() - 2);
  // The sum of four uniform numbers has a variance of 1/3; the squares of the weights add up to about 2.1.
  const scale = (deviation * Math.sqrt(3)) / Math.sqrt(1 + 4 / 4 + 2 / 25);
  return white.map((value, n) => {
    const [row, column] = [n - (n % TILE), n % TILE];
    const at = (j: number, i: number): number => white[((j + white.length) % white.length) + ((i + TILE) % TILE)] ?? 0;
    const beside = at(row, column - 1) + at(row, column + 1) + at(row - TILE, column) + at(row + TILE, column);
    const corners = at(row - TILE, column - 1) + at(row + TILE, column + 1);
    return scale * (value + beside / 2 + corners / 5);
  });
}
