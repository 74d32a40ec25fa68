/** From decoded slices to the volume. */
import { geometryFromSlices } from '../../geometry';
import { analyzeSlices } from '../../slices';
import type { Notice, Volume } from '../../volume';
import { type Choice, chooseSlices, type PlacedSlice } from './choose';
import { type CommonScale, commonScale, convertVoxels } from './rescale';
import type { DicomSlice } from './slice';
import type { SliceStore } from './store';
import { transferSyntax } from './syntax';

/** Angles below this, degrees, change nothing that a reader could see. */
const noticeableTilt = 0.5;

/**
 * Makes one volume of the slices of a series; their voxels are used up.
 * @param slices at least one
 * @param opened name of the file that the user opened
 * @param before notices about files that did not become slices
 */
export function assembleSeries(
  slices: readonly DicomSlice[],
  store: SliceStore,
  opened: string | undefined,
  before: readonly Notice[],
): Volume {
  const choice = chooseSlices(slices, opened);
  const chosen = choice.slices;
  const scale = commonScale(chosen);
  const padding = commonPadding(chosen, scale);
  const voxels = scale.convert
    ? convertVoxels(chosen, scale)
    : store.collect(
        chosen.map(({ stored }) => stored),
        scale.type,
      );
  const [first] = chosen as [PlacedSlice];
  const geometry = geometryFromSlices(
    choice.axes,
    choice.spacing,
    [first.columns, first.rows],
    chosen.map(({ position }) => position),
    chosen.map(({ file, sopInstanceUid, frame, frames, thickness }) => ({
      source: file,
      ...(thickness === undefined ? {} : { thickness }),
      ...(sopInstanceUid === undefined ? {} : { sopInstanceUid }),
      ...(frames > 1 ? { frame } : {}),
    })),
  );
  return {
    format: 'dicom',
    voxels,
    storedType: first.typeName,
    slope: scale.slope,
    intercept: scale.intercept,
    ...geometry,
    ...(padding ? { padding } : {}),
    provenance: {
      ...choice.provenance,
      slices: choice.provenance.origin ?? 'assumed',
      rescale: first.hounsfield ? '(0028,1052), (0028,1053)' : 'as stored',
      transferSyntax: transferSyntax(first.transferSyntax)?.name ?? first.transferSyntax,
    },
    notices: [...before, ...choice.notices, ...sliceNotices(choice), ...valueNotices(chosen, scale)],
    identity: {
      ...(first.seriesInstanceUid ? { seriesInstanceUid: first.seriesInstanceUid } : {}),
      ...(first.modality ? { modality: first.modality } : {}),
    },
  };
}

/** The padding of the whole volume, if all slices agree on it. */
function commonPadding(
  slices: readonly PlacedSlice[],
  { convert }: CommonScale,
): { from: number; to: number } | undefined {
  const converted = slices.map(({ padding }, k) => {
    const { factor, offset } = convert?.[k] ?? { factor: 1, offset: 0 };
    const ends = padding && [padding.from * factor + offset, padding.to * factor + offset];
    return ends && { from: Math.min(...ends), to: Math.max(...ends) };
  });
  const [first] = converted;
  return first && converted.every((padding) => padding?.from === first.from && padding.to === first.to)
    ? first
    : undefined;
}

/** What the positions of the slices say: tilt, uneven spacing, gaps. */
function sliceNotices({ slices, axes }: Choice): Notice[] {
  if (slices.length < 2) return [];
  const { normal } = geometryFromSlices(
    axes,
    [1, 1],
    [1, 1],
    slices.map(({ position }) => position),
  );
  const { tilt, gaps, uneven, missing, locations } = analyzeSlices(
    slices.map(({ position }) => position),
    normal,
    slices.map(({ thickness }) => thickness),
  );
  const notices: Notice[] = [];
  if (tilt >= noticeableTilt)
    notices.push({
      code: 'gantry-tilt',
      severity: 'info',
      message: `The gantry was tilted by ${tilt.toFixed(1)} degrees; coronal and sagittal views are drawn with the tilt undone.`,
    });
  if (uneven)
    notices.push({
      code: 'uneven-spacing',
      severity: 'info',
      message: `The distance between slices changes from ${Math.min(...gaps).toFixed(2)} to ${Math.max(...gaps).toFixed(2)} mm; every slice counts with its own share when volumes are measured.`,
    });
  const holes = missing.flatMap((isMissing, n) => (isMissing ? [n] : []));
  if (holes.length > 0) {
    const [n = 0] = holes;
    const [from, to] = [locations[n] ?? 0, locations[n + 1] ?? 0];
    notices.push({
      code: 'missing-slices',
      severity: 'warning',
      message: `Slices are missing in ${holes.length === 1 ? '1 place' : `${holes.length} places`}, first between ${from.toFixed(1)} and ${to.toFixed(1)} mm along the scan (${(to - from).toFixed(1)} mm apart); volumes do not count the gap.`,
    });
  }
  return notices;
}

/** What the voxels mean. */
function valueNotices(slices: readonly PlacedSlice[], scale: CommonScale): Notice[] {
  const [first] = slices as [PlacedSlice];
  const notices: Notice[] = [];
  if (scale.convert)
    notices.push({
      code: 'mixed-rescale',
      severity: 'info',
      message: `Slices were stored with different scales; all are brought to ${scale.type.name === 'float32' ? '32-bit floats of the value' : `one (slope ${scale.slope}, intercept ${scale.intercept})`}.`,
    });
  if (slices.some(({ lossy }) => lossy))
    notices.push({
      code: 'lossy',
      severity: 'info',
      message: `The images were compressed with loss (${transferSyntax(first.transferSyntax)?.name ?? first.transferSyntax}); values may differ from those that were scanned.`,
    });
  if (slices.some(({ hounsfield }) => !hounsfield))
    notices.push({ code: 'not-hounsfield', severity: 'warning', message: whyNotHounsfield(first) });
  return notices;
}

function whyNotHounsfield({ modality, rescaleType, inverted }: PlacedSlice): string {
  if (modality === 'CT' && rescaleType === undefined)
    return 'The files do not say how values become Hounsfield units; windows and limits in HU may not fit.';
  const stated =
    modality === 'CT'
      ? `rescale type ${rescaleType?.slice(0, 16)}`
      : `modality ${modality?.slice(0, 16) ?? 'not stated'}`;
  const mirrored = inverted ? ' Dark and bright were exchanged, because the file stores them inverted.' : '';
  return `The values are not Hounsfield units (${stated}).${mirrored}`;
}
