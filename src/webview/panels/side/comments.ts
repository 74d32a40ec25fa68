/** Remarks on the shown slice and on voxels of it, and where there are others. */
import type { Comment } from '../../../core/annotation/annotation';
import { element } from '../../dom';
import { sliceFields } from '../../edit/fields';
import { t } from '../../l10n';
import { crosshairVoxel, currentSlice, goToSlice, goToVoxel } from '../../look';
import { iconButton, textButton } from '../../ui/button';
import type { Viewer } from '../../viewer';
import { changeComment } from './field-edits';
import { sliceNumber } from './figures';
import { editable, type PanelHost, statedFields, watchAnnotation } from './panel-parts';
import { type Section, section } from './section';

/** Rows that are made for other slices. */
const MOST = 100;

export function commentsPart(viewer: Viewer, host: PanelHost): Section {
  const { store } = viewer;
  const list = element('ul', { class: 'rows comments' });
  const others = element('ul', { class: 'rows other-comments' });
  const form = newComment(viewer, host);
  const part = section(viewer, 'comments', t('Comments'), [list, form.element, others]);
  let editing: number | undefined;
  let shown: unknown;

  const save = (k: number, n: number, comment: Comment | undefined, label: string): void => {
    editing = undefined;
    shown = undefined;
    if (!host.commit(label, [], [changeComment(statedFields(store.get()), k, n, comment)])) update();
  };
  const row = (k: number, comment: Comment, n: number, free: boolean): HTMLElement => {
    if (editing === n) {
      const cancel = (): void => {
        editing = undefined;
        shown = undefined;
        update();
        list.querySelectorAll<HTMLElement>('.row')[n]?.querySelector<HTMLElement>('vscode-button')?.focus();
      };
      return element('li', { class: 'row' }, [
        editor(comment.text, (text) => save(k, n, { ...comment, text }, t('Edit Comment')), cancel),
      ]);
    }
    const { at, text, by } = comment;
    const place = at ? t('voxel {0}, {1}', ...at) : '';
    const go = at && element('button', { class: 'link', text: place, title: t('Go to this voxel') });
    if (go && at) {
      go.type = 'button';
      go.addEventListener('click', () => goToVoxel(viewer, [at[0], at[1], k]));
    }
    const edit = iconButton({
      icon: 'edit',
      label: `${t('Edit Comment')}: ${text}`,
      click: () => {
        editing = n;
        shown = undefined;
        update();
        list.querySelector('textarea')?.focus();
      },
    });
    const remove = iconButton({
      icon: 'trash',
      label: `${t('Delete Comment')}: ${text}`,
      click: () => save(k, n, undefined, t('Delete Comment')),
    });
    edit.setEnabled(free);
    remove.setEnabled(free);
    const result = element('li', { class: 'row comment' }, [
      element('div', { class: 'comment-text' }, [
        element('span', { text }),
        element('span', { class: 'quiet comment-meta' }, [go, by ? element('span', { text: by }) : undefined]),
      ]),
      edit.element,
      remove.element,
    ]);
    result.dataset.comment = String(n);
    return result;
  };
  const update = (): void => {
    const k = currentSlice(viewer);
    const free = editable(viewer);
    const fields = statedFields(store.get());
    const comments = k === undefined ? [] : sliceFields(fields, k).comments;
    const elsewhere = fields.slices.filter((slice) => slice.slice !== k && slice.comments.length > 0);
    const total = comments.length + elsewhere.reduce((sum, slice) => sum + slice.comments.length, 0);
    part.setDetail(total > 0 ? String(total) : '');
    part.setTitle(k === undefined ? t('Comments') : t('Comments on Slice {0}', sliceNumber(viewer, k)));
    form.update(k, free);
    const state = JSON.stringify([k, free, comments, elsewhere, editing]);
    if (state === shown) return;
    const before: unknown = typeof shown === 'string' ? (JSON.parse(shown) as unknown[])[0] : k;
    // An edit that was begun on another slice is not of this one.
    if (before !== (k ?? null)) editing = undefined;
    shown = JSON.stringify([k, free, comments, elsewhere, editing]);
    list.replaceChildren(...(k === undefined ? [] : comments.map((comment, n) => row(k, comment, n, free))));
    others.replaceChildren(...elsewhere.slice(0, MOST).map((slice) => otherRow(viewer, slice.slice, slice.comments)));
  };
  watchAnnotation(viewer, update);
  store.watch(
    (one) => one.shownComment,
    (comment) => {
      if (!comment) return;
      const target = list.querySelector<HTMLElement>(`[data-comment="${comment.n}"]`);
      target?.scrollIntoView({ block: 'nearest' });
      target?.querySelector<HTMLElement>('vscode-button')?.focus();
    },
  );
  return part;
}

function otherRow(viewer: Viewer, k: number, comments: readonly Comment[]): HTMLElement {
  const [first] = comments;
  const number = sliceNumber(viewer, k);
  const more = comments.length > 1 ? ` (+${comments.length - 1})` : '';
  const go = element('button', { class: 'row-text', title: first?.text ?? '' }, [
    element('span', { class: 'lesion-name', text: t('Slice {0}', number) }),
    element('span', { class: 'quiet row-rest', text: `${first?.text ?? ''}${more}` }),
  ]);
  go.type = 'button';
  go.addEventListener('click', () => goToSlice(viewer, k));
  return element('li', { class: 'row' }, [go]);
}

/** A field for several lines: Ctrl+Enter (Cmd+Enter) takes the text, Escape leaves it. */
function editor(text: string, take: (text: string) => void, cancel: () => void): HTMLElement {
  const field = area(t('Comment'));
  field.value = text;
  const done = (): void => {
    const value = field.value.trim();
    if (value === '' || value === text) cancel();
    else take(value);
  };
  onKeys(field, done, cancel);
  return element('div', { class: 'comment-form' }, [
    field,
    element('div', { class: 'form-buttons' }, [
      textButton({ text: t('Save'), click: done }),
      textButton({ text: t('Cancel'), secondary: true, click: cancel }),
    ]),
  ]);
}

function newComment(viewer: Viewer, host: PanelHost) {
  const field = area(t('New comment'));
  let slice: number | undefined;
  const add = (at: readonly [number, number] | undefined): void => {
    const text = field.value.trim();
    if (text === '' || slice === undefined) return;
    const { reader } = viewer.store.get();
    const comment: Comment = { ...(at ? { at } : {}), text, ...(reader ? { by: reader } : {}) };
    const change = changeComment(statedFields(viewer.store.get()), slice, undefined, comment);
    if (host.commit(t('Add Comment'), [], [change])) field.value = '';
    show();
  };
  const voxel = (): readonly [number, number] | undefined => {
    const at = crosshairVoxel(viewer);
    return at && [at[0], at[1]];
  };
  const toSlice = textButton({ text: t('Add to Slice'), click: () => add(undefined) });
  const toVoxel = textButton({ text: t('Add to Voxel'), secondary: true, click: () => add(voxel()) });
  const buttons = element('div', { class: 'form-buttons' }, [toSlice, toVoxel]);
  const show = (): void => {
    buttons.hidden = field.value.trim() === '';
    const at = voxel();
    toVoxel.title = at ? t('The voxel under the crosshair: {0}, {1}', ...at) : '';
  };
  field.addEventListener('input', show);
  onKeys(
    field,
    () => add(undefined),
    () => {
      field.value = '';
      show();
    },
  );
  const form = element('div', { class: 'comment-form' }, [field, buttons]);
  return {
    element: form,
    update(k: number | undefined, free: boolean): void {
      slice = k;
      form.hidden = !free;
      if (k !== undefined) field.placeholder = t('Comment on slice {0}', sliceNumber(viewer, k));
      show();
    },
  };
}

function area(label: string): HTMLTextAreaElement {
  const field = element('textarea', { attributes: { 'aria-label': label } });
  field.rows = 2;
  return field;
}

function onKeys(field: HTMLElement, take: () => void, cancel: () => void): void {
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') cancel();
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) take();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
