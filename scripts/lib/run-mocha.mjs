// Child process of a node suite: node run-mocha.mjs '{"files": [...], "results": "...", "timeout": ..., "hooks": "..."}'
import { pathToFileURL } from 'node:url';
import { runMocha } from './mocha-session.mjs';

const { hooks, ...options } = JSON.parse(process.argv[2] ?? '{}');
const rootHooks = hooks ? (await import(pathToFileURL(hooks).href)).mochaHooks : undefined;
const { failed } = await runMocha({ ...options, rootHooks });
// Handles that a test left open must not keep the run from ending.
process.exit(failed > 0 ? 1 : 0);
