import type { Annotation } from './annotation';

/** Who or what made an annotation and how far its review is, in one line: "ich-seg 1.0.0 (cpu), draft". */
export function provenanceOf({ made, review }: Pick<Annotation, 'made' | 'review'>): string {
  const sources = made.map((source) =>
    'reader' in source ? source.reader : `${source.model.name} ${source.model.version} (${source.model.provider})`,
  );
  return [...sources, review.state].join(', ');
}
