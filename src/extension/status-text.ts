import type { ViewStatus } from '../protocol/view';

/** "Hemorica | ich-seg (CPU) | brain 40/80"; what is not known is left out. */
export function statusText(model: string | undefined, status: Pick<ViewStatus, 'window'> | undefined): string {
  const parts = ['Hemorica'];
  if (model !== undefined) parts.push(model);
  if (status) {
    const { name, center, width } = status.window;
    parts.push(`${name} ${Math.round(center)}/${Math.round(width)}`.trim());
  }
  return parts.join(' | ');
}
