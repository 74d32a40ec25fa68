/** Tabs, of which one shows its panel: Left, Right, Home and End go from one to the next. */
import { element } from '../dom';

export interface Tab<T extends string> {
  readonly name: T;
  readonly title: string;
  readonly panel: HTMLElement;
}

export interface Tabs {
  readonly element: HTMLElement;
  /** Shows numbers beside the titles. */
  setCounts(counts: readonly number[]): void;
}

export function tabs<T extends string>(label: string, all: readonly Tab<T>[]): Tabs {
  const buttons = all.map(({ name, panel }) => {
    const button = element('button', {
      class: 'tab',
      role: 'tab',
      attributes: { id: `tab-${name}`, 'aria-controls': `panel-${name}` },
    });
    button.type = 'button';
    panel.id = `panel-${name}`;
    panel.setAttribute('role', 'tabpanel');
    panel.setAttribute('aria-labelledby', button.id);
    return button;
  });
  const choose = (at: number): void => {
    buttons.forEach((button, n) => {
      button.setAttribute('aria-selected', String(n === at));
      button.tabIndex = n === at ? 0 : -1;
      const { panel } = all[n] ?? {};
      if (panel) panel.hidden = n !== at;
    });
  };
  buttons.forEach((button, n) => {
    button.addEventListener('click', () => choose(n));
    button.addEventListener('keydown', (event) => {
      const last = buttons.length - 1;
      const to = { ArrowRight: n === last ? 0 : n + 1, ArrowLeft: n === 0 ? last : n - 1, Home: 0, End: last }[
        event.key
      ];
      if (to === undefined) return;
      event.preventDefault();
      choose(to);
      buttons[to]?.focus();
    });
  });
  choose(0);
  return {
    element: element('div', { class: 'tabs', role: 'tablist', attributes: { 'aria-label': label } }, buttons),
    setCounts(counts) {
      all.forEach(({ title }, n) => {
        buttons[n]?.replaceChildren(`${title} `, element('span', { class: 'count', text: String(counts[n] ?? 0) }));
      });
    },
  };
}
