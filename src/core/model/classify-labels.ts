/** A classifier's result as labels of an annotation: what a reader takes over when he accepts it. */
import {
  type Annotation,
  bySubtype,
  type Finding,
  type Presence,
  type SliceAnnotation,
  subtypesOf,
} from '../annotation/annotation';
import type { ModelUse, Source } from '../annotation/source';
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import { equal } from '../document/equal';
import { isCalled, type Probabilities } from './classify';

/** What becomes of labels that are there: `merge` keeps all that is stated, `replace` puts the result in their place. */
export type LabelMode = 'merge' | 'replace';

/** A classifier's result as far as labels follow from it. */
export interface ClassifiedSlices {
  /** One per slice of the image, in order of k; undefined where the model's pictures are not the slices as stored. */
  readonly slices: readonly Probabilities[] | undefined;
  readonly patient: Probabilities;
  readonly model: ModelUse;
}

export interface LabelOptions {
  /** Probabilities from which findings are called. */
  readonly thresholds: Probabilities;
  readonly mode: LabelMode;
  /** What blood is to be called where the model names no subtype; undefined for models that do. */
  readonly subtype?: Subtype;
}

/**
 * The annotation with the labels of a result: subtypes from the threshold on are stated present, of
 * slices and of the patient. Of those below nothing is stated, since a model's silence is no reading.
 * Masks, boxes and comments stay as they are.
 *
 * The model is credited on each subtype of a slice that it states, beside those who drew its mask.
 * The patient's labels follow from those slices; only where no slice can be labelled is the model
 * named for the annotation as a whole.
 * Throws RangeError where the result has another number of slices than the annotation.
 */
export function withModelLabels(annotation: Annotation, result: ClassifiedSlices, options: LabelOptions): Annotation {
  const { slices } = result;
  if (slices !== undefined && slices.length !== annotation.slices.length) {
    throw new RangeError(`The result has ${slices.length} slices, and the annotation ${annotation.slices.length}.`);
  }
  const { thresholds, mode, subtype: standIn } = options;
  const finds = (probabilities: Probabilities, subtype: Subtype): boolean =>
    standIn === undefined
      ? isCalled(probabilities, thresholds, subtype)
      : standIn === subtype && isCalled(probabilities, thresholds, 'any');
  const sourceOf = (subtype: Subtype): Source => {
    const threshold = thresholds[standIn === undefined ? subtype : 'any'] ?? result.model.threshold;
    return { model: { ...result.model, threshold } };
  };
  const patient = bySubtype((subtype) => decide(annotation.patient[subtype], finds(result.patient, subtype), mode));
  if (slices === undefined) {
    const stated = SUBTYPES.filter((subtype) => patient[subtype] === true && annotation.patient[subtype] !== true);
    return stated.map(sourceOf).reduce(creditedWhole, { ...annotation, patient });
  }
  const labelled = annotation.slices.map((slice, k) => {
    const probabilities = slices[k] ?? {};
    return mapFindings(slice, (old, subtype, drawn) => {
      const present = decide(old.present, finds(probabilities, subtype), mode);
      if (present === old.present) return old;
      if (present !== true) return { ...old, present, made: drawn ? old.made : [] };
      const others = !drawn ? [] : old.made.length > 0 ? old.made : annotation.made;
      return { ...old, present, made: withSource(others, sourceOf(subtype)) };
    });
  });
  return { ...annotation, patient, slices: labelled };
}

function decide(stated: Presence, found: boolean, mode: LabelMode): Presence {
  if (mode === 'merge' && stated !== null) return stated;
  return found ? true : null;
}

/** Names a source for the whole, and the former ones where they drew something and were named by nothing nearer. */
function creditedWhole(annotation: Annotation, source: Source): Annotation {
  const { made, slices } = annotation;
  const keepMakers = (slice: SliceAnnotation): SliceAnnotation =>
    mapFindings(slice, (old, _, drawn) => (drawn && old.made.length === 0 ? { ...old, made } : old));
  return { ...annotation, made: withSource(made, source), slices: slices.map(keepMakers) };
}

/** A slice with other findings; itself where none changes. `drawn`: a mask or a box is there. */
function mapFindings(
  slice: SliceAnnotation,
  map: (old: Finding, subtype: Subtype, drawn: boolean) => Finding,
): SliceAnnotation {
  const masked = subtypesOf(slice.runs);
  const findings = bySubtype((subtype) => {
    const old = slice.findings[subtype];
    return map(old, subtype, masked.has(subtype) || old.boxes.length > 0);
  });
  return SUBTYPES.every((subtype) => findings[subtype] === slice.findings[subtype]) ? slice : { ...slice, findings };
}

function withSource(sources: readonly Source[], source: Source): readonly Source[] {
  return sources.some((one) => equal(one, source)) ? sources : [...sources, source];
}
