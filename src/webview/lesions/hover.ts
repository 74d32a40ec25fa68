/** The lesion under the pointer, and its line in the annotation's text. */

import type { RowPlace } from '../../core/annotation/place';
import { labelOf } from '../../core/annotation/subtype';
import type { Lesion } from '../../core/measure/lesion';
import type { Vec3 } from '../../core/volume';
import { t } from '../l10n';
import { lesionText } from '../panels/side/figures';
import type { PanePointer } from '../tools/tool';
import type { Viewer } from '../viewer';
import type { LesionWatch } from './lesion-watch';

/** Tells the line (from 1) of a row in the annotation's text; null where there is none. */
export type LineOfRow = (place: RowPlace) => Promise<number | null>;

/** Tells who last changed the lesion at a voxel, in a few words; null where nobody is known. */
export type WhoChangedLesion = (at: Vec3) => Promise<string | null>;

/** Milliseconds for which the pointer rests on a lesion before git is asked about it. */
const REST = 300;

/** Where a pane names a lesion. */
export interface LesionSign {
  showLesion(text: string): void;
}

export class LesionHover {
  /** Lines of rows as they are now, by slice and row; forgotten with every edit. */
  private lines = new Map<string, number | null>();
  private asking = false;
  private shown: { readonly pane: LesionSign; readonly place: RowPlace; readonly lesion: Lesion } | undefined;

  /** Who changed lesions, as far as it was asked; what is edited is another lesion. */
  private readonly authors = new WeakMap<Lesion, string | null>();
  private resting: number | undefined;
  private last: { readonly pane: LesionSign; readonly pointer: PanePointer } | undefined;

  constructor(
    private readonly viewer: Viewer,
    private readonly lesions: LesionWatch,
    private readonly lineOf: LineOfRow,
    private readonly whoChanged: WhoChangedLesion,
  ) {
    const forget = (): void => {
      this.lines = new Map();
    };
    viewer.store.watch((state) => state.masks, forget);
    viewer.store.watch((state) => state.fields, forget);
    viewer.store.watch((state) => state.annotation, forget);
    // What lies under a pointer that rests changes with the mask and with what of it is shown.
    for (const part of ['lesions', 'masks', 'hiddenLabels', 'overlay'] as const) {
      viewer.store.watch(
        (state) => state[part],
        () => {
          if (this.last) this.show(this.last.pane, this.last.pointer);
        },
      );
    }
  }

  /** The pointer is over a pane, or has left it (undefined). */
  show(pane: LesionSign, pointer: PanePointer | undefined): void {
    if (pointer) this.last = { pane, pointer };
    else if (this.last?.pane === pane) this.last = undefined;
    const index = pointer && this.indexAt(pointer);
    const lesion = index && this.lesionAt(index);
    window.clearTimeout(this.resting);
    if (!index || !lesion) {
      if (this.shown?.pane === pane) this.shown = undefined;
      pane.showLesion('');
      return;
    }
    this.shown = { pane, place: { slice: index[2], row: index[1] }, lesion };
    this.write();
    void this.ask();
    if (!this.authors.has(lesion)) this.resting = window.setTimeout(() => void this.askWho(lesion, index), REST);
  }

  /** The lesion that the pointer is on, where it can be seen. */
  under(pointer: PanePointer): Lesion | undefined {
    const index = this.indexAt(pointer);
    return index && this.lesionAt(index);
  }

  private async askWho(lesion: Lesion, at: Vec3): Promise<void> {
    this.authors.set(lesion, null);
    this.authors.set(lesion, await this.whoChanged(at));
    this.write();
  }

  private indexAt({ plane, point }: PanePointer): Vec3 | undefined {
    const { scan, store } = this.viewer;
    const { slices, overlay } = store.get();
    if (!scan?.whole || overlay === 'off') return undefined;
    return scan.probe(scan.planes[plane].toWorld({ slice: slices[plane], point }))?.index;
  }

  /** Not while the list lags behind the mask. */
  private lesionAt(index: Vec3): Lesion | undefined {
    const lesion = this.lesions.at(index);
    const label = this.viewer.scan?.labels.at(...index);
    if (!lesion || labelOf(lesion.subtype) !== label || this.viewer.store.get().hiddenLabels.has(label))
      return undefined;
    return lesion;
  }

  private write(): void {
    if (!this.shown) return;
    const { pane, place, lesion } = this.shown;
    const line = this.lines.get(keyOf(place));
    const text = lesionText(lesion);
    const who = this.authors.get(lesion);
    pane.showLesion((line ? `${text}, ${t('line {0}', line)}` : text) + (who ? `\n${who}` : ''));
  }

  /** Asks for the line that is wanted now; one question at a time, so that a moving pointer asks few. */
  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    try {
      while (this.shown && !this.lines.has(keyOf(this.shown.place))) {
        const { lines } = this;
        const { place } = this.shown;
        const line = await this.lineOf(place);
        lines.set(keyOf(place), line);
        if (lines === this.lines) this.write();
      }
    } finally {
      this.asking = false;
    }
  }
}

function keyOf({ slice, row }: RowPlace): string {
  return `${slice} ${row}`;
}
