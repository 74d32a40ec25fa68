import * as fs from 'node:fs/promises';
import path from 'node:path';
import type { CommandModule } from 'yargs';
import { masksOf } from '../../core/annotation/annotation';
import { type CheckedText, checkText, place, STANDARD_OPTIONS } from '../../core/lint/check';
import type { PlacedFinding } from '../../core/lint/finding';
import { scanFindings } from '../../core/lint/voxels';
import { ScanError } from '../../core/volume';
import { ANNOTATION_SUFFIX } from '../../node/annotation-path';
import { checkOnScan } from '../../node/check-scan';
import { findImage } from '../../node/find-image';
import { expandPaths } from '../named-paths';
import { attempt, print } from '../output';
import { BUNDLE } from '../place';
import { shown } from '../scan-summary';

interface ValidateArguments {
  readonly paths: string[];
  readonly quiet: boolean;
  readonly json: boolean;
  readonly scan: boolean;
  readonly 'smallest-island': number;
}

export const validate: CommandModule<object, ValidateArguments> = {
  command: 'validate <paths..>',
  describe: 'Check annotation files',
  builder: (yargs) =>
    yargs
      .positional('paths', {
        type: 'string',
        array: true,
        demandOption: true,
        describe: `*${ANNOTATION_SUFFIX} files, or folders with such files`,
      })
      .option('scan', {
        type: 'boolean',
        default: false,
        describe: 'Hold each against its scan, too: geometry, hash, and HU under the mask',
      })
      .option('smallest-island', {
        type: 'number',
        requiresArg: true,
        default: STANDARD_OPTIONS.smallestIsland,
        describe: 'mL below which a part of a mask that stands alone is told; 0 for none',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object a line for each file' })
      .option('quiet', { type: 'boolean', default: false, describe: 'Print findings only' })
      .check(({ 'smallest-island': smallest }) => {
        if (smallest >= 0) return true;
        throw new Error('--smallest-island must be a number from 0 on.');
      })
      .example('$0 validate cohort/', 'All annotations in and below a folder')
      .example('$0 validate head.ich.json --scan', 'One, also against the scan that it names'),
  handler: async ({ paths, ...options }) => {
    const codes: number[] = [];
    for (const part of await expandPaths(paths)) {
      const code = await attempt(part.path, async () => {
        if ('error' in part) throw part.error;
        for (const file of await annotationsOf(part.path)) {
          codes.push(
            await attempt(shown(file), async () => {
              if (!(await validateFile(file, options))) codes.push(1);
            }),
          );
        }
      });
      codes.push(code);
    }
    process.exitCode = Math.max(0, ...codes);
  },
};

/** Prints what is found in a file; true if nothing is. */
async function validateFile(file: string, options: Omit<ValidateArguments, 'paths'>): Promise<boolean> {
  const checked = checkText(await fs.readFile(file, 'utf8'), shown(file), {
    smallestIsland: options['smallest-island'],
  });
  const onScan = options.scan ? await onItsScan(file, checked) : { findings: [] };
  const findings = [...checked.findings, ...onScan.findings].sort((a, b) => a.offset - b.offset);
  if (options.json) {
    const valid = checked.annotation !== undefined;
    const { hounsfield } = onScan;
    print(JSON.stringify({ path: file, valid, hounsfield, findings: findings.map((one) => described(one, checked)) }));
  } else {
    for (const { line, column, severity, code, message } of findings.map((one) => described(one, checked)))
      print(`${shown(file)}:${line}:${column}: ${severity}: ${message} [${code}]`);
    if (findings.length === 0 && !options.quiet) print(`${shown(file)}: valid`);
  }
  return findings.length === 0;
}

interface OnScan {
  readonly findings: readonly PlacedFinding[];
  /** Whether the scan's values are HU, so that the mask could be held against them. */
  readonly hounsfield?: boolean;
}

/** What the scan says of a valid annotation. Throws ScanError where there is none. */
async function onItsScan(file: string, { annotation, places }: CheckedText): Promise<OnScan> {
  if (!annotation) return { findings: [] };
  const scan = await findImage(file, annotation.image);
  const check = await checkOnScan(annotation.image, masksOf(annotation), scan, { bundle: BUNDLE });
  return { findings: place(scanFindings(check), places), hounsfield: check.hounsfield };
}

/** A finding as it is printed: lines and columns from 1. */
function described(
  { code, severity, message, offset, length, slice, subtype }: PlacedFinding,
  { places }: CheckedText,
) {
  const { line, column } = places.positionAt(offset);
  return { code, severity, message, line: line + 1, column: column + 1, length, slice, subtype };
}

/** The annotations that a path names: a file whatever its name, or all in and below a folder. */
async function annotationsOf(named: string): Promise<readonly string[]> {
  const stat = await fs.stat(named).catch(() => {
    throw new ScanError(named, 'there is no such file or folder.', 'Check the path.');
  });
  if (!stat.isDirectory()) return [path.resolve(named)];
  const entries = await fs.readdir(named, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(ANNOTATION_SUFFIX) && !entry.name.startsWith('.'))
    .map((entry) => path.resolve(entry.parentPath, entry.name))
    .sort();
  if (files.length > 0) return files;
  throw new ScanError(
    named,
    `the folder holds no *${ANNOTATION_SUFFIX} file.`,
    'Name an annotation or a folder with some.',
  );
}
