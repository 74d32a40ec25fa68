/** Where the command line finds its own parts: next to the running bundle, in a checkout as in an installed extension. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the running bundle, `dist`. */
export const BUNDLE = path.dirname(fileURLToPath(import.meta.url));

/** Folder with the built-in models, one folder each. */
export const MODELS = path.join(BUNDLE, '..', 'models');

/** Bundle of the inference process. */
export const INFERENCE = path.join(BUNDLE, 'inference.cjs');
