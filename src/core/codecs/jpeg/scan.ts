/** Coefficients of the scans of a gray image: ITU-T T.81 annexes F (sequential) and G (progressive). */
import { CodecError } from '../codec';
import type { BitReader, HuffmanTable } from './bits';

/** Natural (row by row) place of the n-th coefficient in zigzag order. */
export const zigzag = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);

export interface Scan {
  readonly progressive: boolean;
  /** First and last coefficient in zigzag order. */
  readonly first: number;
  readonly last: number;
  /** Successive approximation: the bit above which is known already (0: none), and the lowest bit of this scan. */
  readonly high: number;
  readonly low: number;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
  /** Blocks between restart markers; 0 for none. */
  readonly restartInterval: number;
}

/** Decodes one scan into the coefficients: 64 for each block, natural order. */
export function decodeScan(scan: Scan, bits: BitReader, coefficients: Int16Array): void {
  const state = { prediction: 0, endOfBand: 0 };
  const decode = blockDecoder(scan, bits, coefficients, state);
  const blocks = coefficients.length / 64;
  for (let block = 0; block < blocks; block++) {
    if (scan.restartInterval > 0 && block > 0 && block % scan.restartInterval === 0) {
      bits.restart();
      state.prediction = 0;
      state.endOfBand = 0;
    }
    decode(block * 64);
  }
}

interface State {
  /** Last DC value. */
  prediction: number;
  /** Blocks that the current end-of-band run still covers. */
  endOfBand: number;
}

type BlockDecoder = (start: number) => void;

function blockDecoder(scan: Scan, bits: BitReader, coefficients: Int16Array, state: State): BlockDecoder {
  if (!scan.progressive) return sequential(scan, bits, coefficients, state);
  if (scan.first === 0) {
    if (scan.last !== 0) throw new CodecError('Its progressive JPEG image mixes DC and AC coefficients in a scan.');
    return scan.high === 0 ? dcFirst(scan, bits, coefficients, state) : dcRefine(scan, bits, coefficients);
  }
  return scan.high === 0 ? acFirst(scan, bits, coefficients, state) : acRefine(scan, bits, coefficients, state);
}

function required(table: HuffmanTable | undefined): HuffmanTable {
  if (table === undefined) throw new CodecError('Its JPEG image lacks a Huffman table.');
  return table;
}

function sequential(scan: Scan, bits: BitReader, coefficients: Int16Array, state: State): BlockDecoder {
  const dc = required(scan.dc);
  const ac = required(scan.ac);
  return (start) => {
    state.prediction += bits.signed(bits.symbol(dc) & 15);
    coefficients[start] = state.prediction;
    for (let k = 1; k < 64; k++) {
      const symbol = bits.symbol(ac);
      const size = symbol & 15;
      if (size === 0) {
        if (symbol !== 0xf0) return;
        k += 15;
        continue;
      }
      k += symbol >> 4;
      if (k > 63) throw new CodecError('Its JPEG image has a block of more than 64 coefficients.');
      coefficients[start + (zigzag[k] ?? 0)] = bits.signed(size);
    }
  };
}

function dcFirst(scan: Scan, bits: BitReader, coefficients: Int16Array, state: State): BlockDecoder {
  const dc = required(scan.dc);
  return (start) => {
    state.prediction += bits.signed(bits.symbol(dc) & 15);
    coefficients[start] = state.prediction << scan.low;
  };
}

const dcRefine =
  ({ low }: Scan, bits: BitReader, coefficients: Int16Array): BlockDecoder =>
  (start) => {
    if (bits.bit()) coefficients[start] = (coefficients[start] ?? 0) | (1 << low);
  };

function acFirst(scan: Scan, bits: BitReader, coefficients: Int16Array, state: State): BlockDecoder {
  const ac = required(scan.ac);
  return (start) => {
    if (state.endOfBand > 0) {
      state.endOfBand--;
      return;
    }
    for (let k = scan.first; k <= scan.last; k++) {
      const symbol = bits.symbol(ac);
      const run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0 && run < 15) {
        state.endOfBand = (1 << run) - 1 + bits.bits(run);
        return;
      }
      k += run;
      if (size === 0) continue;
      if (k > 63) throw new CodecError('Its JPEG image has a block of more than 64 coefficients.');
      coefficients[start + (zigzag[k] ?? 0)] = bits.signed(size) * (1 << scan.low);
    }
  };
}

function acRefine(scan: Scan, bits: BitReader, coefficients: Int16Array, state: State): BlockDecoder {
  const ac = required(scan.ac);
  const step = 1 << scan.low;
  /** One more bit of a coefficient that is not zero. */
  const correct = (at: number): void => {
    const value = coefficients[at] ?? 0;
    if (bits.bit() && (value & step) === 0) coefficients[at] = value + (value > 0 ? step : -step);
  };
  return (start) => {
    let k = scan.first;
    while (state.endOfBand === 0 && k <= scan.last) {
      const symbol = bits.symbol(ac);
      let run = symbol >> 4;
      const size = symbol & 15;
      if (size === 0 && run < 15) {
        state.endOfBand = (1 << run) + bits.bits(run);
        break;
      }
      const value = size === 0 ? 0 : bits.bit() ? step : -step;
      // Passes `run` coefficients that are still zero, correcting the others on the way.
      for (; k <= scan.last; k++) {
        const at = start + (zigzag[k] ?? 0);
        if (coefficients[at] !== 0) correct(at);
        else if (run-- === 0) {
          coefficients[at] = value;
          k++;
          break;
        }
      }
    }
    if (state.endOfBand === 0) return;
    for (; k <= scan.last; k++) {
      const at = start + (zigzag[k] ?? 0);
      if (coefficients[at] !== 0) correct(at);
    }
    state.endOfBand--;
  };
}
