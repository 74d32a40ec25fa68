import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import * as paths from 'node:path';
import Ajv from 'ajv';
import schema from '../../../../media/ich-model.schema.json';
import { inRoot } from '../../../../scripts/lib/paths.mjs';
import { MANIFEST_VERSION, parseManifest } from '../../../../src/core/model/manifest';

const ajv = new Ajv({ strict: false });
const valid = ajv.compile({ definitions: schema.definitions, $ref: '#/definitions/model' });

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Path = readonly (string | number)[];

const files = [
  ...readdirSync(inRoot('test/fixtures/manifests')).map((name) => inRoot('test/fixtures/manifests', name)),
  ...readdirSync(inRoot('models')).map((name) => inRoot('models', name, 'model.json')),
];
const manifests = files.map((file) => ({ file, json: JSON.parse(readFileSync(file, 'utf8')) as Json }));

/** What the reader says against a manifest; '' if it reads it. */
function refusal(json: Json): string {
  try {
    parseManifest(JSON.stringify(json), 'model.json');
    return '';
  } catch (error) {
    return String(error);
  }
}

function* pathsOf(json: Json, path: Path = []): Generator<Path> {
  if (path.length > 0) yield path;
  if (typeof json !== 'object' || json === null) return;
  for (const [key, value] of Object.entries(json)) {
    yield* pathsOf(value, [...path, Array.isArray(json) ? Number(key) : key]);
  }
}

/** A copy with the value at a path replaced; undefined takes it out. */
function changed(json: Json, path: Path, value: Json | undefined): Json {
  const copy = structuredClone(json);
  let at = copy as Record<string | number, Json>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, Json>;
  const last = path.at(-1) ?? '';
  if (value !== undefined) at[last] = value;
  else if (Array.isArray(at)) at.splice(Number(last), 1);
  else delete at[last];
  return copy;
}

/** Values that fields are given in turn. */
const values: readonly Json[] = [
  null,
  true,
  '',
  'x',
  'SPL',
  'SLP',
  'IPL',
  'SPA',
  'IPH',
  'any',
  'none',
  'background',
  'softmax',
  'sigmoid',
  'max',
  'whole',
  'head',
  'NCHW',
  'NCDHW',
  'classification',
  'segmentation',
  'linear',
  'a/b.onnx',
  'b.onnx',
  -1,
  0,
  0.5,
  1,
  2,
  15,
  16,
  17,
  300,
  4097,
  1e9,
  [],
  {},
  [1, 2, 3],
  [0.05, 1, 1],
  [1, 1],
  ['any'],
  ['background'],
  ['none'],
  ['IPH', 'IPH'],
  ['EPH', 'SDH'],
  ['background', 'EPH'],
  [{}],
  { any: 0.5 },
  { EPH: 0.5, IVH: 0.2 },
  { EPH: 0 },
  { kind: 'max' },
  { kind: 'whole' },
  { kind: 'head', above: 0, minimumArea: 1, margin: 0.1 },
];

describe('model schema', () => {
  it('is of the version that is read', () => {
    assert.equal(schema.definitions.model.properties.formatVersion.const, MANIFEST_VERSION);
  });

  it('leaves files of other programs alone', () => {
    const whole = ajv.compile(schema);
    assert.equal(whole({ format: 'layers-model', modelTopology: {} }), true);
    assert.equal(whole({ name: 'another' }), true);
    assert.equal(whole({ format: 'hemorica-model' }), false);
    assert.equal(whole({ format: 'hemorica' }), false);
  });

  for (const { file, json } of manifests) {
    it(`and the reader agree on ${paths.relative(inRoot(), file)}, and on what is changed in it`, () => {
      assert.equal(valid(json) ? '' : JSON.stringify(valid.errors), '');
      assert.equal(refusal(json), '');
      let [refused, taken] = [0, 0];
      for (const path of pathsOf(json)) {
        const changes: Json[] = [undefined, ...values].map((value) => changed(json, path, value as Json));
        if (typeof path.at(-1) === 'string') changes.push(changed(json, [...path.slice(0, -1), 'stranger'], 'x'));
        for (const change of changes) {
          const [said, schemaTakes] = [refusal(change), valid(change) === true];
          // A schema cannot multiply lengths, nor compare one with another.
          if (/larger than 1 GiB|"input\.context"|a label that this model does not have/.test(said)) continue;
          assert.equal(schemaTakes, said === '', `${path.join('.')}: ${JSON.stringify(change)}\n${said}`);
          if (said === '') taken++;
          else refused++;
        }
      }
      assert.ok(refused > 100 && taken > 10, `${refused} refused, ${taken} taken`);
    });
  }
});
