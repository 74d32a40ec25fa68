import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inRoot } from '../../../scripts/lib/paths.mjs';

interface Locked {
  resolved?: string;
  optionalDependencies?: Record<string, string>;
}

for (const file of ['package-lock.json', 'test/host/package-lock.json']) {
  describe(file, () => {
    const packages: Record<string, Locked> = JSON.parse(readFileSync(inRoot(file), 'utf8')).packages;

    it('holds no download addresses', () => {
      const addressed = Object.entries(packages).filter(([, locked]) => locked.resolved?.includes('://'));
      assert.deepEqual(addressed, []);
    });

    // npm writes a lock file without the packages that its registry lacks for other platforms, and then refuses it.
    it('names every optional package, as `npm ci` demands', () => {
      const missing = Object.entries(packages).flatMap(([folder, { optionalDependencies }]) =>
        Object.keys(optionalDependencies ?? {}).filter((name) => !found(packages, folder, name)),
      );
      assert.deepEqual(missing, []);
    });
  });
}

/** Whether a package resolves from a folder, going up through the node_modules above it. */
function found(packages: Record<string, Locked>, folder: string, name: string): boolean {
  for (let above = folder; ; above = above.slice(0, Math.max(0, above.lastIndexOf('node_modules/') - 1))) {
    if (`${above ? `${above}/` : ''}node_modules/${name}` in packages) return true;
    if (above === '') return false;
  }
}
