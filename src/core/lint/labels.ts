/** Labels of slices and of the patient against the masks. `null` states nothing, so it is never wrong. */
import { type Annotation, subtypesOf } from '../annotation/annotation';
import { SUBTYPES, type Subtype } from '../annotation/subtype';
import type { Finding } from './finding';

/** Slices whose label says another thing than their mask does, and the same for the patient. */
export function checkLabels(annotation: Annotation): Finding[] {
  const findings: Finding[] = [];
  const found = new Set<Subtype>();
  annotation.slices.forEach((slice, k) => {
    const inMask = subtypesOf(slice.runs);
    for (const subtype of SUBTYPES) {
      const { present } = slice.findings[subtype];
      if (present === true || inMask.has(subtype)) found.add(subtype);
      if (present === null || present === inMask.has(subtype)) continue;
      findings.push({
        code: present ? 'label-without-mask' : 'mask-without-label',
        severity: 'warning',
        message: present
          ? `Slice ${k} is stated to have ${subtype}, and its mask has none. Draw it, or take the statement back.`
          : `Slice ${k} is stated to have no ${subtype}, and its mask has some. Correct the statement, or erase the mask.`,
        path: ['slices', k, 'findings', subtype, 'present'],
        slice: k,
        subtype,
        fix: {
          edit: {
            label: present ? `No statement on ${subtype}` : `State ${subtype}`,
            mask: [],
            fields: [{ field: 'slice', slice: k, subtype, before: present, after: present ? null : true }],
          },
        },
      });
    }
  });
  return [...findings, ...checkPatient(annotation, found)];
}

function checkPatient({ patient }: Annotation, found: ReadonlySet<Subtype>): Finding[] {
  return SUBTYPES.flatMap((subtype): Finding[] => {
    const present = patient[subtype];
    if (present === null || present === found.has(subtype)) return [];
    return [
      {
        code: present ? 'patient-label-without-slice' : 'patient-label-missing',
        severity: 'warning',
        message: present
          ? `The patient is stated to have ${subtype}, and no slice has it. Label or draw it on a slice, or take the statement back.`
          : `The patient is stated to have no ${subtype}, and a slice has it. Correct the statement, or the slice.`,
        path: ['patient', subtype, 'present'],
        subtype,
        fix: {
          edit: {
            label: present ? `No statement on ${subtype}` : `State ${subtype}`,
            mask: [],
            fields: [{ field: 'patient', subtype, before: present, after: present ? null : true }],
          },
        },
      },
    ];
  });
}
