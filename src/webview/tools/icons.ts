/** Drawings of tools, in the manner of codicons: 16 pixels, one line width, the color of the text. */
import { svg } from '../dom';

const PATHS = {
  navigate: ['M3 2l9 5.2-4 1-1.6 4.3z'],
  brush: ['M13.5 2.5L7 9', 'M6.2 8.6c-1.8 0-2.6 1.2-2.6 2.6 0 1-.5 1.6-1.3 2 2.6.8 5.4.2 5.4-2.6 0-1-.6-2-1.5-2z'],
  eraser: ['M6 13.5h8', 'M3 9.8L9.3 3.5l4 4L7.3 13.5H5.6L3 10.9z', 'M6.2 6.6l4 4'],
  lasso: [
    'M8 2.5c3.3 0 6 1.6 6 3.8S11.3 10 8 10 2 8.5 2 6.3 4.7 2.5 8 2.5z',
    'M4.6 9.5c-1.2.8-1 2.2.2 2.3 1.2 0 1.3 1 .6 1.9',
  ],
  polygon: ['M3 12.5L2.5 5 8 2.5l5.5 4L11 13z'],
  grow: [
    'M8 6.5v3M6.5 8h3',
    'M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2',
    'M3.5 3.5l1.4 1.4M11.1 11.1l1.4 1.4M3.5 12.5l1.4-1.4M11.1 4.9l1.4-1.4',
  ],
  box: ['M2.5 3.5h11v9h-11z', 'M2.5 3.5h1M12.5 12.5h1'],
  relabel: ['M2.5 2.5h5.3l5.7 5.7-5.3 5.3-5.7-5.7z', 'M5.4 5.4h.01'],
  mask: ['M8 2.5L14 6 8 9.5 2 6z', 'M2.5 9L8 12.2 13.5 9'],
} as const;

export type ToolIcon = keyof typeof PATHS;

export function toolIcon(name: ToolIcon): SVGSVGElement {
  const line = { fill: 'none', stroke: 'currentColor', 'stroke-linejoin': 'round', 'stroke-linecap': 'round' };
  return svg(
    'svg',
    { width: 16, height: 16, viewBox: '0 0 16 16', 'aria-hidden': 'true' },
    PATHS[name].map((d) => svg('path', { d, ...line })),
  );
}
