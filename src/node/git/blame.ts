/**
 * Who last changed a lesion. Voxel by voxel, not line by line: a line of the text holds a whole row
 * of the image, and with it parts of other lesions.
 */
import type { Annotation } from '../../core/annotation/annotation';
import { AnnotationError } from '../../core/annotation/error';
import { parseAnnotation } from '../../core/annotation/parse';
import { LesionPlaces } from '../../core/diff/lesion-trace';
import type { Lesion } from '../../core/measure/lesion';
import type { Git } from './git';
import { sameImage } from './history';
import { pathInRepository, type Repository } from './repository';
import { blobIds, readBlobs, type Version, versionsOf } from './versions';

/** The commit that last changed a lesion; 'uncommitted' where that is not committed yet. */
export type Blame = Version | 'uncommitted';

/** Commits looked at together: most lesions changed lately. */
const STEP = 16;

/**
 * For each lesion of an annotation as it is now (saved or not), the newest commit in which the
 * subtype's voxels at its place differ from those in all of the commit's parents.
 * @param file The annotation's file. Throws GitError.
 */
export async function blameLesions(
  git: Git,
  repository: Repository,
  file: string,
  annotation: Annotation,
  lesions: readonly Lesion[],
  signal?: AbortSignal,
): Promise<Blame[]> {
  const versions = await versionsOf(git, repository, file, signal);
  const places = new LesionPlaces(lesions);
  const tracesOf = (version: Annotation): readonly string[] =>
    sameImage(version.image, annotation.image) ? places.tracesOf(version) : nothing;
  const nothing = lesions.map(() => '');
  const traces = new TraceReader(git, repository, tracesOf, nothing, signal);
  const now = tracesOf(annotation);
  const [newest] = versions;
  const head = newest && (await traces.read([`HEAD:${await pathInRepository(repository, file)}`]))[0];
  const blames: (Blame | undefined)[] = lesions.map((_, n) => (head?.[n] === now[n] ? undefined : 'uncommitted'));
  for (let first = 0; first < versions.length && blames.includes(undefined); first += STEP) {
    const step = versions.slice(first, first + STEP);
    const objects = step.flatMap((version) => [
      `${version.hash}:${version.name}`,
      ...version.parents.map((parent) => objectIn(parent, version)),
    ]);
    const found = await traces.read(objects);
    let at = 0;
    for (const version of step) {
      const own = found[at++] ?? nothing;
      const parents = version.parents.map(() => found[at++] ?? nothing);
      for (const [n, blame] of blames.entries()) {
        if (blame !== undefined) continue;
        const before = parents.length === 0 ? [''] : parents.map((trace) => trace[n]);
        if (before.every((trace) => trace !== own[n])) blames[n] = version;
      }
    }
  }
  return blames.map((blame) => blame ?? 'uncommitted');
}

function objectIn(parent: string, { nameBefore }: Version): string {
  return `${parent}:${nameBefore}`;
}

/** Reads versions, each content once. A version that is not there, or cannot be read, has no blood. */
class TraceReader {
  readonly #byId = new Map<string, readonly string[]>();

  constructor(
    private readonly git: Git,
    private readonly repository: Repository,
    private readonly tracesOf: (version: Annotation) => readonly string[],
    private readonly nothing: readonly string[],
    private readonly signal: AbortSignal | undefined,
  ) {}

  async read(objects: readonly string[]): Promise<(readonly string[])[]> {
    const ids = await blobIds(this.git, this.repository, objects, this.signal);
    const unknown = [...new Set(ids.values())].filter((id) => !this.#byId.has(id));
    await readBlobs(
      this.git,
      this.repository,
      unknown,
      (id, blob) => this.#byId.set(id, blob ? this.#trace(blob.content.toString('utf8')) : this.nothing),
      this.signal,
    );
    return objects.map((object) => this.#byId.get(ids.get(object) ?? '') ?? this.nothing);
  }

  #trace(text: string): readonly string[] {
    try {
      return this.tracesOf(parseAnnotation(text));
    } catch (error) {
      if (error instanceof AnnotationError) return this.nothing;
      throw error;
    }
  }
}
