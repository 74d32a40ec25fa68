/** What hemorica.diff.default means for VS Code's own setting. Pure, so that plain tests run it. */

/** Glob patterns to names of editors. */
export type Associations = Readonly<Record<string, string>>;

const PATTERN = '*.ich.json';
/** VS Code's name of its text editor. */
const TEXT = 'default';

/** The associations of a scope as the setting wants them: the same object where they are so already. */
export function withDefault(
  associations: Associations | undefined,
  wanted: string | undefined,
): Associations | undefined {
  const text = associations?.[PATTERN] === TEXT;
  if ((wanted === 'text') === text) return associations;
  if (wanted === 'text') return { ...associations, [PATTERN]: TEXT };
  const { [PATTERN]: _, ...others } = associations ?? {};
  return Object.keys(others).length > 0 ? others : undefined;
}
