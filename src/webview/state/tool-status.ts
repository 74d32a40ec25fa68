/** What changes while tools work: kept apart from the view's state, so that a moving pointer redraws no picture. */
import type { Vec3 } from '../../core/volume';
import type { OperationName } from '../edit/operations';
import type { Plane } from './view-state';

/** An edit that is worked out or waits to be accepted. */
export interface Proposal {
  /** What is being done, as it will stand in the undo list. */
  readonly label: string;
  /** 0 to 1 while it is worked out; undefined when it is ready. */
  readonly progress: number | undefined;
  /** Voxels that would change. */
  readonly voxels: number;
  /** mL that would be added and taken away. */
  readonly added: number;
  readonly removed: number;
  readonly warning?: string;
}

export interface ToolStatus {
  /** The (fractional) voxel index under the pointer and the plane that it is in. */
  readonly under: { readonly plane: Plane; readonly index: Vec3 } | undefined;
  readonly proposal: Proposal | undefined;
  /** The operation whose options are shown. */
  readonly operation: OperationName | undefined;
  /** Something that the annotator has to know, until the next edit. */
  readonly message: string | undefined;
}

export const IDLE: ToolStatus = { under: undefined, proposal: undefined, operation: undefined, message: undefined };
