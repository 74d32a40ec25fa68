/** The largest plausible annotation, 512x512x500 with 5 % blood: its size, and the time to write and to read it. */
import { benchAnnotation } from '../../src/core/annotation/bench';
import { report } from '../lib/report';

const { slices, runs, textBytes, encodeMs, parseMs } = benchAnnotation(() => performance.now());
report({ name: `text of ${slices} slices, ${runs} runs`, value: textBytes / 1e6, unit: 'MB' });
report({ name: 'writing', value: encodeMs, unit: 'ms' });
report({ name: 'reading', value: parseMs, unit: 'ms' });
