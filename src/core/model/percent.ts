/** "93 %", with spaces that no line breaks at; what rounds to nothing or to certainty and is neither is said to be near it. */
export function percentText(probability: number): string {
  const percent = Math.round(probability * 100);
  if (percent === 0 && probability > 0) return '<\u00a01\u00a0%';
  if (percent === 100 && probability < 1) return '>\u00a099\u00a0%';
  return `${percent}\u00a0%`;
}
