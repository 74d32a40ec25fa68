// Benchmarks: node bench/run.mjs [part of a case's name]... Each case runs in a process of its own; a case of two sides
// measures both in one run and states the ratio. Prints a table and writes out/bench/results.json. Exit code 1 if a case
// crashed; a figure beyond its aim is marked, not an error, since machines differ.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { say } from '../scripts/lib/log.mjs';
import { inRoot, root } from '../scripts/lib/paths.mjs';
import { run } from '../scripts/lib/processes.mjs';

/** @typedef {import('./lib/report').Figure} Figure */

const filters = process.argv.slice(2);
const names = readdirSync(inRoot('bench/cases'))
  .map((file) => path.basename(file, '.ts'))
  .filter((name) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
const out = inRoot('out/bench');
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: [...names.map((name) => `bench/cases/${name}.ts`), 'bench/lib/load-once.ts'],
  outdir: out,
  outbase: 'bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});

/** @type {(Figure & { case: string })[]} */
const figures = [];
for (const name of names) {
  say(`> ${name}`);
  const { code, output } = await run(process.execPath, ['--expose-gc', path.join(out, 'cases', `${name}.mjs`)], {
    cwd: root,
    quiet: true,
  });
  for (const line of output.split('\n')) {
    if (line.startsWith('{"name"')) figures.push({ case: name, ...JSON.parse(line) });
    // A crash inside of minified code prints all of it.
    else if (line.trim() !== '') say(`  ${line.slice(0, 300)}`);
  }
  if (code !== 0) {
    say(`  ended with code ${code}`);
    process.exitCode = 1;
  }
}

/** @param {Figure} figure */
const verdict = ({ value, most, least }) => {
  if (most === undefined && least === undefined) return '';
  const good = (most === undefined || value <= most) && (least === undefined || value >= least);
  return `${most !== undefined ? `at most ${most}` : `at least ${least}`}: ${good ? 'met' : 'MISSED'}`;
};
/** @param {number} value */
const rounded = (value) => String(Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

say('');
say(
  `node ${process.version}, ${process.platform} ${process.arch}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
);
say('');
say('| case | figure | value | aim |');
say('|---|---|---|---|');
for (const figure of figures)
  say(`| ${figure.case} | ${figure.name} | ${rounded(figure.value)} ${figure.unit} | ${verdict(figure)} |`);
writeFileSync(path.join(out, 'results.json'), JSON.stringify(figures, null, 2));
