/** Decodes a series from files that arrive one by one, in any order. */
import type { LoadCodec } from '../../codecs/codec';
import { Codecs } from '../../codecs/codecs';
import { type Notice, ScanError, type Volume } from '../../volume';
import { assembleSeries } from './assemble';
import { type DicomImage, maxVolumeBytes, openImage } from './image';
import { type FrameArray, voxelType } from './samples';
import { type DicomSlice, describeSlice } from './slice';
import { SliceStore, type StoredSlice } from './store';

export interface DicomDecoderOptions {
  /** Name of the scan, for errors that concern no single file. */
  readonly name: string;
  readonly loadCodec: LoadCodec;
  /** Name of the file that the user opened: it must decode, and its series is decoded. Without it, the first file's. */
  readonly opened?: string;
  /** How many files will be pushed, if known. */
  readonly expectedFiles?: number;
  /** Decoded slices of all; all is 0 while unknown. */
  readonly onProgress?: (done: number, total: number) => void;
  /** A volume of one slice with voxels of its own, as soon as one slice is decoded. */
  readonly onFirstSlice?: (volume: Volume) => void;
}

/** The decoding was cancelled with `cancel()`. */
export class DecodeCancelled extends Error {
  override readonly name = 'DecodeCancelled';
  constructor() {
    super('Decoding was cancelled.');
  }
}

/** Decoding gives way to other events after this time, ms, so that it can be cancelled. */
const longestTurn = 30;

/** After all events that wait now. A timer would do, but browsers and node hold back timers of no time by up to 4 ms. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/** Codecs stay loaded for as long as their loader is in use. */
const codecsByLoader = new WeakMap<LoadCodec, Codecs>();

function codecsOf(loader: LoadCodec): Codecs {
  const known = codecsByLoader.get(loader);
  if (known) return known;
  const codecs = new Codecs(loader);
  codecsByLoader.set(loader, codecs);
  return codecs;
}

export class DicomDecoder {
  readonly #options: DicomDecoderOptions;
  readonly #codecs: Codecs;
  readonly #store = new SliceStore();
  readonly #slices: DicomSlice[] = [];
  readonly #failures: ScanError[] = [];
  #expectedFiles: number;
  #files = 0;
  #foreign = 0;
  #bytes = 0;
  #series: { uid: string | undefined } | undefined;
  #queue: Promise<void> = Promise.resolve();
  #fatal: Error | undefined;
  #firstShown = false;
  #turnStart = Date.now();

  constructor(options: DicomDecoderOptions) {
    this.#options = options;
    this.#codecs = codecsOf(options.loadCodec);
    this.#expectedFiles = options.expectedFiles ?? 0;
  }

  /** How many files will be pushed in all; may be set when it becomes known. */
  set expectedFiles(count: number) {
    this.#expectedFiles = count;
  }

  /**
   * Decodes the images of one whole file. Its bytes are needed only until the promise settles.
   * @throws ScanError if the opened file cannot be read; other files that cannot are left out with a notice
   * @throws DecodeCancelled
   */
  push(name: string, bytes: Uint8Array): Promise<void> {
    const done = this.#queue.then(() => this.#take(name, bytes));
    this.#queue = done.catch(() => undefined);
    return done;
  }

  /**
   * The volume of all slices pushed.
   * @throws ScanError if no file could be read, or the opened one could not
   * @throws DecodeCancelled
   */
  async finish(): Promise<Volume> {
    await this.#queue;
    if (this.#fatal) throw this.#fatal;
    const [first] = this.#slices;
    if (first === undefined)
      throw (
        this.#failures[0] ??
        new ScanError(this.#options.name, 'There are no DICOM images.', 'Choose a folder or file with a CT series.')
      );
    // Files that came before the opened one were decoded before its series was known.
    const { uid } = this.#series ?? { uid: first.seriesInstanceUid };
    const slices = this.#slices.filter(({ seriesInstanceUid }) => seriesInstanceUid === uid);
    this.#foreign += new Set(this.#slices.filter((slice) => !slices.includes(slice)).map(({ file }) => file)).size;
    return assembleSeries(slices, this.#store, this.#options.opened, this.#leftOutFiles());
  }

  /** Ends the decoding: pending and later calls reject with DecodeCancelled. */
  cancel(): void {
    this.#fatal ??= new DecodeCancelled();
  }

  async #take(name: string, bytes: Uint8Array): Promise<void> {
    if (this.#fatal) throw this.#fatal;
    this.#files++;
    try {
      const image = openImage(bytes, name, this.#codecs);
      if (this.#isForeign(image, name)) this.#foreign++;
      else await this.#decode(image);
    } catch (error) {
      if (!(error instanceof ScanError)) throw this.#fail(outOfMemory(error, this.#options.name));
      if (name === this.#options.opened) throw this.#fail(error);
      this.#failures.push(error);
    }
  }

  #fail(error: Error): Error {
    this.#fatal ??= error;
    return this.#fatal;
  }

  #isForeign({ header }: DicomImage, name: string): boolean {
    if (this.#series === undefined && (this.#options.opened === undefined || this.#options.opened === name))
      this.#series = { uid: header.seriesInstanceUid };
    return this.#series !== undefined && this.#series.uid !== header.seriesInstanceUid;
  }

  async #decode(image: DicomImage): Promise<void> {
    const { header, format } = image;
    const type = voxelType(format);
    const length = header.rows * header.columns;
    const total = Math.max(this.#expectedFiles, header.frames > 1 ? 1 : 0) * header.frames;
    this.#store.expected = Math.max(this.#slices.length + header.frames, total);
    for (let frame = 0; frame < header.frames; frame++) {
      this.#bytes += (length * format.bitsAllocated) / 8;
      if (this.#bytes > maxVolumeBytes)
        throw this.#fail(
          new ScanError(
            this.#options.name,
            'The series needs more than 2 GiB of memory.',
            'Export a part of the scan.',
          ),
        );
      const stored = this.#store.reserve(type, length);
      try {
        await image.decode(frame, stored.voxels);
        this.#add(image, frame, stored, type.name);
      } catch (error) {
        this.#store.release(stored);
        throw error;
      }
      this.#options.onProgress?.(this.#slices.length, total);
      await this.#giveWay();
      if (this.#fatal) throw this.#fatal;
    }
  }

  #add(image: DicomImage, frame: number, stored: StoredSlice, typeName: string): void {
    const slice = describeSlice(image, frame, stored, typeName);
    if (slice.inverted) invert(stored.voxels, slice.inverted);
    this.#slices.push(slice);
    if (this.#firstShown || this.#series === undefined) return;
    this.#firstShown = true;
    this.#options.onFirstSlice?.(oneSliceVolume(slice));
  }

  async #giveWay(): Promise<void> {
    if (Date.now() - this.#turnStart < longestTurn) return;
    await nextTurn();
    this.#turnStart = Date.now();
  }

  #leftOutFiles(): Notice[] {
    const notices: Notice[] = [];
    const [failure, ...more] = this.#failures;
    if (failure)
      notices.push({
        code: 'left-out',
        severity: 'warning',
        message: `${more.length + 1} of ${this.#files} files could not be read and ${more.length === 0 ? 'is' : 'are'} left out, first ${failure.file}: ${failure.problem}`,
      });
    if (this.#foreign > 0)
      notices.push({
        code: 'left-out',
        severity: 'info',
        message: `${this.#foreign} of ${this.#files} files belong to another series and are left out.`,
      });
    return notices;
  }
}

/** An array that cannot be allocated is an error of the scan; anything else is a bug and stays as it is. */
function outOfMemory(error: unknown, name: string): Error {
  return error instanceof RangeError && /alloc|array length/i.test(error.message)
    ? new ScanError(name, 'There is not enough memory for it.', 'Close other scans, or export a part of this one.')
    : (error as Error);
}

function oneSliceVolume(slice: DicomSlice): Volume {
  const stored = { voxels: slice.stored.voxels.slice() };
  return assembleSeries([{ ...slice, stored }], new SliceStore(), undefined, []);
}

/** MONOCHROME1 of images that are not CT: the lowest value is white. Mirrors every value. */
function invert(voxels: FrameArray, { sum }: { readonly sum: number }): void {
  for (let n = 0; n < voxels.length; n++) voxels[n] = sum - (voxels[n] ?? 0);
}

/** Decodes a series whose files are all in memory; see `DicomDecoder`. */
export async function decodeDicom(
  files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: DicomDecoderOptions,
): Promise<Volume> {
  const decoder = new DicomDecoder({ expectedFiles: files.length, ...options });
  for (const { name, bytes } of files) await decoder.push(name, bytes);
  return decoder.finish();
}
