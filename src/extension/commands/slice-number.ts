/** Slice that a person typed, counting from 1 as the view does; undefined for anything else than a slice of the scan. */
export function sliceNumberOf(text: string, slices: number): number | undefined {
  if (!/^\s*\d+\s*$/.test(text)) return undefined;
  const slice = Number(text);
  return slice >= 1 && slice <= slices ? slice : undefined;
}
