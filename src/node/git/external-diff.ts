/** What `git diff` shows of a changed annotation: both sides in one, such as "IPH 12.4 -> 13.1 mL, slices 14-19, Dice 0.94". */
import * as fs from 'node:fs/promises';
import { devNull } from 'node:os';
import { type Annotation, emptyAnnotation } from '../../core/annotation/annotation';
import { AnnotationError } from '../../core/annotation/error';
import { parseAnnotation } from '../../core/annotation/parse';
import { describeDiff, summarizeDiff } from '../../core/diff/summary';

/**
 * The difference of two files in words.
 * @param path Name in the repository.
 * @param before File with the contents before; git gives /dev/null where there was none, and no files at all for an unmerged path.
 * @param renamed New name, where the file was renamed.
 */
export async function describeExternalDiff(
  path: string,
  before: string,
  after: string,
  renamed: string | undefined,
): Promise<string> {
  const head = `annotation ${renamed === undefined ? path : `${path} -> ${renamed}`}`;
  if (before === '') return `${head}\n  unmerged\n`;
  const lines = await describe(before, after);
  return `${[head, ...lines.map((line) => `  ${line}`)].join('\n')}\n`;
}

async function describe(before: string, after: string): Promise<readonly string[]> {
  try {
    const [old, young] = [await read(before), await read(after)];
    if (!old && !young) return ['no difference'];
    const [one, other] = [
      old ?? emptyAnnotation((young as Annotation).image),
      young ?? emptyAnnotation((old as Annotation).image),
    ];
    const word = old ? (young ? [] : ['removed']) : ['added'];
    if (String(one.image.size) !== String(other.image.size)) {
      const sizes = [one, other].map(({ image }) => image.size.join(' x '));
      return [`now of another scan: ${sizes.join(' -> ')} voxels`];
    }
    const summary = summarizeDiff(one, other);
    return [...word, ...(summary.same && word.length === 0 ? ['only the layout of the text'] : describeDiff(summary))];
  } catch (error) {
    if (error instanceof AnnotationError) return [error.message];
    throw error;
  }
}

async function read(file: string): Promise<Annotation | undefined> {
  if (file === '/dev/null' || file === devNull) return undefined;
  const text = await fs.readFile(file, 'utf8');
  return text.trim() === '' ? undefined : parseAnnotation(text, file);
}
