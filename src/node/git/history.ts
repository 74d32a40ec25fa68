/** How an annotation grew: the volume of each subtype in every commit that changed it. */
import { masksOf } from '../../core/annotation/annotation';
import { AnnotationError } from '../../core/annotation/error';
import type { ImageReference } from '../../core/annotation/image';
import { parseAnnotation } from '../../core/annotation/parse';
import { SUBTYPES, type Subtype } from '../../core/annotation/subtype';
import { gridOfImage } from '../../core/measure/compare';
import { volumesByLabel } from '../../core/measure/grid';
import type { Git } from './git';
import { pathInRepository, type Repository } from './repository';
import { type Blob, readBlobs, type Version, versionsOf } from './versions';

export interface HistoryEntry extends Omit<Version, 'parents' | 'nameBefore'> {
  /** mL by subtype, by the annotation's own geometry; undefined where this version cannot be read. */
  readonly volumes?: Readonly<Record<Subtype, number>>;
  readonly review?: string;
  /** Why this version cannot be read. */
  readonly problem?: string;
}

/**
 * The versions of an annotation, oldest first. Versions that are of another scan (git takes a
 * similar file for an earlier name) end it. Throws GitError.
 */
export async function historyOf(
  git: Git,
  repository: Repository,
  file: string,
  signal?: AbortSignal,
): Promise<HistoryEntry[]> {
  const versions = await versionsOf(git, repository, file, signal);
  const known = new Map<string, Measured>();
  const byObject = new Map<string, Measured>();
  await readBlobs(
    git,
    repository,
    versions.map(({ hash, name }) => `${hash}:${name}`),
    (object, blob) => {
      const measured = blob && (known.get(blob.id) ?? measure(blob, object));
      if (blob && measured) known.set(blob.id, measured);
      byObject.set(object, measured ?? { problem: 'The file is not there in this commit.' });
    },
    signal,
  );
  const path = await pathInRepository(repository, file);
  const entries: HistoryEntry[] = [];
  let image: ImageReference | undefined;
  for (const { parents: _, nameBefore: __, ...version } of versions) {
    const { image: here, ...measured } = byObject.get(`${version.hash}:${version.name}`) ?? {};
    if (here && image && version.name !== path && !sameImage(here, image)) break;
    image ??= here;
    entries.unshift({ ...version, ...measured });
  }
  return entries;
}

type Measured = Pick<HistoryEntry, 'volumes' | 'review' | 'problem'> & { readonly image?: ImageReference };

function measure({ content }: Blob, name: string): Measured {
  try {
    const annotation = parseAnnotation(content.toString('utf8'), name);
    const volumes = volumesByLabel(masksOf(annotation), gridOfImage(annotation));
    return {
      image: annotation.image,
      review: annotation.review.state,
      volumes: Object.fromEntries(SUBTYPES.map((subtype, n) => [subtype, volumes[n + 1] ?? 0])) as Record<
        Subtype,
        number
      >,
    };
  } catch (error) {
    if (error instanceof AnnotationError) return { problem: error.problem };
    throw error;
  }
}

export function sameImage(a: ImageReference, b: ImageReference): boolean {
  return a.sha256 === b.sha256 && String(a.size) === String(b.size);
}
