/** The proposed lesion under the pointer: named in the pane, and what the keys act on. */
import type { Lesion } from '../../core/measure/lesion';
import { t } from '../l10n';
import type { LesionWatch } from '../lesions/lesion-watch';
import { volumeText } from '../panels/side/figures';
import type { PanePointer } from '../tools/tool';
import type { Viewer } from '../viewer';

/** Where a pane names a proposed lesion. */
export interface ProposedSign {
  showProposed(text: string): void;
}

export class ProposalHover {
  private last: { readonly sign: ProposedSign; readonly pointer: PanePointer } | undefined;

  constructor(
    private readonly viewer: Viewer,
    private readonly lesions: LesionWatch,
  ) {
    const again = (): void => {
      if (this.last) this.show(this.last.sign, this.last.pointer);
    };
    viewer.proposal.watch((state) => state.lesions, again);
    viewer.proposal.watch((state) => state.masks, again);
  }

  /** The pointer is over a pane, or has left it (undefined). */
  show(sign: ProposedSign, pointer: PanePointer | undefined): void {
    if (pointer) this.last = { sign, pointer };
    else if (this.last?.sign === sign) this.last = undefined;
    else {
      sign.showProposed('');
      return;
    }
    const lesion = pointer && this.lesionAt(pointer);
    if (lesion !== this.viewer.proposal.get().under) this.viewer.proposal.set({ under: lesion });
    sign.showProposed(
      lesion ? t('proposed {0}, {1} (A accepts, Delete rejects)', lesion.subtype, volumeText(lesion.volume)) : '',
    );
  }

  private lesionAt({ plane, point }: PanePointer): Lesion | undefined {
    const { proposal, scan, store } = this.viewer;
    const { slices, overlay } = store.get();
    if (!scan?.whole || overlay === 'off' || !proposal.get().shown) return undefined;
    const index = scan.probe(scan.planes[plane].toWorld({ slice: slices[plane], point }))?.index;
    // Not while the list lags behind the mask.
    return index && scan.proposed.at(...index) > 0 ? this.lesions.at(index) : undefined;
  }
}
