/** Time of our own code when VS Code loads the extension host's bundle and activates it, with a stand-in for VS Code's API. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../scripts/lib/paths.mjs';
import { median, report } from '../lib/report';

const ROUNDS = 9;

/** Anything that is asked of the stand-in is a function, a class, a namespace and an empty list at once; what it returns, too. */
const PROGRAM = `
const Module = require('node:module');
const anything = new Proxy(function () {}, {
  get: (target, name) => name === Symbol.toPrimitive ? () => '' : name === 'then' ? undefined : name === Symbol.iterator ? function* () {} : name === 'prototype' ? {} : anything,
  set: () => true,
  apply: () => anything,
  construct: () => ({ dispose() {}, event: () => ({ dispose() {} }), fire() {} }),
});
const vscode = Object.fromEntries(JSON.parse(process.argv[3]).map((name) => [name, anything]));
const load = Module._load;
Module._load = function (request, ...rest) { return request === 'vscode' ? vscode : load.call(this, request, ...rest); };
const start = performance.now();
const extension = require(process.argv[1]);
const loaded = performance.now();
let activated;
let failure;
(async () => {
  await extension.activate({ subscriptions: [], extensionPath: process.argv[2], extensionUri: anything, globalState: anything, workspaceState: anything, asAbsolutePath: (file) => file, extension: anything });
  activated = performance.now();
})().catch((error) => { failure = error; }).finally(() => {
  console.log(JSON.stringify({ load: loaded - start, activate: activated - loaded, failure: failure && String(failure.stack) }));
  process.exit();
});
`;

/** What VS Code's API has that exists at run time: bundles copy the names that a module really has. */
const declared = readFileSync(inRoot('node_modules/@types/vscode/index.d.ts'), 'utf8');
const names = [...declared.matchAll(/^\texport (?:namespace|class|enum|const|let|function) (\w+)/gm)].map(
  ([, name]) => name,
);

const runs = Array.from({ length: ROUNDS }, () => {
  const bundle = inRoot('dist/extension.cjs');
  const output = execFileSync(process.execPath, ['-e', PROGRAM, bundle, inRoot(), JSON.stringify(names)], {
    encoding: 'utf8',
  });
  const times = JSON.parse(output) as { load: number; activate: number | null; failure?: string };
  if (times.failure !== undefined) throw new Error(times.failure);
  return times;
});
const load = median(runs.map((run) => run.load));
const activate = median(runs.map((run) => run.activate ?? Number.NaN));
report({ name: 'loading the bundle', value: load, unit: 'ms' });
report({ name: 'activate()', value: activate, unit: 'ms' });
report({ name: 'together', value: load + activate, unit: 'ms', most: 100 });
