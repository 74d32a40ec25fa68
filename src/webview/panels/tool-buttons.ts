/** The part of the toolbar that chooses what the pointer does, and what can be done to the mask as a whole. */
import type { ToolCommand } from '../../protocol/view';
import { element } from '../dom';
import { operationName } from '../edit/operations';
import { t } from '../l10n';
import type { ToolName } from '../state/view-state';
import { type ToolIcon, toolIcon } from '../tools/icons';
import type { ToolBox } from '../tools/tool-box';
import { type IconButton, iconButton } from '../ui/button';
import { type MenuItem, menuButton } from '../ui/menu';

interface Entry {
  readonly tool: ToolName;
  readonly icon: ToolIcon;
  readonly key: string;
}

const ENTRIES: readonly Entry[] = [
  { tool: 'brush', icon: 'brush', key: 'B' },
  { tool: 'eraser', icon: 'eraser', key: 'E' },
  { tool: 'lasso', icon: 'lasso', key: 'L' },
  { tool: 'grow', icon: 'grow', key: 'G' },
  { tool: 'box', icon: 'box', key: 'X' },
  { tool: 'relabel', icon: 'relabel', key: 'R' },
];

/** The name of a tool. */
export function toolName(tool: ToolName): string {
  switch (tool) {
    case 'navigate':
      return t('Pointer: move the crosshair');
    case 'ruler':
      return t('Ruler');
    case 'brush':
      return t('Brush');
    case 'eraser':
      return t('Eraser');
    case 'lasso':
      return t('Lasso');
    case 'polygon':
      return t('Polygon lasso');
    case 'grow':
      return t('Grow region');
    case 'box':
      return t('Boxes');
    case 'relabel':
      return t('Relabel lesion');
  }
}

/** Buttons of the tools that change the annotation, and the menu of operations; folded into one menu in a narrow editor. */
export function editButtons(box: ToolBox, closed: () => void): HTMLElement {
  const { store } = box.viewer;
  const buttons = ENTRIES.map((entry) => editButton(box, entry));
  const operations = menuButton({ label: t('Edit mask'), items: () => operationItems(box), closed });
  operations.setText(t('Edit'));
  const folded = menuButton({
    label: t('Tool'),
    items: () => [...toolItems(box), ...operationItems(box)],
    closed,
  });
  store.watch(
    (state) => state.tool,
    (tool) => folded.setText(tool === 'navigate' ? t('Tool') : toolName(tool)),
  );
  operations.element.classList.add('when-wide');
  folded.element.classList.add('when-narrow');
  return element('div', { class: 'group edit-tools', role: 'group', attributes: { 'aria-label': t('Edit') } }, [
    ...buttons.map(({ element: button }) => {
      button.classList.add('when-wide');
      return button;
    }),
    operations.element,
    folded.element,
  ]);
}

function editButton(box: ToolBox, { tool, icon, key }: Entry): IconButton {
  const { store } = box.viewer;
  const name = toolName(tool);
  const button = iconButton({
    icon: toolIcon(icon),
    label: name,
    key,
    pressed: false,
    click: () => box.toggle(store.get().tool === 'polygon' && tool === 'lasso' ? 'polygon' : tool),
  });
  store.watch(
    (state) => state.tool,
    (chosen) => button.setPressed(chosen === tool || (tool === 'lasso' && chosen === 'polygon')),
  );
  const enable = (): void => {
    const reason = box.editing.edits.refusal;
    button.setEnabled(reason === undefined);
    button.setLabel(reason === undefined ? name : `${name}: ${reason}`);
  };
  store.watch((state) => state.readOnly, enable);
  store.watch((state) => state.stage.name, enable);
  return button;
}

function toolItems(box: ToolBox): MenuItem[] {
  const { store } = box.viewer;
  const entries: readonly Pick<Entry, 'tool' | 'key'>[] = [
    { tool: 'navigate', key: '' },
    { tool: 'ruler', key: 'M' },
    ...ENTRIES,
    { tool: 'polygon', key: 'Shift+L' },
  ];
  return entries.map(({ tool, key }) => ({
    label: toolName(tool),
    detail: key,
    checked: store.get().tool === tool,
    choose: () => box.choose(tool),
  }));
}

/** What can be done to the mask without a pointer, with the keys that do it. */
function operationItems(box: ToolBox): MenuItem[] {
  const items: readonly [ToolCommand, string, string][] = [
    ['fillHoles', operationName('fillHoles'), 'F'],
    ['removeIslands', operationName('removeIslands'), 'Shift+I'],
    ['smoothMask', operationName('smoothMask'), 'S'],
    ['growMask', operationName('growMask'), 'Shift+]'],
    ['shrinkMask', operationName('shrinkMask'), 'Shift+['],
    ['interpolateSlices', operationName('interpolateSlices'), 'Shift+F'],
    ['copyToNextSlice', t('Copy Mask to Next Slice'), 'Shift+\u2191'],
    ['copyToPreviousSlice', t('Copy Mask to Previous Slice'), 'Shift+\u2193'],
    ['boxesFromMask', t('Make Boxes From Mask'), 'Shift+X'],
    ['clearSubtypeOnSlice', t('Clear Subtype on Slice'), 'Shift+\u232b'],
    ['clearSlice', t('Clear Slice'), 'Ctrl+Shift+\u232b'],
    ['clearSubtype', t('Clear Subtype'), ''],
  ];
  return items.map(([command, label, detail]) => ({ label, detail, choose: () => box.run(command, undefined) }));
}
