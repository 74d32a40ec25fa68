/** An evaluation as JSON, as a table of all figures, and as Markdown for people. */
import { version } from '../../../package.json';
import { encodeTable } from '../../core/csv';
import { type BloodClass, CLASSES, type Counts, ratio } from '../../core/metrics/counts';
import type { Figure, FigureName } from '../../core/metrics/figures';
import { OVERLAP_METRICS } from '../../core/metrics/segmentation';
import type { EvaluatedCase, Evaluation } from './evaluate';

/** What the evaluation was made with. */
export interface EvaluationContext {
  readonly truth: readonly string[];
  readonly prediction: readonly string[] | undefined;
  readonly scores: string | undefined;
  readonly replicates: number;
  readonly seed: number;
}

export const FORMATS = ['md', 'csv', 'json'] as const;
export type Format = (typeof FORMATS)[number];

export function formatEvaluation(evaluation: Evaluation, context: EvaluationContext, format: Format): string {
  if (format === 'json') return `${JSON.stringify(asJson(evaluation, context), undefined, 1)}\n`;
  return format === 'csv' ? asCsv(evaluation) : asMarkdown(evaluation, context);
}

function asJson(
  { figures, cases, refused, unreadable, unmatched, patients, classes }: Evaluation,
  context: EvaluationContext,
): object {
  const { replicates, seed, ...inputs } = context;
  return {
    format: 'hemorica-evaluation',
    version: 1,
    program: version,
    ...inputs,
    bootstrap: replicates === 0 ? null : { replicates, seed, unit: 'patient', level: 0.95 },
    patients,
    figures: figures.map(({ value, ...figure }) => ({ ...figure, value: value ?? null })),
    cases: cases.map((one) => caseJson(one, classes)),
    refused,
    unreadable,
    unmatched,
  };
}

function caseJson({ comparison, ...names }: EvaluatedCase, classes: readonly BloodClass[]): object {
  if (comparison === undefined) return names;
  const ratios = (counts: Counts): object =>
    Object.fromEntries(OVERLAP_METRICS.map((metric) => [metric, ratio(metric, counts) ?? null]));
  const byClass = classes.map((of) => {
    const { counts, slices, hd95, volumeTruth, volumePrediction } = comparison[of];
    const bySlice = slices.flatMap(({ tp, fp, fn }, slice) =>
      tp + fp + fn === 0 ? [] : [{ slice, tp, fp, fn, ...ratios({ tp, fp, fn, tn: 0 }) }],
    );
    const { tp, fp, fn } = counts;
    return [of, { tp, fp, fn, ...ratios(counts), hd95: hd95 ?? null, volumeTruth, volumePrediction, slices: bySlice }];
  });
  return { ...names, classes: Object.fromEntries(byClass) };
}

/** One figure a row: those of the cohort first, then those of each scan and slice, with the case's name. Slices count from 0. */
function asCsv({ figures, cases, classes }: Evaluation): string {
  const rows: (string | number | undefined)[][] = figures.map((one) => [
    one.task,
    one.level,
    one.class,
    one.metric,
    one.statistic,
    '',
    '',
    one.value,
    one.low,
    one.high,
    one.n,
  ]);
  for (const { name, comparison } of cases) {
    if (comparison === undefined) continue;
    for (const of of classes) {
      const { counts, slices, hd95, volumeTruth, volumePrediction } = comparison[of];
      const row = (level: string, metric: string, slice: number | undefined, value: number | undefined): void => {
        if (value !== undefined)
          rows.push(['segmentation', level, of, metric, 'single', name, slice, value, undefined, undefined, 1]);
      };
      for (const metric of OVERLAP_METRICS) row('scan', metric, undefined, ratio(metric, counts));
      row('scan', 'hd95', undefined, hd95);
      row('scan', 'volume truth', undefined, volumeTruth);
      row('scan', 'volume prediction', undefined, volumePrediction);
      slices.forEach((inSlice, k) => {
        for (const metric of OVERLAP_METRICS) row('slice', metric, k, ratio(metric, inSlice));
      });
    }
  }
  const header = ['task', 'level', 'class', 'metric', 'statistic', 'case', 'slice', 'value', 'low', 'high', 'n'];
  return encodeTable([header, ...rows]);
}

type Wanted = Pick<FigureName, 'level' | 'metric' | 'statistic'>;

interface MarkdownTable {
  readonly title: string;
  readonly task: FigureName['task'];
  readonly note: string;
  readonly counted: string;
  readonly columns: readonly (Wanted & { readonly title: string })[];
}

const rates = (level: 'slice' | 'patient'): MarkdownTable['columns'] => [
  ...(['precision', 'recall', 'f1', 'specificity'] as const).map((metric) => ({
    title: metric === 'f1' ? 'F1' : metric,
    level,
    metric,
    statistic: 'ratio' as const,
  })),
  { title: 'AUC', level, metric: 'auc', statistic: 'area' },
];

const overlap = (level: 'pooled' | 'scan' | 'slice'): MarkdownTable['columns'] =>
  OVERLAP_METRICS.map((metric) => ({
    title: { precision: 'precision', recall: 'recall', dice: 'Dice', iou: 'IoU' }[metric],
    level,
    metric,
    statistic: level === 'pooled' ? 'ratio' : 'mean',
  }));

const volume = (title: string, statistic: FigureName['statistic']): MarkdownTable['columns'][number] => ({
  title,
  level: 'scan',
  metric: 'volume error',
  statistic,
});

const TABLES: readonly MarkdownTable[] = [
  { title: 'Classification by slice', task: 'classification', note: '', counted: 'slices', columns: rates('slice') },
  {
    title: 'Classification by patient',
    task: 'classification',
    note: '',
    counted: 'patients',
    columns: rates('patient'),
  },
  {
    title: 'Segmentation, all voxels pooled',
    task: 'segmentation',
    note: '',
    counted: 'voxels',
    columns: overlap('pooled'),
  },
  {
    title: 'Segmentation by scan, mean',
    task: 'segmentation',
    note: 'Scans where a figure is not defined, as Dice where both masks are empty, are left out of it; the number is that of Dice.',
    counted: 'scans',
    columns: [...overlap('scan'), { title: 'Dice, median', level: 'scan', metric: 'dice', statistic: 'median' }],
  },
  {
    title: 'Segmentation by slice, mean',
    task: 'segmentation',
    note: 'Slices where a figure is not defined are left out of it; the number is that of Dice.',
    counted: 'slices',
    columns: [...overlap('slice'), { title: 'Dice, median', level: 'slice', metric: 'dice', statistic: 'median' }],
  },
  {
    title: 'Surface distance, HD95 in mm',
    task: 'segmentation',
    note: 'Over scans where both masks have the class.',
    counted: 'scans',
    columns: [
      { title: 'mean', level: 'scan', metric: 'hd95', statistic: 'mean' },
      { title: 'median', level: 'scan', metric: 'hd95', statistic: 'median' },
    ],
  },
  {
    title: 'Volume, prediction - truth in mL',
    task: 'segmentation',
    note: 'Over scans where either mask has the class. Bland-Altman: bias and limits of agreement (bias -+ 1.96 SD).',
    counted: 'scans',
    columns: [
      volume('bias', 'bias'),
      volume('SD', 'sd'),
      volume('lower limit', 'lower limit'),
      volume('upper limit', 'upper limit'),
      volume('mean absolute error', 'mean absolute'),
    ],
  },
];

function asMarkdown(evaluation: Evaluation, { replicates, seed }: EvaluationContext): string {
  const { cases, patients, refused, unreadable, unmatched } = evaluation;
  const brackets =
    replicates === 0 ? '' : ` In brackets: 95 % intervals of ${replicates} bootstrap draws of patients, seed ${seed}.`;
  const parts = [
    '# Evaluation',
    `${counted(cases.length, 'scan')} of ${counted(patients, 'patient')}.${brackets} For research only, not a medical device.`,
    ...TABLES.flatMap((table) => markdownTable(table, evaluation)),
    ...list(
      'Refused',
      refused.map(({ name, problem }) => `${name}: ${problem}`),
    ),
    ...list(
      'Not readable',
      unreadable.map(({ problem }) => problem),
    ),
    ...list('Truth without prediction', unmatched.truth),
    ...list('Prediction without truth', unmatched.prediction),
    ...list('Probabilities without truth', unmatched.scores),
  ];
  return `${parts.join('\n\n')}\n`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function list(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`## ${title}`, items.map((item) => `- ${item}`).join('\n')];
}

function markdownTable(
  { title, task, note, counted: unit, columns }: MarkdownTable,
  { figures }: Evaluation,
): string[] {
  const find = (of: BloodClass, wanted: Wanted): Figure | undefined =>
    figures.find(
      (one) =>
        one.task === task &&
        one.class === of &&
        one.level === wanted.level &&
        one.metric === wanted.metric &&
        one.statistic === wanted.statistic,
    );
  const shownColumns = columns.filter((column) => CLASSES.some((of) => find(of, column) !== undefined));
  const reference = shownColumns.find(({ metric }) => metric === 'dice') ?? shownColumns[0];
  if (reference === undefined) return [];
  const rows = CLASSES.flatMap((of) => {
    const n = find(of, reference)?.n;
    return n === undefined ? [] : [[of, ...shownColumns.map((column) => figureText(find(of, column))), String(n)]];
  });
  const header = ['class', ...shownColumns.map((column) => column.title), unit];
  const lines = [header, ['---', ...shownColumns.map(() => '---:'), '---:'], ...rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  return [`## ${title}`, ...(note === '' ? [] : [note]), lines.join('\n')];
}

function figureText(figure: Figure | undefined): string {
  if (figure?.value === undefined) return '-';
  const text = (value: number): string => value.toFixed(3);
  const { value, low, high } = figure;
  return low === undefined || high === undefined ? text(value) : `${text(value)} [${text(low)}, ${text(high)}]`;
}
