/** A classifier's result for one scan as a line of JSON: what `hemorica classify` prints and keeps, and `evaluate` reads. */
import { FINDING_CLASSES, type FindingClass, type Probabilities } from '../core/model/classify';
import { FieldError, Fields } from '../core/model/json-fields';
import type { ClassifyResult } from '../protocol/classification';

/** What a line says, as far as it is read again. */
export interface ClassifyRecord {
  /** Absolute path of the scan. */
  readonly path: string;
  readonly sha256: string;
  readonly seriesInstanceUid?: string;
  readonly model: { readonly name: string; readonly version: string; readonly sha256: string };
  /** One per slice of the scan, in order of k; undefined where the model's pictures are not the slices as stored. */
  readonly slices: readonly Probabilities[] | undefined;
  readonly patient: Probabilities;
}

/** Nine digits: as many as float32 has. */
function rounded(probabilities: Probabilities): Probabilities {
  return Object.fromEntries(Object.entries(probabilities).map(([name, value]) => [name, Number(value.toPrecision(9))]));
}

/** A result as a line, without the line's end. */
export function encodeRecord(path: string, result: ClassifyResult): string {
  const { image, model, classes, thresholds, axis, slices, patient, aggregation, notices } = result;
  return JSON.stringify({
    path,
    status: 'classified',
    patient: rounded(patient),
    slices: slices.map((probabilities, slice) => ({ slice, ...rounded(probabilities) })),
    axis: 'ijk'[axis],
    classes,
    thresholds,
    aggregation,
    model,
    image,
    notices,
  });
}

/** Reads a line. Throws Error with what is wrong, one sentence. */
export function parseRecord(line: string): ClassifyRecord {
  const fields = new Fields(parseJson(line), '');
  const image = fields.object('image');
  const model = fields.object('model');
  const classes = fields.values('classes', FINDING_CLASSES);
  const axis = fields.oneOf('axis', ['i', 'j', 'k']);
  const slices = fields.list('slices').map((slice, n) => {
    if (slice.number('slice') !== n) throw new FieldError(`"slices[${n}].slice" is not ${n}.`);
    return probabilitiesOf(slice, classes);
  });
  return {
    path: fields.text('path'),
    sha256: image.text('sha256'),
    ...(image.has('seriesInstanceUid') && { seriesInstanceUid: image.text('seriesInstanceUid') }),
    model: { name: model.text('name'), version: model.text('version'), sha256: model.text('sha256') },
    slices: axis === 'k' ? slices : undefined,
    patient: probabilitiesOf(fields.object('patient'), classes),
  };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new FieldError('it is not valid JSON.');
  }
}

function probabilitiesOf(fields: Fields, classes: readonly FindingClass[]): Probabilities {
  return Object.fromEntries(classes.map((name) => [name, fields.number(name, { from: 0, to: 1 })]));
}
