/** The row under the toolbar that is there only for a tool that has options: subtype, size, limits, what is proposed. */
import { SUBTYPE_NAMES, SUBTYPES } from '../../core/annotation/subtype';
import { element } from '../dom';
import { operationName } from '../edit/operations';
import { t } from '../l10n';
import { RADIUS_RANGE, type ToolOptions } from '../state/tool-options';
import type { Proposal } from '../state/tool-status';
import type { PaintLabel, ToolName } from '../state/view-state';
import type { ToolBox } from '../tools/tool-box';
import { icon, textButton } from '../ui/button';
import { figureField, segments, toggleButton } from '../ui/fields';
import type { Viewer } from '../viewer';
import { huRange } from './hu-range';

/** What the strip shows options for. */
type Subject = Exclude<ToolName, 'navigate' | 'ruler'> | 'operation';

/** The strip; it shows and hides itself. */
export function toolStrip(box: ToolBox, focusView: () => void): HTMLElement {
  const { viewer } = box;
  const { store, tools } = viewer;
  const parts: readonly [HTMLElement, (subject: Subject, options: ToolOptions) => boolean][] = [
    [subtypePicker(viewer), () => true],
    [shapeChoice(viewer), isBrush],
    [brushSize(viewer, focusView), isBrush],
    [outlineChoice(box), (subject) => subject === 'lasso' || subject === 'polygon'],
    [limitToggle(viewer), (subject) => isBrush(subject) || subject === 'lasso' || subject === 'polygon'],
    [huRange(viewer, focusView), (subject, { limited }) => subject === 'grow' || (limited && paints(subject))],
    [reachField(viewer, focusView), (subject) => subject === 'grow'],
    [operationOptions(box, focusView), (subject) => subject === 'operation'],
    [boxActions(box), (subject) => subject === 'box'],
    [hint(viewer), (subject) => subject === 'relabel' || subject === 'polygon' || subject === 'grow'],
    [dimensionChoice(viewer), (subject) => subject === 'grow' || subject === 'operation'],
    [proposalPart(box, focusView), (subject) => subject === 'grow' || subject === 'operation' || subject === 'relabel'],
  ];
  const message = element('span', { class: 'tool-message', role: 'alert' });
  const strip = element(
    'div',
    { class: 'tool-strip', role: 'toolbar', attributes: { 'aria-label': t('Tool options') } },
    [...parts.map(([part]) => part), message],
  );
  const update = (): void => {
    const { tool, toolOptions } = store.get();
    const { message: text, operation } = tools.get();
    const subject: Subject | undefined = operation
      ? 'operation'
      : tool === 'navigate' || tool === 'ruler'
        ? undefined
        : tool;
    strip.hidden = subject === undefined && text === undefined;
    for (const [part, belongs] of parts) part.hidden = subject === undefined || !belongs(subject, toolOptions);
    message.hidden = text === undefined;
    message.replaceChildren(...(text ? [icon('warning'), text] : []));
    message.title = text ?? '';
  };
  store.watch((state) => state.tool, update);
  store.watch((state) => state.toolOptions, update);
  tools.watch((status) => status.message, update);
  tools.watch((status) => status.operation, update);
  // A click leaves the keyboard with the picture; who came by keyboard stays.
  strip.addEventListener('click', (event) => {
    if (event.detail > 0 && !(event.target instanceof Element && event.target.closest('input'))) focusView();
  });
  return strip;
}

function isBrush(subject: Subject): boolean {
  return subject === 'brush' || subject === 'eraser';
}

function paints(subject: Subject): boolean {
  return isBrush(subject) || subject === 'lasso' || subject === 'polygon';
}

/** The five subtypes; the chosen one is painted with. */
function subtypePicker(viewer: Viewer): HTMLElement {
  const { store } = viewer;
  const swatches = SUBTYPES.map(() => element('span', { class: 'swatch', attributes: { 'aria-hidden': 'true' } }));
  const choice = segments<PaintLabel>(
    t('Subtype'),
    SUBTYPES.map((subtype, n) => ({
      value: (n + 1) as PaintLabel,
      text: subtype,
      title: `${subtype}, ${SUBTYPE_NAMES[subtype]} (${n + 1})`,
      ...(swatches[n] ? { icon: swatches[n] } : {}),
    })),
    (label) => viewer.chooseLabel(label),
  );
  choice.element.classList.add('subtype-picker');
  store.watch((state) => state.activeLabel, choice.setValue);
  store.watch(
    (state) => state.settings.subtypeColors,
    (colors) => {
      for (const [n, swatch] of swatches.entries()) swatch.style.background = colors[n] ?? 'transparent';
    },
  );
  store.watch(
    (state) => state.lockedLabels,
    (locked) => {
      for (const [n, swatch] of swatches.entries()) {
        swatch.replaceChildren(...(locked.has(n + 1) ? [icon('lock')] : []));
      }
    },
  );
  return choice.element;
}

function shapeChoice(viewer: Viewer): HTMLElement {
  const choice = segments<ToolOptions['shape']>(
    t('Shape'),
    [
      { value: 'circle', text: t('Circle'), title: t('Circle in the shown plane (Shift+B)') },
      { value: 'sphere', text: t('Sphere'), title: t('Sphere across slices (Shift+B)') },
    ],
    (shape) => viewer.setToolOptions({ shape }),
  );
  viewer.store.watch((state) => state.toolOptions.shape, choice.setValue);
  return choice.element;
}

function brushSize(viewer: Viewer, focusView: () => void): HTMLElement {
  const [min, max] = RADIUS_RANGE;
  const field = figureField({
    label: t('Radius ([ and ], Shift+wheel)'),
    unit: t('mm'),
    min,
    max,
    step: 0.5,
    change: (radius) => viewer.setToolOptions({ radius }),
    left: focusView,
  });
  viewer.store.watch((state) => state.toolOptions.radius, field.setValue);
  return field.element;
}

function outlineChoice(box: ToolBox): HTMLElement {
  const { store } = box.viewer;
  const choice = segments<'lasso' | 'polygon'>(
    t('Outline'),
    [
      { value: 'lasso', text: t('Freehand'), title: t('Freehand (L)') },
      { value: 'polygon', text: t('Polygon'), title: t('Polygon (Shift+L)') },
    ],
    (tool) => store.set({ tool }),
  );
  store.watch(
    (state) => state.tool,
    (tool) => {
      if (tool === 'lasso' || tool === 'polygon') choice.setValue(tool);
    },
  );
  return choice.element;
}

function limitToggle(viewer: Viewer): HTMLElement {
  const toggle = toggleButton(t('HU limits'), t('Change only voxels within HU limits (I)'), () =>
    viewer.setToolOptions({ limited: !viewer.store.get().toolOptions.limited }),
  );
  viewer.store.watch((state) => state.toolOptions.limited, toggle.setPressed);
  return toggle.element;
}

function dimensionChoice(viewer: Viewer): HTMLElement {
  const choice = segments<2 | 3>(
    t('Extent'),
    [
      { value: 2, text: t('Slice'), title: t('The shown slice only') },
      { value: 3, text: t('3-D'), title: t('Across slices') },
    ],
    (dimensions) => viewer.setToolOptions({ dimensions }),
  );
  viewer.store.watch((state) => state.toolOptions.dimensions, choice.setValue);
  return choice.element;
}

function reachField(viewer: Viewer, focusView: () => void): HTMLElement {
  const field = figureField({
    label: t('Farthest from the click'),
    unit: t('mm'),
    min: 1,
    max: 300,
    step: 5,
    change: (reach) => viewer.setToolOptions({ reach }),
    left: focusView,
  });
  viewer.store.watch((state) => state.toolOptions.reach, field.setValue);
  return field.element;
}

/** The name of the open operation and its figures. */
function operationOptions(box: ToolBox, focusView: () => void): HTMLElement {
  const { viewer } = box;
  const { store } = viewer;
  const name = element('strong', { class: 'operation-name' });
  const figure = (key: 'islands' | 'margin' | 'smoothingRadius', label: string, unit: string, step: number) => {
    const field = figureField({
      label,
      unit,
      min: step,
      max: 100,
      step,
      change: (value) => viewer.setToolOptions({ [key]: value }),
      left: focusView,
    });
    store.watch((state) => state.toolOptions[key], field.setValue);
    return field.element;
  };
  const islands = figure('islands', t('Smaller than'), t('mL'), 0.01);
  const margin = figure('margin', t('Distance'), t('mm'), 0.5);
  const radius = figure('smoothingRadius', t('Radius'), t('mm'), 0.5);
  const method = segments<ToolOptions['smoothing']>(
    t('Method'),
    [
      { value: 'median', text: t('Median'), title: t('Median: evens the outline') },
      { value: 'open', text: t('Open'), title: t('Open: takes away what is thin') },
      { value: 'close', text: t('Close'), title: t('Close: fills gaps and notches') },
    ],
    (smoothing) => viewer.setToolOptions({ smoothing }),
  );
  store.watch((state) => state.toolOptions.smoothing, method.setValue);
  viewer.tools.watch(
    (status) => status.operation,
    (operation) => {
      name.textContent = operation ? operationName(operation) : '';
      islands.hidden = operation !== 'removeIslands';
      margin.hidden = operation !== 'growMask' && operation !== 'shrinkMask';
      radius.hidden = operation !== 'smoothMask';
      method.element.hidden = operation !== 'smoothMask';
    },
  );
  return element('div', { class: 'strip-part' }, [name, islands, margin, method.element, radius]);
}

function boxActions(box: ToolBox): HTMLElement {
  return element('div', { class: 'strip-part' }, [
    textButton({ text: t('From Mask'), secondary: true, click: () => box.run('boxesFromMask', undefined) }),
    element('span', { class: 'quiet', text: t('Drag to draw; Delete removes the chosen box.') }),
  ]);
}

/** What to do with a tool whose pointer alone does not tell. */
function hint(viewer: Viewer): HTMLElement {
  const text = element('span', { class: 'quiet hint' });
  const update = (): void => {
    const { activeLabel, tool } = viewer.store.get();
    const subtype = SUBTYPES[activeLabel - 1] ?? '';
    text.textContent =
      tool === 'relabel'
        ? t('Click a lesion to make it {0}.', subtype)
        : tool === 'polygon'
          ? t('Click corners; Enter or a double click closes, Backspace goes back.')
          : viewer.tools.get().proposal
            ? ''
            : t('Click a place to grow from.');
  };
  viewer.store.watch((state) => state.tool, update);
  viewer.store.watch((state) => state.activeLabel, update);
  viewer.tools.watch((status) => status.proposal, update);
  return text;
}

/** What is proposed: how far it is worked out, what it would change, and the two ways to go on. */
function proposalPart(box: ToolBox, focusView: () => void): HTMLElement {
  const { viewer } = box;
  const progress = element('progress', { class: 'proposal-progress', attributes: { 'aria-label': t('Working') } });
  const text = element('span', { class: 'proposal-text', role: 'status' });
  const accept = textButton({
    text: t('Apply'),
    click: () => {
      box.acceptProposal();
      focusView();
    },
  });
  accept.title = t('Apply (Enter)');
  const cancel = textButton({
    text: t('Cancel'),
    secondary: true,
    click: () => {
      box.closeOperation();
      focusView();
    },
  });
  cancel.title = t('Cancel (Escape)');
  const part = element('div', { class: 'strip-part proposal' }, [progress, text, accept, cancel]);
  const show = (proposal: Proposal | undefined): void => {
    const open = proposal !== undefined;
    progress.hidden = proposal?.progress === undefined;
    progress.value = proposal?.progress ?? 0;
    text.textContent = proposal && proposal.progress === undefined ? proposalText(proposal) : '';
    text.title = text.textContent;
    text.classList.toggle('warning', proposal?.warning !== undefined);
    accept.hidden = !open;
    cancel.hidden = !open && viewer.tools.get().operation === undefined;
    accept.toggleAttribute('disabled', proposal?.progress !== undefined || proposal?.voxels === 0);
  };
  viewer.tools.watch((status) => status.proposal, show);
  viewer.tools.watch(
    (status) => status.operation,
    () => show(viewer.tools.get().proposal),
  );
  return part;
}

/** "+12.31 mL, -0.02 mL" and a warning. */
function proposalText({ added, removed, warning, voxels }: Proposal): string {
  const amount = (milliliters: number): string => milliliters.toFixed(milliliters < 1 ? 2 : 1);
  const parts = [
    ...(added > 0 ? [`+${t('{0} mL', amount(added))}`] : []),
    ...(removed > 0 ? [`\u2212${t('{0} mL', amount(removed))}`] : []),
  ];
  const change = voxels === 0 ? '' : parts.join(', ');
  return [change, warning].filter((one) => one).join('  ');
}
