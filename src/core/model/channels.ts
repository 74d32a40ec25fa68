/** Windows and normalizations of a network's input as people name them. */
import type { ProposedChannel } from './propose-manifest';

export interface Window {
  /** HU. */
  readonly center: number;
  readonly width: number;
}

/** What one channel shows. */
export interface ChannelView {
  readonly slice: number;
  readonly window: Window;
}

const BRAIN: Window = { center: 40, width: 80 };
const SUBDURAL: Window = { center: 80, width: 200 };
const STROKE: Window = { center: 40, width: 40 };
const BONE: Window = { center: 600, width: 2800 };

/** Choices of windows for a number of channels: named, the likeliest first. */
export type WindowChoice = 'brain' | 'subdural' | 'stroke' | 'neighbors' | 'three-windows';

export function usualViews(channels: number, layout: 'NCHW' | 'NCDHW'): ReadonlyMap<WindowChoice, ChannelView[]> {
  const all = (window: Window): ChannelView[] => Array.from({ length: channels }, () => ({ slice: 0, window }));
  const choices = new Map<WindowChoice, ChannelView[]>([['brain', all(BRAIN)]]);
  if (channels === 3)
    choices.set(
      'three-windows',
      [BRAIN, SUBDURAL, BONE].map((window) => ({ slice: 0, window })),
    );
  if (layout === 'NCHW' && channels > 1 && channels % 2 === 1 && channels <= 33) {
    const reach = (channels - 1) / 2;
    choices.set(
      'neighbors',
      all(BRAIN).map((view, n) => ({ ...view, slice: n - reach })),
    );
  }
  choices.set('subdural', all(SUBDURAL));
  choices.set('stroke', all(STROKE));
  return choices;
}

/** Reads windows such as "40/80, 80/200": one for all channels, or one for each. The answer is a sentence where they do not fit. */
export function readViews(text: string, channels: number): readonly ChannelView[] | string {
  const windows: Window[] = [];
  for (const part of text
    .trim()
    .replace(/\s*\/\s*/g, '/')
    .split(/[\s,;]+/)) {
    const [, center, width] = /^(-?\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(part) ?? [];
    if (center === undefined || !(Number(width) > 0)) {
      return `"${part}" is no window. Write it as center/width, such as 40/80.`;
    }
    windows.push({ center: Number(center), width: Number(width) });
  }
  const [first] = windows;
  if (windows.length === 1 && first) return Array.from({ length: channels }, () => ({ slice: 0, window: first }));
  if (windows.length !== channels)
    return `The network has ${channels} channels, and there are ${windows.length} windows.`;
  return windows.map((window) => ({ slice: 0, window }));
}

/** How values between 0 and 1 go into the network. */
export type Normalization = 'unit' | 'symmetric' | 'imagenet';

/** Means and deviations of ImageNet's red, green and blue, as torchvision states them. */
const IMAGENET = [
  [0.485, 0.229],
  [0.456, 0.224],
  [0.406, 0.225],
] as const;

export function normalized(views: readonly ChannelView[], normalization: Normalization): ProposedChannel[] {
  return views.map(({ slice, window }, n) => {
    const [mean, deviation] =
      normalization === 'unit'
        ? [0, 1]
        : normalization === 'symmetric'
          ? [0.5, 0.5]
          : (IMAGENET[n % IMAGENET.length] ?? [0, 1]);
    return { ...(slice !== 0 && { slice }), window, mean, deviation };
  });
}
