/** Encapsulated pixel data: DICOM PS3.5 annex A.4. */
import { ScanError } from '../../volume';
import type { ParsedFile, PixelElement } from './dataset';
import { tags } from './elements';

interface Fragment {
  /** Of the item's tag, relative to the first item after the offset table. */
  readonly offset: number;
  readonly start: number;
  readonly end: number;
}

const item = 0xe000;
const itemGroup = 0xfffe;

/**
 * The compressed bytes of each frame, without copying where a frame is one fragment.
 * @throws ScanError if the frames cannot be told apart or the file is cut off
 */
export function encapsulatedFrames(file: ParsedFile, pixels: PixelElement, frames: number, name: string): Uint8Array[] {
  const { bytes } = file;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const { fragments, offsetTable, cut } = readFragments(view, pixels.dataOffset);
  if (cut)
    throw new ScanError(
      name,
      'It is cut off in the middle of its compressed pixel data.',
      'Copy the file again from where it came.',
    );
  if (fragments.length === 0) throw new ScanError(name, 'Its pixel data are empty.', 'Export the image again.');
  const starts = frameStarts(bytes, fragments, offsetTable, extendedOffsets(file), frames);
  if (starts === undefined)
    throw new ScanError(
      name,
      `Its ${frames} frames cannot be found in ${fragments.length} fragments of pixel data.`,
      'Export the image again.',
    );
  return starts.map((start, frame) => join(bytes, fragments.slice(start, starts[frame + 1] ?? fragments.length)));
}

function readFragments(view: DataView, start: number): { fragments: Fragment[]; offsetTable: number[]; cut: boolean } {
  const fragments: Fragment[] = [];
  const offsetTable: number[] = [];
  let cut = false;
  let base: number | undefined;
  for (let position = start; ; ) {
    if (position + 8 > view.byteLength) {
      // A missing delimiter after whole fragments loses nothing.
      cut = position < view.byteLength;
      break;
    }
    const isItem = view.getUint16(position, true) === itemGroup && view.getUint16(position + 2, true) === item;
    if (!isItem) break;
    const length = view.getUint32(position + 4, true);
    const end = position + 8 + length;
    if (end > view.byteLength) {
      cut = true;
      break;
    }
    if (base === undefined) {
      base = end;
      for (let at = position + 8; at + 4 <= end; at += 4) offsetTable.push(view.getUint32(at, true));
    } else {
      fragments.push({ offset: position - base, start: position + 8, end });
    }
    position = end;
  }
  return { fragments, offsetTable, cut };
}

/** Extended Offset Table (7FE0,0001): 64-bit offsets of frames. */
function extendedOffsets({ elements, bytes }: ParsedFile): number[] {
  const element = elements.elements[tags.extendedOffsets];
  if (element === undefined) return [];
  const view = new DataView(bytes.buffer, bytes.byteOffset + element.dataOffset, element.length & ~7);
  return Array.from({ length: view.byteLength / 8 }, (_, n) => Number(view.getBigUint64(n * 8, true)));
}

/** Index of the first fragment of each frame; undefined if they cannot be told. */
function frameStarts(
  bytes: Uint8Array,
  fragments: readonly Fragment[],
  offsetTable: readonly number[],
  extended: readonly number[],
  frames: number,
): number[] | undefined {
  if (frames === 1) return [0];
  if (fragments.length === frames) return fragments.map((_, n) => n);
  const indexOf = new Map(fragments.map(({ offset }, n) => [offset, n]));
  for (const table of [extended, offsetTable]) {
    if (table.length !== frames) continue;
    const starts = table.map((offset) => indexOf.get(offset) ?? -1);
    if (starts.every((start, n) => start > (starts[n - 1] ?? -1))) return starts;
  }
  // Without a usable table a frame begins where a fragment begins with the start marker of JPEG or JPEG 2000.
  const starts = fragments.flatMap(({ start }, n) =>
    bytes[start] === 0xff && (bytes[start + 1] === 0xd8 || bytes[start + 1] === 0x4f) ? [n] : [],
  );
  return starts.length === frames && starts[0] === 0 ? starts : undefined;
}

function join(bytes: Uint8Array, fragments: readonly Fragment[]): Uint8Array {
  const [first] = fragments;
  if (first && fragments.length === 1) return bytes.subarray(first.start, first.end);
  const joined = new Uint8Array(fragments.reduce((sum, { start, end }) => sum + end - start, 0));
  let to = 0;
  for (const { start, end } of fragments) {
    joined.set(bytes.subarray(start, end), to);
    to += end - start;
  }
  return joined;
}
