/** What the strip over the slider has to say of each slice of the plane that is looked at. */
import { SUBTYPES } from '../../core/annotation/subtype';
import type { SliceFields } from '../../core/document/fields';
import { projectRuns, withinSlice } from '../scan/project';
import type { Scan } from '../scan/scan';
import type { Viewer } from '../viewer';

export interface SliceMark {
  /** Labels in the mask. */
  readonly labels: ReadonlySet<number>;
  /** Labels that a model proposes. */
  readonly proposed: ReadonlySet<number>;
  /** What is stated of the slice: only where it is one of the volume's own. */
  readonly stated: SliceFields | undefined;
  readonly boxes: number;
  /** On another plane than that of the volume's own slices those that have a voxel. */
  readonly comments: number;
}

export type StripMarks = ReadonlyMap<number, SliceMark>;

interface Draft extends SliceMark {
  readonly labels: Set<number>;
  readonly proposed: Set<number>;
  stated: SliceFields | undefined;
  boxes: number;
  comments: number;
}

/** Marks by slice of the active plane; slices without any are left out. Made anew only after a change. */
export function stripMarks(viewer: Viewer): () => StripMarks {
  let before: readonly unknown[] = [];
  let marks: StripMarks = new Map();
  return () => {
    const { scan, store, proposal } = viewer;
    const { active, masks, fields } = store.get();
    const now = [scan, scan?.whole, active, masks, fields, proposal.get().masks];
    if (now.every((value, n) => value === before[n])) return marks;
    before = now;
    if (!scan?.whole) marks = new Map();
    else marks = active === scan.native ? ownMarks(scan, fields?.slices ?? []) : projectedMarks(viewer, scan);
    return marks;
  };
}

class Drafts extends Map<number, Draft> {
  of(slice: number): Draft {
    const known = this.get(slice);
    if (known) return known;
    const made: Draft = { labels: new Set(), proposed: new Set(), stated: undefined, boxes: 0, comments: 0 };
    this.set(slice, made);
    return made;
  }
}

function ownMarks(scan: Scan, slices: readonly SliceFields[]): StripMarks {
  const drafts = new Drafts();
  for (const [k, labels] of scan.labels.bySlice())
    for (const label of labels) drafts.of(scan.nativeSlice(k)).labels.add(label);
  for (const [k, labels] of scan.proposed.bySlice())
    for (const label of labels) drafts.of(scan.nativeSlice(k)).proposed.add(label);
  for (const fields of slices) {
    const draft = drafts.of(scan.nativeSlice(fields.slice));
    draft.stated = fields;
    draft.boxes = SUBTYPES.reduce((sum, subtype) => sum + fields.boxes[subtype].length, 0);
    draft.comments = fields.comments.length;
  }
  return drafts;
}

/** Every mark on the slices of the plane on which it can be seen. */
function projectedMarks(viewer: Viewer, scan: Scan): StripMarks {
  const { active, fields } = viewer.store.get();
  const plane = scan.planes[active];
  const last = viewer.count(active) - 1;
  const drafts = new Drafts();
  const each = ([from, to]: readonly [number, number], mark: (draft: Draft) => void): void => {
    for (let slice = Math.max(0, from); slice <= Math.min(last, to); slice++) mark(drafts.of(slice));
  };
  projectRuns(scan.labels.masks(), plane, (label, range) => each(range, ({ labels }) => labels.add(label)));
  projectRuns(scan.proposed.masks(), plane, (label, range) => each(range, ({ proposed }) => proposed.add(label)));
  for (const { slice: k, boxes, comments } of fields?.slices ?? []) {
    const rangeOf = withinSlice(plane, k);
    for (const subtype of SUBTYPES)
      for (const [column, row, width, height] of boxes[subtype])
        each(rangeOf(column, row, column + width - 1, row + height - 1), (draft) => draft.boxes++);
    for (const { at } of comments) if (at) each(rangeOf(at[0], at[1], at[0], at[1]), (draft) => draft.comments++);
  }
  return drafts;
}
