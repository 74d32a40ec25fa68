/** The tools that change the mask, and the commands that choose and run them. */
import { type Label, subtypeOf } from '../../core/annotation/subtype';
import type { MaskChange } from '../../core/edit/changes';
import type { Steps } from '../../core/edit/steps';
import { clearLabels, copySlice } from '../../core/edit/whole';
import type { ToolCommand } from '../../protocol/view';
import { OPERATIONS, type OperationName, operationLabel, operationSteps, shownSlice } from '../edit/operations';
import { Proposals, type Proposed } from '../edit/proposals';
import type { EditSession } from '../edit/session';
import { t } from '../l10n';
import type { PaintLabel, ToolName } from '../state/view-state';
import type { Viewer } from '../viewer';
import { BoxTool } from './box';
import { BrushTool } from './brush';
import { Editing } from './editing';
import { GrowTool, RelabelTool } from './grow';
import { LassoTool, PolygonTool } from './lasso';
import { NavigateTool } from './navigate';
import { RulerTool } from './ruler';
import type { Tool, ToolKey } from './tool';

/** The commands that choose a tool. */
export const TOOL_COMMANDS = {
  useBrush: 'brush',
  useEraser: 'eraser',
  useLasso: 'lasso',
  usePolygon: 'polygon',
  useRegionGrow: 'grow',
  useBox: 'box',
  useRelabel: 'relabel',
} as const satisfies Partial<Record<ToolCommand, ToolName>>;

export class ToolBox {
  readonly editing: Editing;
  readonly proposals: Proposals;
  readonly tools: ReadonlyMap<ToolName, Tool>;
  private readonly box: BoxTool;

  constructor(
    readonly viewer: Viewer,
    edits: EditSession,
  ) {
    this.editing = new Editing(viewer, edits);
    this.proposals = new Proposals(viewer, edits);
    const { editing, proposals } = this;
    this.box = new BoxTool(editing);
    const grow = new GrowTool(editing, proposals);
    this.tools = new Map<ToolName, Tool>([
      ['navigate', new NavigateTool(viewer)],
      ['ruler', new RulerTool(viewer)],
      ['brush', new BrushTool(editing, false)],
      ['eraser', new BrushTool(editing, true)],
      ['lasso', new LassoTool(editing)],
      ['polygon', new PolygonTool(editing)],
      ['grow', grow],
      ['box', this.box],
      ['relabel', new RelabelTool(editing, proposals)],
    ]);
    let chosen = viewer.store.get().tool;
    viewer.store.watch(
      (state) => state.tool,
      (tool) => {
        if (tool === chosen) return;
        this.closeOperation();
        this.tools.get(chosen)?.leave?.();
        chosen = tool;
      },
    );
    const again = (): void => {
      const { operation } = viewer.tools.get();
      if (operation) this.openOperation(operation);
      else grow.optionsChanged();
    };
    viewer.store.watch((state) => state.toolOptions, again);
    viewer.store.watch((state) => state.activeLabel, again);
  }

  get active(): Tool | undefined {
    return this.tools.get(this.viewer.store.get().tool);
  }

  /** Chooses a tool; the one that is chosen already gives way to the plain pointer. */
  toggle(tool: ToolName): void {
    this.choose(this.viewer.store.get().tool === tool ? 'navigate' : tool);
  }

  choose(tool: ToolName): void {
    this.closeOperation();
    this.viewer.store.set({ tool });
    const edits = tool !== 'navigate' && tool !== 'ruler';
    this.viewer.warn(edits ? this.editing.edits.refusal : undefined);
  }

  /** Gives a key to what is going on. Returns whether it was taken. */
  key(key: ToolKey): boolean {
    if (this.viewer.tools.get().operation) {
      if (key === 'Enter') {
        this.acceptProposal();
        return true;
      }
      this.closeOperation();
      return true;
    }
    return this.active?.key?.(key) ?? false;
  }

  /** Shows what an operation would do with its present options. */
  openOperation(operation: OperationName): void {
    const { editing, viewer } = this;
    const { scan } = editing;
    if (!scan || !editing.permits(viewer.store.get().activeLabel)) return;
    viewer.tools.set({ operation });
    const steps = asProposed(operationSteps(editing, scan, operation));
    void this.proposals.start(scan, operationLabel(editing, operation), steps);
  }

  /** Makes what is proposed. */
  acceptProposal(): void {
    if (this.proposals.accept()) this.closeOperation();
  }

  closeOperation(): void {
    this.proposals.cancel();
    if (this.viewer.tools.get().operation) this.viewer.tools.set({ operation: undefined });
  }

  run(command: ToolCommand, argument: number | string | undefined): void {
    const { viewer } = this;
    if (command in TOOL_COMMANDS) {
      this.toggle(TOOL_COMMANDS[command as keyof typeof TOOL_COMMANDS]);
      return;
    }
    const operation = OPERATIONS.find((one) => one === command);
    if (operation) {
      this.openOperation(operation);
      return;
    }
    const { toolOptions } = viewer.store.get();
    switch (command) {
      case 'chooseSubtype': {
        const label = Number(argument);
        if (label >= 1 && label <= 5) viewer.chooseLabel(Math.round(label) as PaintLabel);
        return;
      }
      case 'largerBrush':
      case 'smallerBrush':
        viewer.resizeBrush(command === 'largerBrush' ? 1 : -1);
        return;
      case 'toggleBrushShape':
        viewer.setToolOptions({ shape: toolOptions.shape === 'circle' ? 'sphere' : 'circle' });
        return;
      case 'toggleHuLimits':
        viewer.setToolOptions({ limited: !toolOptions.limited });
        return;
      case 'copyToNextSlice':
      case 'copyToPreviousSlice':
        this.copy(command === 'copyToNextSlice' ? 1 : -1);
        return;
      case 'clearSubtypeOnSlice':
      case 'clearSlice':
      case 'clearSubtype':
        this.clear(command);
        return;
      case 'boxesFromMask':
        this.box.fromMask();
        return;
    }
  }

  /** Copies the mask of the shown slice to its neighbour, where that has none, and goes there. */
  private copy(by: 1 | -1): void {
    const { editing, viewer } = this;
    const { scan } = editing;
    if (!scan || !editing.permits(0)) return;
    const { native } = scan;
    const to = viewer.store.get().slices[native] + by;
    if (to < 0 || to >= viewer.count(native)) return;
    const target = Math.round(scan.planes[native].toIndex({ slice: to, point: [0, 0] })[2]);
    const { locked = [] } = editing.options(scan, 0, false);
    const change = copySlice(scan.grid, scan.labels, shownSlice(editing, scan), target, { mode: 'empty', locked });
    if (change.length === 0) viewer.warn(t('There is nothing to copy to that slice.'));
    else editing.edits.commit(t('Copy Mask to Slice {0}', to + 1), change);
    viewer.goTo(to, native);
  }

  private clear(command: 'clearSubtypeOnSlice' | 'clearSlice' | 'clearSubtype'): void {
    const { editing, viewer } = this;
    const { scan } = editing;
    const { activeLabel } = viewer.store.get();
    if (!scan || !editing.permits(command === 'clearSlice' ? 0 : activeLabel)) return;
    const k = shownSlice(editing, scan);
    const { locked = [] } = editing.options(scan, 0, false);
    const labels: readonly Label[] = [activeLabel];
    const change = clearLabels(scan.grid, scan.labels, {
      locked,
      ...(command === 'clearSlice' ? {} : { labels }),
      ...(command === 'clearSubtype' ? {} : { slices: { first: k, last: k } }),
    });
    const subtype = subtypeOf(activeLabel) ?? '';
    const slice = viewer.store.get().slices[scan.native] + 1;
    const label =
      command === 'clearSlice'
        ? t('Clear Slice {0}', slice)
        : command === 'clearSubtype'
          ? t('Clear {0}', subtype)
          : t('Clear {0} on Slice {1}', subtype, slice);
    if (!editing.edits.commit(label, change)) viewer.warn(t('There is nothing to clear.'));
  }
}

function* asProposed(steps: Steps<MaskChange>): Steps<Proposed> {
  return { change: yield* steps };
}
