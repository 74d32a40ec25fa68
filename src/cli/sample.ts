/**
 * Writes a sample workspace for the demo: `node dist/sample.js DIR [--seed N]`. Nothing in it comes
 * from a patient. Exit codes as those of `hemorica`.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { type Annotation, annotationName, emptyAnnotation } from '../core/annotation/annotation';
import { encodeAnnotation } from '../core/annotation/encode';
import type { ImageReference } from '../core/annotation/image';
import { encodeRuns } from '../core/annotation/runs';
import { SUBTYPE_NAMES, SUBTYPES } from '../core/annotation/subtype';
import { encodeNifti } from '../core/formats/write-nifti';
import { statedByMask } from '../core/measure/statements';
import { writeDicomSeries } from '../core/phantom/dicom-write';
import { makePhantom, type Phantom } from '../core/phantom/phantom';
import { ScanError } from '../core/volume';
import { WriteError, writeAtomically } from '../node/atomic-write';
import { loadScan, referenceTo } from '../node/load-scan';
import { findScans } from '../node/scan-files';
import { attempt, complain, print } from './output';
import { BUNDLE } from './place';

const SCAN = 'head.nii.gz';
const SERIES = 'series';
const WRONG_USAGE = 2;

interface SampleArguments {
  readonly dir: string;
  readonly seed: number;
}

try {
  const { dir, seed } = parseArguments();
  process.exitCode = await attempt(dir, () => writeSample(path.resolve(dir), seed));
} catch (error) {
  complain(error instanceof Error ? error.message : String(error));
  process.exitCode = WRONG_USAGE;
}

function parseArguments(): SampleArguments {
  const parsed = yargs(hideBin(process.argv))
    .scriptName('sample')
    .usage('$0 DIR\n\nWrites two synthetic head CT, one of them with its annotation, into a folder.')
    .locale('en')
    .option('seed', { type: 'number', default: 1, requiresArg: true, describe: 'Another whole number, another head' })
    .demandCommand(1, 1, 'Name a folder.', 'Name one folder.')
    .version(false)
    .strict()
    .fail((message, error) => {
      throw error ?? new Error(message);
    })
    .parseSync();
  if (!Number.isInteger(parsed.seed)) throw new Error('--seed must be a whole number.');
  return { dir: String(parsed._[0]), seed: parsed.seed };
}

async function writeSample(folder: string, seed: number): Promise<void> {
  const series = path.join(folder, SERIES);
  try {
    await mkdir(series, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ScanError(folder, `the folder cannot be made (${reason}).`, 'Name another folder.');
  }
  const phantom = makePhantom({ seed });
  const scan = path.join(folder, SCAN);
  await writeAtomically(scan, gzipSync(encodeNifti(phantom)));
  const annotation = path.join(folder, annotationName(SCAN));
  await writeAtomically(annotation, encodeAnnotation(annotationOf(phantom, await referenceOf(scan))));

  const other = makePhantom({ seed: seed + 1000, size: [256, 256, 24] });
  const [i, j, k] = [3, 7, 11].map((at) => other.affine[at] ?? 0);
  const origin = [i ?? 0, j ?? 0, k ?? 0] as const;
  for (const { name, bytes } of writeDicomSeries({ ...other, origin, seed })) {
    await writeAtomically(path.join(series, name), bytes);
  }
  await writeAtomically(path.join(folder, 'README.md'), readme(seed, phantom));
  for (const name of [SCAN, annotationName(SCAN), `${SERIES}/`, 'README.md']) print(path.join(folder, name));
}

/** What a reader of the file finds: the reference must name the scan as it is decoded, not as it was made. */
async function referenceOf(scan: string): Promise<ImageReference> {
  const { scans } = await findScans(scan);
  const [files] = scans;
  if (files === undefined) throw new WriteError(scan, 'It was written but is not there any more.', 'Try again.');
  return referenceTo(await loadScan(files, { bundle: BUNDLE }), files);
}

function annotationOf({ labels, size }: Phantom, image: ImageReference): Annotation {
  const [width, height] = size;
  const empty = emptyAnnotation(image, [{ reader: 'Phantom' }]);
  const slices = empty.slices.map((slice, k) => ({
    ...slice,
    runs: encodeRuns(labels.subarray(k * width * height, (k + 1) * width * height), width, height),
  }));
  return { ...statedByMask({ ...empty, slices }), review: { state: 'reviewed', by: 'Phantom' } };
}

function readme(seed: number, { sides }: Phantom): string {
  const lines = SUBTYPES.map(
    (name) => `- ${name}, ${SUBTYPE_NAMES[name].toLowerCase()}: ${sides[name] > 0 ? 'left' : 'right'}`,
  );
  return `# A sample for Hemorica

These scans are synthetic: formulas and random numbers (seed ${seed}), no patient. Anatomy is only roughly right.

- \`head.nii.gz\`: a head CT with blood of all five subtypes, in Hounsfield units. Open it from the explorer.
- \`head.ich.json\`: its annotation, exact by construction.
- \`series/\`: another head as a DICOM series, without an annotation. Open one of its files and run "Hemorica: Run Hemorrhage Segmentation".

Where the blood of \`head.nii.gz\` is, by the patient's side (the patient's left is on the right of an axial view):

${lines.join('\n')}

For trying out only, never for a decision about a patient.
`;
}
