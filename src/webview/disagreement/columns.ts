/** The columns of the three lists. */
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import type { LesionDisagreementKind } from '../../core/metrics/disagreement';
import { element } from '../dom';
import { t } from '../l10n';
import type { LabelFlip, LesionRow, ScanRow, SliceRow, SortValue } from './rows';

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  /** What it says, in a sentence. */
  readonly about: string;
  /** What it is sorted by. */
  readonly value: (row: T) => SortValue;
  readonly show: (row: T) => string | Node;
  /** The direction of the first click: the worst first. */
  readonly down: boolean;
  /** Track of the grid, and where there is little room. */
  readonly width: string;
  readonly narrow: string;
  /** Figures stand at the right. */
  readonly figure?: boolean;
  /** Left out where there is little room. */
  readonly minor?: boolean;
}

const FIGURE = { figure: true, down: true, width: 'minmax(58px, 0.5fr)', narrow: 'minmax(50px, 0.6fr)' } as const;

export function kindName(kind: LesionDisagreementKind): string {
  return { missed: t('Missed'), false: t('False'), flipped: t('Flipped') }[kind];
}

/** mL without their unit: hundredths below 1, tenths above. */
export function volume(milliliters: number): string {
  return milliliters === 0 ? '0' : milliliters.toFixed(milliliters < 1 ? 2 : 1);
}

/** The name of an annotation without its ending, which all have. */
const shortName = (name: string): string => name.replace(/\.ich\.json$/, '');

const dice = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(2));

const nameColumn = <T extends { readonly scan: string }>(): Column<T> => ({
  id: 'scan',
  title: t('Annotation'),
  about: t('The annotation, below the compared folder'),
  value: ({ scan }) => scan,
  show: ({ scan }) => element('span', { class: 'name', text: shortName(scan), title: scan }),
  down: false,
  width: 'minmax(120px, 2fr)',
  narrow: 'minmax(60px, 1.5fr)',
});

interface WithFigures {
  readonly figures?: ScanRow['figures'];
}

function figureColumns<T extends WithFigures>(): Column<T>[] {
  const one = (id: 'missed' | 'false' | 'flipped' | 'differs', title: string, about: string): Column<T> => ({
    ...FIGURE,
    id,
    title,
    about,
    value: ({ figures }) => figures?.[id],
    show: ({ figures }) => (figures ? volume(figures[id]) : ''),
  });
  return [
    {
      ...FIGURE,
      id: 'dice',
      title: t('Dice'),
      about: t('Overlap of the two masks, from 0 to 1; none where neither has blood'),
      value: ({ figures }) => figures?.dice,
      show: ({ figures }) => (figures ? dice(figures.dice) : ''),
      down: false,
    },
    one('missed', t('Missed, mL'), t('Blood of the annotation that is none for the model')),
    one('false', t('False, mL'), t('Blood of the model that is none for the annotation')),
    {
      ...one('flipped', t('Flipped, mL'), t('Blood of both with another subtype')),
      show: ({ figures }) =>
        figures
          ? element('span', { text: volume(figures.flipped), title: t('{0} voxels', figures.flippedVoxels) })
          : '',
    },
    { ...one('differs', t('In all, mL'), t('Missed, false and flipped together')), minor: true },
  ];
}

export function scanColumns(): Column<ScanRow>[] {
  return [
    {
      ...nameColumn<ScanRow>(),
      show: ({ scan, problem, figures }) =>
        element('span', { class: 'name', title: problem ?? scan }, [
          shortName(scan),
          problem !== undefined
            ? element('span', { class: 'problem', text: ` ${problem}` })
            : figures
              ? undefined
              : element('span', { class: 'quiet', text: ` ${t('not compared yet')}` }),
        ]),
    },
    ...figureColumns<ScanRow>(),
    {
      ...FIGURE,
      id: 'labels',
      title: t('Labels'),
      about: t('Slice labels that only one of the two has'),
      value: ({ figures, labelFlips }) => (figures ? labelFlips : undefined),
      show: ({ figures, labelFlips }) => (figures ? String(labelFlips) : ''),
      minor: true,
    },
    {
      ...FIGURE,
      id: 'lesions',
      title: t('Lesions'),
      about: t('Lesions that are missed, false and flipped'),
      value: ({ figures, lesions }) => (figures ? lesions.missed + lesions.false + lesions.flipped : undefined),
      show: ({ figures, lesions }) => (figures ? `${lesions.missed} / ${lesions.false} / ${lesions.flipped}` : ''),
      minor: true,
    },
  ];
}

export function sliceColumns(): Column<SliceRow>[] {
  return [
    nameColumn<SliceRow>(),
    {
      ...FIGURE,
      id: 'slice',
      title: t('Slice'),
      about: t('Number of the slice, as the viewer counts'),
      value: ({ number }) => number,
      show: ({ number }) => String(number),
      down: false,
      width: '52px',
      narrow: '34px',
    },
    ...figureColumns<SliceRow>(),
    {
      id: 'labels',
      title: t('Labels'),
      about: t('Slice labels that only the model (+) or only the annotation (−) has'),
      value: ({ labelFlips }) => labelFlips.length,
      show: ({ labelFlips }) =>
        element('span', { class: 'name', text: flipsText(labelFlips), title: flipsText(labelFlips) }),
      down: true,
      width: 'minmax(60px, 1fr)',
      narrow: '0',
      minor: true,
    },
  ];
}

export function flipsText(flips: readonly LabelFlip[]): string {
  return flips.map(({ subtype, found }) => `${found ? '+' : '−'}${subtype}`).join(' ');
}

/** @param colors CSS colors of the five subtypes, in label order. */
export function lesionColumns(colors: () => readonly string[]): Column<LesionRow>[] {
  const mark = (subtype: Subtype): HTMLElement => {
    const color = colors()[SUBTYPES.indexOf(subtype)] ?? 'transparent';
    return element('span', { class: 'subtype' }, [
      element('span', { class: 'swatch', style: { background: color } }),
      subtype,
    ]);
  };
  return [
    {
      id: 'kind',
      title: t('Lesion'),
      about: t('Missed by the model, false in the model, or flipped to another subtype'),
      value: ({ lesion }) => lesion.kind,
      show: ({ lesion }) => kindName(lesion.kind),
      down: false,
      width: 'minmax(60px, 0.5fr)',
      narrow: '56px',
    },
    {
      id: 'subtype',
      title: t('Subtype'),
      about: t(
        'Subtype in the annotation, or of a false lesion in the model; of a flipped one also what the model calls it',
      ),
      value: ({ lesion }) => `${SUBTYPES.indexOf(lesion.subtype)}${lesion.other ? SUBTYPES.indexOf(lesion.other) : ''}`,
      show: ({ lesion }) =>
        element('span', { class: 'subtypes' }, [
          mark(lesion.subtype),
          ...(lesion.other ? [' → ', mark(lesion.other)] : []),
        ]),
      down: false,
      width: 'minmax(116px, 0.8fr)',
      narrow: '106px',
    },
    {
      ...FIGURE,
      id: 'volume',
      title: t('Volume, mL'),
      about: t('Volume of the lesion'),
      value: ({ lesion }) => lesion.volume,
      show: ({ lesion }) => volume(lesion.volume),
    },
    {
      ...FIGURE,
      id: 'overlap',
      title: t('Overlap'),
      about: t('Part of the lesion that the other side calls blood'),
      value: ({ lesion }) => lesion.overlap,
      show: ({ lesion }) => `${Math.round(100 * lesion.overlap)} %`,
      down: false,
      minor: true,
    },
    {
      ...FIGURE,
      id: 'slices',
      title: t('Slices'),
      about: t('Numbers of its slices, as the viewer counts'),
      value: ({ numbers }) => numbers[0],
      show: ({ numbers: [first, last] }) => (first === last ? String(first) : `${first}-${last}`),
      down: false,
      minor: true,
    },
    nameColumn<LesionRow>(),
  ];
}
