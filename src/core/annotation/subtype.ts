/** The five subtypes of intracranial hemorrhage, in label order: label map value 1 is SUBTYPES[0]. */
export const SUBTYPES = ['EPH', 'SDH', 'SAH', 'IPH', 'IVH'] as const;

export type Subtype = (typeof SUBTYPES)[number];

/** Value of a voxel in a label map: 0 for no blood, 1 to 5 for EPH, SDH, SAH, IPH, IVH. */
export type Label = 0 | 1 | 2 | 3 | 4 | 5;

export const SUBTYPE_NAMES: Readonly<Record<Subtype, string>> = {
  EPH: 'Epidural hemorrhage',
  SDH: 'Subdural hemorrhage',
  SAH: 'Subarachnoid hemorrhage',
  IPH: 'Intraparenchymal hemorrhage',
  IVH: 'Intraventricular hemorrhage',
};

/** Label map value of a subtype. */
export function labelOf(subtype: Subtype): Label {
  return (SUBTYPES.indexOf(subtype) + 1) as Label;
}

/** Subtype of a label map value; undefined for 0 and for values that no subtype has. */
export function subtypeOf(label: number): Subtype | undefined {
  return SUBTYPES[label - 1];
}
