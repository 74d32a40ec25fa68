import { element } from '../../dom';
import { icon } from '../../ui/button';
import type { Viewer } from '../../viewer';

export interface Section {
  readonly element: HTMLElement;
  setTitle(title: string): void;
  /** A few words after the title, quieter. */
  setDetail(detail: string): void;
}

/**
 * A part of the side panel under a heading that folds it; folded ones are remembered with the view.
 * @param actions Buttons at the right of the heading.
 */
export function section(
  viewer: Viewer,
  name: string,
  title: string,
  content: readonly HTMLElement[],
  actions: readonly HTMLElement[] = [],
): Section {
  const chevron = icon('chevron-down');
  const text = element('span', { class: 'section-title', text: title });
  const detail = element('span', { class: 'section-detail' });
  const id = `section-${name}`;
  const toggle = element('button', { class: 'section-toggle', attributes: { 'aria-controls': id } }, [
    chevron,
    text,
    detail,
  ]);
  toggle.type = 'button';
  const body = element('div', { class: 'section-body', attributes: { id } }, content);
  const holder = element('section', { class: 'section', attributes: { 'aria-label': title, 'data-section': name } }, [
    element('h2', {}, [toggle, element('span', { class: 'section-actions' }, actions)]),
    body,
  ]);
  toggle.addEventListener('click', () => {
    const folded = new Set(viewer.store.get().foldedSections);
    if (!folded.delete(name)) folded.add(name);
    viewer.store.set({ foldedSections: folded });
  });
  viewer.store.watch(
    (state) => state.foldedSections.has(name),
    (folded) => {
      body.hidden = folded;
      toggle.setAttribute('aria-expanded', String(!folded));
      chevron.className = `codicon codicon-chevron-${folded ? 'right' : 'down'}`;
    },
  );
  return {
    element: holder,
    setTitle(value) {
      text.textContent = value;
      holder.setAttribute('aria-label', value);
    },
    setDetail(value) {
      detail.textContent = value;
    },
  };
}
