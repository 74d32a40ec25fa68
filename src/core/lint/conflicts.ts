/** What a merge has left for a person to decide. */
import type { Annotation } from '../annotation/annotation';
import type { Finding } from './finding';

/** Each conflict that an annotation still records. */
export function checkConflicts({ conflicts = [] }: Annotation): Finding[] {
  return conflicts.map((conflict, n): Finding => {
    const slice = 'slice' in conflict ? conflict.slice : undefined;
    const where = slice === undefined ? '' : ` on slice ${slice}`;
    const what = conflict.kind === 'voxels' ? 'Voxels were' : `The statement on "${conflict.what}" was`;
    return {
      code: 'undecided-conflict',
      severity: 'warning',
      message: `${what} changed in different ways by the two sides of a merge${where}. Choose one of the sides.`,
      path: ['conflicts', n],
      ...(slice === undefined ? {} : { slice }),
    };
  });
}
