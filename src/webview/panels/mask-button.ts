import { overlayName } from '../commands';
import { t } from '../l10n';
import { iconButton } from '../ui/button';
import type { Viewer } from '../viewer';

/** The button that draws the mask filled, as an outline, or not at all. */
export function maskButton({ store }: Pick<Viewer, 'store'>) {
  const overlay = iconButton({
    icon: 'layers',
    label: t('Mask'),
    key: 'O',
    click: () => {
      const next = { filled: 'outline', outline: 'off', off: 'filled' } as const;
      store.set({ overlay: next[store.get().overlay] });
    },
  });
  store.watch(
    (state) => state.overlay,
    (mode) => {
      overlay.setLabel(t('Mask: {0}', overlayName(mode)));
      overlay.setIcon({ filled: 'layers-active', outline: 'layers', off: 'eye-closed' }[mode]);
    },
  );
  return overlay;
}
