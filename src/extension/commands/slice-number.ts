/** 0-based slice of what a person typed (1-based); undefined for anything else than a slice of the scan. */
export function sliceOf(text: string, slices: number): number | undefined {
  if (!/^\s*\d+\s*$/.test(text)) return undefined;
  const slice = Number(text) - 1;
  return slice >= 0 && slice < slices ? slice : undefined;
}
