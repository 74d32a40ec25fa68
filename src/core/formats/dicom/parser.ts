/**
 * dicom-parser as it really comes: a CommonJS module, whose functions node offers only under
 * `default`, and whose class DataSet is exported but not declared.
 */
import type { ByteArrayParser, DataSet, Element } from 'dicom-parser';
import * as namespace from 'dicom-parser';

type Parser = typeof namespace & {
  DataSet: new (parser: ByteArrayParser, bytes: Uint8Array, elements: Record<string, Element>) => DataSet;
};

export const dicomParser = ((namespace as { default?: typeof namespace }).default ?? namespace) as Parser;
