/** Where the command line finds its own parts: next to the running bundle, in a checkout as in an installed extension. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The running bundle, `cli.js`. */
export const CLI = fileURLToPath(import.meta.url);

/** Its folder, `dist`. */
export const BUNDLE = path.dirname(CLI);

/** Folder with the built-in models, one folder each. */
export const MODELS = path.join(BUNDLE, '..', 'models');

/** Bundle of the inference process. */
export const INFERENCE = path.join(BUNDLE, 'inference.cjs');
