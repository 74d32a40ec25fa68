/** Reads one scan and prints the process's largest memory, in bytes, and that of the voxels: node load-once.mjs PATH. */
import { fileURLToPath } from 'node:url';
import { loadScan } from '../../src/node/load-scan';
import { findScans } from '../../src/node/scan-files';

const [scan] = (await findScans(process.argv[2] ?? '')).scans;
if (!scan) throw new Error('There is no scan.');
const { voxels } = await loadScan(scan, { bundle: fileURLToPath(new URL('.', import.meta.url)) });
console.log(JSON.stringify({ memory: process.resourceUsage().maxRSS * 1024, voxels: voxels.byteLength }));
