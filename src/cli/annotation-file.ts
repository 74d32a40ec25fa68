/** Annotations that the command line is given by name. */
import * as fs from 'node:fs/promises';
import type { Annotation } from '../core/annotation/annotation';
import { parseAnnotation } from '../core/annotation/parse';
import { ScanError } from '../core/volume';

/** A file's text. Throws ScanError where there is none. */
export async function readText(file: string): Promise<string> {
  return fs.readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const problem = error.code === 'ENOENT' ? 'there is no such file.' : `it cannot be read (${error.message}).`;
    throw new ScanError(file, problem, 'Check the path.');
  });
}

/** Reads an annotation. Throws ScanError or AnnotationError. */
export async function readAnnotationFile(file: string): Promise<Annotation> {
  return parseAnnotation(await readText(file), file);
}
