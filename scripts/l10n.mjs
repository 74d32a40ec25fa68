// Collects the English strings of the host and the page into l10n/bundle.l10n.json, from which translations are made.
//   node scripts/l10n.mjs           writes the bundle
//   node scripts/l10n.mjs --check   fails if the bundle is not what the sources say
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { inRoot } from './lib/paths.mjs';

const BUNDLE = inRoot('l10n/bundle.l10n.json');

/** @param {string} folder @returns {string[]} the contents of its TypeScript files */
function sources(folder) {
  return readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => readFileSync(path.join(inRoot(folder), file), 'utf8'));
}

/** First arguments of the page's t(): one literal each, so that they can be found without running anything. */
const PAGE_STRING = /(?<![\w.])t\(\s*('(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")/g;
/** Calls of t() with anything else than a literal would be missing from the bundle. */
const PAGE_OTHER = /(?<![\w.])t\(\s*(?!['"\s)])(?!sentence\b)[^\n]*/g;

/** @param {string} literal @returns {string} */
const unquote = (literal) =>
  /** @type {string} */ (
    JSON.parse(
      literal.startsWith('"') ? literal : `"${literal.slice(1, -1).replaceAll("\\'", "'").replaceAll('"', '\\"')}"`,
    )
  );

const host = await getL10nJson(sources('src/extension').map((contents) => ({ extension: '.ts', contents })));
const page = sources('src/webview').join('\n');
const strange = [...page.matchAll(PAGE_OTHER)].map(([call]) => call);
if (strange.length > 0) {
  console.error(`The page passes something else than a literal to t():\n${strange.join('\n')}`);
  process.exit(1);
}
const strings = [...page.matchAll(PAGE_STRING)].map(([, literal = '']) => unquote(literal));
const all = { ...host, ...Object.fromEntries(strings.map((string) => [string, string])) };
const text = `${JSON.stringify(Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1))), null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(BUNDLE, text);
} else if (!existsSync(BUNDLE) || readFileSync(BUNDLE, 'utf8') !== text) {
  console.error('l10n/bundle.l10n.json is not what the sources say. Run "npm run l10n" and commit it.');
  process.exit(1);
}
