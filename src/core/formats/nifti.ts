/**
 * NIfTI files to volumes, from bytes as they arrive.
 *
 * Invariants: nothing larger than the bytes received can justify is allocated; the voxels exist
 * once; a slice is announced as soon as it is complete; gzip is known by its content, not by the
 * file's name.
 */
import { geometryFromAffine } from '../geometry';
import {
  type CancelSignal,
  DecodeCancelled,
  type Notice,
  type ProgressCallback,
  ScanError,
  type Volume,
  type VoxelArray,
} from '../volume';
import { GunzipStream, GzipError, LARGEST_EXPANSION } from './gzip';
import { LARGEST_VOLUME, type NiftiHeader, parseNiftiHeader } from './nifti-header';
import { type VoxelWriter, voxelWriter } from './nifti-voxels';
import { isGzip, NIFTI2_HEADER, niftiHeaderLength } from './sniff';

export interface NiftiOptions {
  /** 0-based volume of a file with more than three dimensions; the first by default. */
  readonly timePoint?: number;
  /** The .hdr file's bytes (gzip or not) if the bytes to decode are those of its .img. */
  readonly header?: Uint8Array;
  /** Length in bytes of the file to decode, as stored, where it is known: lets a header that does not fit be refused at once. */
  readonly length?: number;
  /** Slices complete, of how many. */
  readonly progress?: ProgressCallback;
  /** Called once, with a volume of the first slice alone, when it is complete and others are not. */
  readonly firstSlice?: (volume: Volume) => void;
  /**
   * Called whenever further slices are complete, every time with the same volume: slices 0 to
   * `done - 1` of it can be read. Its `voxels` may be another array at each call, and its notices
   * are not all there yet. Not called for 64-bit integers, whose type is known at the end only.
   */
  readonly growing?: (volume: Volume, done: number) => void;
  readonly signal?: CancelSignal;
}

/** Allocated without the bytes to show for it, at most; it grows as they come. */
const TRUSTED = 64 * 2 ** 20;

/** Expansion by gzip that real scans stay below; more is allocated only as it is seen. */
const USUAL_EXPANSION = 32;

/** Inflated bytes behind the wanted volume that are read to reach the checksum; more is not worth the wait. */
const LARGEST_REST = 256 * 2 ** 20;

const CUT_SHORT = 'Copy or download the file again; it was probably not transferred whole.';

/** Decodes one file, given in chunks: `push` each, then `end`. */
export class NiftiDecoder {
  readonly #name: string;
  readonly #options: NiftiOptions;
  #gunzip: GunzipStream | undefined;
  #begun = false;
  /** Bytes before the header is known. */
  #head: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #header: NiftiHeader | undefined;
  #writer: VoxelWriter | undefined;
  /** Position in the inflated file. */
  #position = 0;
  #first = 0;
  #end = 0;
  #slicesDone = 0;
  #finished = false;
  #growing: Volume | undefined;

  constructor(name: string, options: NiftiOptions = {}) {
    this.#name = name;
    this.#options = options;
  }

  /**
   * Takes the next bytes of the file; they must not be changed afterwards. Await it before the next.
   * @throws ScanError, or DecodeCancelled once the signal is set.
   */
  async push(bytes: Uint8Array): Promise<void> {
    this.#checkCancelled();
    if (this.#finished || bytes.length === 0) return;
    let chunk = bytes;
    if (!this.#begun) {
      if (this.#head.length > 0) chunk = join(this.#head, bytes);
      if (chunk.length < 2) {
        this.#head = chunk.slice();
        return;
      }
      this.#begun = true;
      this.#head = new Uint8Array(0);
      if (isGzip(chunk)) this.#gunzip = new GunzipStream((inflated) => this.#consume(inflated));
      if (this.#options.header) await this.#readPairHeader(this.#options.header);
    }
    if (this.#gunzip) await this.#gunzip.push(chunk);
    else this.#consume(chunk);
    if (this.#finished) this.#gunzip?.cancel();
  }

  /** The volume, when all bytes have been pushed. */
  async end(): Promise<Volume> {
    this.#checkCancelled();
    if (!this.#finished) {
      try {
        await this.#gunzip?.end();
      } catch (error) {
        if (!(error instanceof GzipError)) throw error;
        throw new ScanError(
          this.#name,
          error.truncated ? 'The gzip file ends too early.' : 'The gzip data is damaged.',
          error.truncated ? CUT_SHORT : 'Copy or download the file again.',
        );
      }
    }
    this.#checkCancelled();
    if (!this.#begun && this.#head.length === 0) throw new ScanError(this.#name, 'The file is empty.', CUT_SHORT);
    const header = this.#header ?? this.#parse(this.#head);
    const writer = this.#writer;
    if (!writer || this.#position < this.#end)
      throw new ScanError(
        this.#name,
        `The voxels end too early: ${Math.max(0, this.#position - this.#first)} of ${volumeBytes(header)} bytes of the volume are there.`,
        CUT_SHORT,
      );
    const voxels = writer.finish();
    const volume = this.#volume(header, voxels, header.size[2]);
    const doubt = hounsfieldDoubt(volume);
    return doubt ? { ...volume, notices: [...volume.notices, doubt] } : volume;
  }

  #checkCancelled(): void {
    if (!this.#options.signal?.aborted) return;
    this.#gunzip?.cancel();
    throw new DecodeCancelled(this.#name);
  }

  async #readPairHeader(bytes: Uint8Array): Promise<void> {
    const header = isGzip(bytes) ? await gunzipStart(bytes, NIFTI2_HEADER) : bytes;
    const parsed = parseNiftiHeader(header, this.#name);
    this.#begin({ ...parsed, voxelOffset: parsed.single ? 0 : parsed.voxelOffset });
  }

  #parse(bytes: Uint8Array): NiftiHeader {
    const header = parseNiftiHeader(bytes, this.#name);
    // Analyze has no magic: in a file of NIfTI's own name that means a wrong one.
    if (header.format === 'analyze' && /\.nii(\.gz)?$/i.test(this.#name))
      throw new ScanError(
        this.#name,
        'Its magic is none of NIfTI ("n+1" is expected): it is another kind of file, or damaged.',
        'Check that the file is what its name says; rename the header of an Analyze pair to .hdr.',
      );
    if (!header.single)
      throw new ScanError(
        this.#name,
        'This is a header whose voxels are in an .img file.',
        'Put the .hdr and the .img file of the same name into one folder and open the .hdr.',
      );
    return header;
  }

  /** Works out what must come, and refuses what cannot. */
  #begin(header: NiftiHeader): void {
    const index = this.#options.timePoint ?? 0;
    if (!Number.isInteger(index) || index < 0 || index >= header.volumes)
      throw new ScanError(
        this.#name,
        `There is no volume ${index + 1}: the file holds ${header.volumes}.`,
        `Choose a volume from 1 to ${header.volumes}.`,
      );
    const bytes = volumeBytes(header);
    this.#header = header;
    this.#first = header.voxelOffset + index * bytes;
    this.#end = this.#first + bytes;
    const { length } = this.#options;
    let trusted = TRUSTED;
    if (length !== undefined) {
      const most = this.#gunzip ? length * LARGEST_EXPANSION : length;
      if (this.#end > most)
        throw new ScanError(
          this.#name,
          `The header asks for ${this.#end} bytes (${header.size.join(' x ')} ${header.datatype.name} voxels from byte ${this.#first}), more than the file of ${length} bytes can hold.`,
          CUT_SHORT,
        );
      trusted = Math.max(TRUSTED, this.#gunzip ? length * USUAL_EXPANSION : length);
    }
    this.#writer = voxelWriter(
      header.datatype,
      header.littleEndian,
      header.size[0] * header.size[1] * header.size[2],
      Math.min(trusted, LARGEST_VOLUME),
    );
  }

  /** Takes the next bytes of the inflated file. */
  #consume(bytes: Uint8Array): void {
    if (this.#finished) return;
    if (!this.#header) {
      // Only the fixed header is gathered; what follows it is taken from the chunk itself.
      const before = this.#head;
      this.#head = join(before, bytes.subarray(0, NIFTI2_HEADER - before.length));
      const needed = this.#head.length < 4 ? NIFTI2_HEADER : (niftiHeaderLength(this.#head)?.length ?? 0);
      if (this.#head.length < needed) return;
      this.#begin(this.#parse(this.#head));
      this.#place(before);
    }
    this.#place(bytes);
  }

  /** Puts what belongs to the wanted volume where it belongs. */
  #place(bytes: Uint8Array): void {
    const start = this.#position;
    this.#position += bytes.length;
    const from = Math.max(0, this.#first - start);
    const to = Math.min(bytes.length, this.#end - start);
    if (to > from) {
      this.#writer?.write(bytes.subarray(from, to));
      this.#announce();
    }
    if (this.#position > this.#end + LARGEST_REST) this.#finished = true;
  }

  #announce(): void {
    const [header, writer] = [this.#header, this.#writer];
    if (!header || !writer) return;
    const perSlice = header.size[0] * header.size[1];
    const slices = Math.floor(writer.done / perSlice);
    if (slices === this.#slicesDone) return;
    if (this.#slicesDone === 0 && slices < header.size[2])
      this.#options.firstSlice?.(this.#volume(header, writer.copy(perSlice), 1));
    this.#slicesDone = slices;
    this.#grow(header, writer, slices);
    this.#options.progress?.(slices, header.size[2]);
    this.#checkCancelled();
  }

  #grow(header: NiftiHeader, writer: VoxelWriter, slices: number): void {
    const { growing } = this.#options;
    const voxels = growing && writer.filling;
    if (!growing || !voxels) return;
    this.#growing ??= Object.defineProperty(this.#volume(header, voxels, header.size[2]), 'voxels', {
      get: () => writer.filling,
    });
    growing(this.#growing, slices);
  }

  #volume(header: NiftiHeader, voxels: VoxelArray, slices: number): Volume {
    const { shear, ...geometry } = geometryFromAffine(header.affine, header.size);
    const notices: Notice[] = [...header.notices];
    if (geometry.tilt > 0)
      notices.push({
        code: 'gantry-tilt',
        severity: 'info',
        message: `The step from slice to slice is ${geometry.tilt.toFixed(1)} degrees off the slices' normal (gantry tilt); coronal and sagittal views undo it.`,
      });
    if (shear > VISIBLE_SHEAR)
      notices.push({
        code: 'sheared-affine',
        severity: 'warning',
        message: `The affine shears each slice by ${shear.toFixed(1)} degrees: shapes are distorted in the axial view; positions and measurements in mm are right.`,
      });
    return {
      format: header.format,
      voxels,
      storedType: header.datatype.name,
      slope: header.slope,
      intercept: header.intercept,
      ...geometry,
      size: [header.size[0], header.size[1], slices],
      slices: geometry.slices.slice(0, slices),
      provenance: header.provenance,
      notices,
      identity: {},
      ...(header.volumes > 1 && { timePoint: { index: this.#options.timePoint ?? 0, count: header.volumes } }),
    };
  }
}

/**
 * Decodes a file that is in memory whole.
 * @param bytes A .nii, .hdr-less .img (with `options.header`), gzip or not.
 * @param name File name for messages.
 * @throws ScanError, DecodeCancelled.
 */
export async function decodeNifti(bytes: Uint8Array, name: string, options: NiftiOptions = {}): Promise<Volume> {
  const decoder = new NiftiDecoder(name, { length: bytes.length, ...options });
  await decoder.push(bytes);
  return decoder.end();
}

/** Degrees between in-plane axes and a right angle that are worth a notice; float32 rounding is far below. */
const VISIBLE_SHEAR = 0.05;

function volumeBytes({ size, datatype }: NiftiHeader): number {
  return size[0] * size[1] * size[2] * datatype.bytes;
}

/** Air is -1000 HU: a scan without anything near it is probably on another scale. */
function hounsfieldDoubt({ voxels, slope, intercept, storedType }: Volume): Notice | undefined {
  const limit = (-200 - intercept) / slope;
  const unsigned = storedType.startsWith('u');
  if (slope > 0 && !(unsigned && limit <= 0)) {
    // Nearly every CT has air in its first row, so this rarely looks far.
    for (let n = 0; n < voxels.length; n++) if ((voxels[n] as number) < limit) return undefined;
  } else if (slope < 0) {
    for (let n = 0; n < voxels.length; n++) if ((voxels[n] as number) > limit) return undefined;
  }
  return {
    code: 'not-hounsfield',
    severity: 'info',
    message: 'No value is below -200, although air is -1000 HU: the values may not be Hounsfield units.',
  };
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The first bytes of gzip data, fewer if it ends or breaks earlier. */
async function gunzipStart(bytes: Uint8Array, length: number): Promise<Uint8Array> {
  let start = new Uint8Array(0);
  const stream = new GunzipStream((inflated) => {
    if (start.length < length) start = join(start, inflated.subarray(0, length - start.length));
  });
  try {
    await stream.push(bytes);
    await stream.end();
  } catch (error) {
    if (!(error instanceof GzipError)) throw error;
  }
  return start;
}
