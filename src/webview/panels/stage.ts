/** What lies over the picture while there is none, or none to trust: loading, cancelled, failed; and the banner. */
import { element } from '../dom';
import { t } from '../l10n';
import type { Stage } from '../state/view-state';
import { icon, iconButton, progressRing, textButton } from '../ui/button';
import type { Viewer } from '../viewer';

export interface StageActions {
  cancel(): void;
  retry(): void;
  invoke(command: string, argument?: number | string): void;
}

/** The message over the picture. */
export function stageCover(viewer: Viewer, actions: StageActions): HTMLElement {
  const cover = element('div', { class: 'cover', role: 'status' });
  let shown = '';
  let text: HTMLElement | undefined;
  let bar: HTMLElement | undefined;
  viewer.store.watch(
    (state) => state.stage,
    (stage) => {
      cover.hidden = stage.name === 'ready';
      cover.dataset.stage = stage.name;
      const busy = stage.name === 'loading' || stage.name === 'first-slice';
      // Only the figures change while loading: the button must stay the same to be pressed.
      if (stage.name !== shown) {
        shown = stage.name;
        text = undefined;
        bar = undefined;
        if (busy) {
          text = element('span', { class: 'progress-text' });
          bar = element('div', { class: 'progress-bar' });
          cover.replaceChildren(
            element('div', { class: 'progress' }, [
              progressRing(),
              text,
              textButton({ text: t('Cancel'), secondary: true, click: actions.cancel }),
              element('div', { class: 'progress-track' }, [bar]),
            ]),
          );
        } else if (stage.name === 'failed') cover.replaceChildren(failure(stage, actions));
        else if (stage.name === 'cancelled') {
          cover.replaceChildren(
            element('div', { class: 'message' }, [
              element('p', { text: t('Loading was cancelled.') }),
              element('div', { class: 'buttons' }, [textButton({ text: t('Load Again'), click: actions.retry })]),
            ]),
          );
        } else cover.replaceChildren();
      }
      if (busy && text && bar) {
        text.textContent = progressText(stage);
        bar.style.width = stage.total > 0 ? `${(100 * stage.done) / stage.total}%` : '0';
      }
    },
  );
  return cover;
}

function failure(stage: Stage & { name: 'failed' }, actions: StageActions): HTMLElement {
  return element('div', { class: 'message', role: 'alert' }, [
    icon('error'),
    element('h1', { text: t('This scan cannot be shown') }),
    element('p', { class: 'file', text: stage.file }),
    element('p', { text: stage.problem }),
    element('p', { text: stage.remedy }),
    element('div', { class: 'buttons' }, [
      textButton({ text: t('Try Again'), click: actions.retry }),
      textButton({ text: t('Show Log'), secondary: true, click: () => actions.invoke('hemorica.showLog') }),
    ]),
  ]);
}

/** "Loading 3.1 of 14.2 MB" or "Decoding 12 of 28 slices". */
export function progressText(stage: { done: number; total: number; decoding: boolean }): string {
  if (stage.decoding) return t('Decoding {0} of {1} slices', stage.done, stage.total);
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return stage.total > 0 ? t('Loading {0} of {1} MB', megabytes(stage.done), megabytes(stage.total)) : t('Loading');
}

/** A line above the picture: why the annotation is not drawn, or is not the newest. */
export function annotationBanner(viewer: Viewer, actions: StageActions): HTMLElement {
  const text = element('span', { class: 'banner-text' });
  const open = iconButton({
    icon: 'go-to-file',
    label: t('Show annotation'),
    click: () => actions.invoke('hemorica.showAnnotation'),
  });
  const banner = element('div', { class: 'banner', role: 'alert' }, [icon('warning'), text, open.element]);
  viewer.store.watch(
    (state) => state.annotation,
    (annotation) => {
      const message =
        annotation.state === 'refused'
          ? `${annotation.file}: ${annotation.message}`
          : annotation.state === 'shown'
            ? annotation.problem
            : undefined;
      banner.hidden = message === undefined;
      text.textContent = message ?? '';
    },
  );
  return banner;
}
