// Where things lie. Found by walking up to our own package.json, so that the same code works from scripts/ and from a bundle in out/.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @param {string} from a folder inside the repository */
function findRoot(from) {
  for (let dir = from; ; dir = path.dirname(dir)) {
    const manifest = path.join(dir, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'hemorica') return dir;
    if (dir === path.dirname(dir)) throw new Error(`No folder above ${from} holds the package.json of Hemorica.`);
  }
}

/** Absolute path of the repository. */
export const root = findRoot(path.dirname(fileURLToPath(import.meta.url)));

/**
 * An absolute path inside the repository.
 * @param {...string} parts
 */
export const inRoot = (...parts) => path.join(root, ...parts);
