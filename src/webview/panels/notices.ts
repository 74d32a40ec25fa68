/** What the reader must know about the scan: a quiet chip, and the list behind it. */
import type { Notice } from '../../core/volume';
import { element } from '../dom';
import { t } from '../l10n';
import { icon } from '../ui/button';
import type { Viewer } from '../viewer';

/** A button that is there only if there are notices; it opens their list. */
export function noticesButton(viewer: Viewer, closed: () => void): HTMLElement {
  const count = element('span');
  const sign = icon('info');
  const chip = element('button', { class: 'chip', attributes: { 'aria-expanded': 'false' } }, [sign, count]);
  chip.type = 'button';
  const holder = element('div', { class: 'menu-holder' }, [chip]);
  let list: HTMLElement | undefined;

  const close = (): void => {
    if (!list) return;
    list.remove();
    list = undefined;
    chip.setAttribute('aria-expanded', 'false');
    document.removeEventListener('pointerdown', outside, true);
    window.removeEventListener('blur', close);
    closed();
  };
  const outside = (event: Event): void => {
    if (event.target instanceof Node && !holder.contains(event.target)) close();
  };
  chip.addEventListener('click', () => {
    if (list) {
      close();
      return;
    }
    list = element(
      'ul',
      { class: 'menu notices', attributes: { 'aria-label': t('Notices about this scan'), tabindex: '-1' } },
      current(viewer).map((notice) =>
        element('li', { class: notice.severity }, [icon(notice.severity), element('span', { text: notice.message })]),
      ),
    );
    holder.append(list);
    chip.setAttribute('aria-expanded', 'true');
    list.focus();
    list.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
    });
    document.addEventListener('pointerdown', outside, true);
    window.addEventListener('blur', close);
  });
  const update = (): void => {
    const notices = current(viewer);
    holder.hidden = notices.length === 0;
    const warning = notices.some((notice) => notice.severity === 'warning');
    sign.className = `codicon codicon-${warning ? 'warning' : 'info'}`;
    count.textContent = String(notices.length);
    chip.title = notices.map((notice) => notice.message).join('\n');
    chip.setAttribute(
      'aria-label',
      notices.length === 1 ? t('1 notice about this scan') : t('{0} notices about this scan', notices.length),
    );
  };
  viewer.store.watch((state) => state.stage, update);
  viewer.store.watch((state) => state.rendering, update);
  return holder;
}

interface Shown {
  readonly severity: Notice['severity'];
  readonly message: string;
}

function current(viewer: Viewer): readonly Shown[] {
  const { rendering, stage } = viewer.store.get();
  const own: Shown[] =
    rendering === 'cpu'
      ? [{ severity: 'info', message: t('CPU rendering: WebGL 2 is not available here, so scrolling may be slower.') }]
      : [];
  return [...own, ...(stage.name === 'ready' ? (viewer.scan?.volume.notices ?? []) : [])];
}
