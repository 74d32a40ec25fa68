/** A text that is no annotation: what is wrong, as far as it can be told, with the mends that are beyond doubt. */
import type { AnnotationError, JsonPath } from '../annotation/error';
import { RowFlaw, RowReader } from '../annotation/rows';
import { SUBTYPES } from '../annotation/subtype';
import type { Fix, PlacedFinding } from './finding';
import { nearestName } from './names';
import { TextPlaces } from './places';
import { mendRow } from './rows';

/** More than these are not told: after them the file wants restoring, not mending. */
const MOST = 100;

/**
 * Findings of a text that `parseAnnotation` refused with `error`. Reading stops at the first thing
 * that is wrong; rows and names of subtypes are gone through to the end, so that each is told.
 */
export function invalidFindings(text: string, error: AnnotationError): PlacedFinding[] {
  const first: PlacedFinding = {
    code: error.code,
    severity: 'error',
    message: `${error.problem} ${error.remedy}`,
    offset: error.offset,
    length: error.length,
  };
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return [withFix(first, missingComma(text, error))];
  }
  const places = new TextPlaces(text);
  const names = misspelledSubtypes(raw, places);
  const rows = rowFindings(raw, places);
  const found = [...names, ...rows];
  // Where a name is wrong, the first error says that the right one is missing, at the object around it.
  const known = found.some(({ offset }) => offset === first.offset) || (names.length > 0 && first.code === 'structure');
  return (known ? found : [first, ...found]).slice(0, MOST);
}

function withFix(finding: PlacedFinding, fix: Fix | undefined): PlacedFinding {
  return fix ? { ...finding, fix } : finding;
}

/** A comma goes behind the value before the place where it is missed. */
function missingComma(text: string, { code, problem, offset }: AnnotationError): Fix | undefined {
  if (code !== 'syntax' || !problem.startsWith('A comma')) return undefined;
  const before = text.slice(0, offset).trimEnd().length;
  return { changes: [{ offset: before, length: 0, text: ',' }] };
}

function rowFindings(raw: unknown, places: TextPlaces): PlacedFinding[] {
  const width = valueIn(raw, ['image', 'size', 0]);
  const slices = valueIn(raw, ['slices']);
  if (!Array.isArray(slices) || typeof width !== 'number' || !(width >= 1)) return [];
  const reader = new RowReader(width);
  return slices.flatMap((slice, k): PlacedFinding[] => {
    const rows = valueIn(slice, ['rows']);
    if (!Array.isArray(rows)) return [];
    const found: PlacedFinding[] = [];
    for (let row = 0; row < rows.length; row++) {
      const item: unknown = rows[row];
      if (item === row) continue;
      try {
        reader.read(typeof item === 'string' ? item : '', row);
      } catch (error) {
        if (!(error instanceof RowFlaw)) throw error;
        const flaw = rowFinding(error, ['slices', k, 'rows', row], typeof item === 'string' ? item : '', width, places);
        found.push({ ...flaw, slice: k });
        // Rows after one that is missing are all one off: the first says it.
        if (error.code === 'structure') break;
      } finally {
        reader.take();
      }
    }
    return found;
  });
}

function rowFinding(flaw: RowFlaw, path: JsonPath, content: string, width: number, places: TextPlaces): PlacedFinding {
  const span = places.nearest(path);
  const plain = places.text.slice(span.offset + 1, span.offset + span.length - 1) === content;
  const part = plain && flaw.length > 0 && content !== '';
  const mended = mendRow(content, Number(path.at(-1)), width);
  return withFix(
    {
      code: flaw.code,
      severity: 'error',
      message: `${flaw.problem} ${flaw.remedy}`,
      offset: part ? span.offset + 1 + flaw.from : span.offset,
      length: Math.max(1, part ? Math.min(flaw.length, content.length - flaw.from) : span.length),
    },
    mended === undefined ? undefined : { changes: [{ ...span, text: mended }] },
  );
}

/** Properties that stand where a subtype is expected and are none, while a subtype is missing there. */
function misspelledSubtypes(raw: unknown, places: TextPlaces): PlacedFinding[] {
  const slices = valueIn(raw, ['slices']);
  const paths: JsonPath[] = [
    ['patient'],
    ...(Array.isArray(slices) ? slices.map((_, k): JsonPath => ['slices', k, 'findings']) : []),
  ];
  return paths.flatMap((path) => {
    const object = valueIn(raw, path);
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return [];
    const missing = SUBTYPES.filter((subtype) => !(subtype in object));
    return Object.keys(object)
      .filter((key) => !SUBTYPES.some((subtype) => subtype === key))
      .flatMap((key): PlacedFinding[] => {
        const span = places.keyAt([...path, key]);
        if (!span) return [];
        const meant = nearestName(key, missing);
        const finding: PlacedFinding = {
          code: 'unknown-subtype',
          severity: 'error',
          message: `"${key}" is no subtype. ${meant ? `Write "${meant}".` : `Subtypes are ${SUBTYPES.join(', ')}.`}`,
          ...span,
        };
        return [withFix(finding, meant && { changes: [{ ...span, text: JSON.stringify(meant) }] })];
      });
  });
}

function valueIn(raw: unknown, path: JsonPath): unknown {
  let value = raw;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}
