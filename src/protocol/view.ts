/**
 * Messages between the extension host and the page of a scan editor (JSON-RPC over postMessage).
 *
 * Invariants: the host never sends voxels, only addresses from which the page fetches them; masks
 * travel as runs (typed arrays); every request is answered, with a result or an error; when the
 * page is hidden and destroyed, its pending requests are rejected and nothing is resent to it until
 * it asks again with `ready`.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { SliceRuns } from '../core/annotation/runs';
import type { AnnotationFields } from '../core/document/fields';
import type { Notice, Vec3 } from '../core/volume';
import type { WireError } from './decode';

/** A file that the page can fetch. */
export interface RemoteFile {
  /** Address from asWebviewUri. */
  readonly url: string;
  /** Base name as the user knows it. */
  readonly name: string;
  /** Bytes, for progress; 0 if unknown. */
  readonly size: number;
}

export type ScanSource =
  | {
      readonly kind: 'nifti';
      readonly file: RemoteFile /** The .img of a .hdr and the reverse. */;
      readonly pair?: RemoteFile;
    }
  | {
      readonly kind: 'dicom';
      /** The file that the user opened: decoded and shown before the rest. */
      readonly opened: RemoteFile;
      /** True if `series` will follow with the other files of the series. */
      readonly more: boolean;
    };

/** There is nothing to fetch: what is wrong and what to do. Asking again with `Ready` looks at the file anew. */
export interface NoSource {
  readonly kind: 'failed';
  readonly failure: WireError;
}

export interface WindowPreset {
  readonly name: string;
  /** HU. */
  readonly center: number;
  /** HU, above 0. */
  readonly width: number;
}

export interface ViewSettings {
  readonly presets: readonly WindowPreset[];
  /** CSS colors of the five subtypes, EPH SDH SAH IPH IVH. */
  readonly subtypeColors: readonly string[];
  /** 0 to 1. */
  readonly overlayOpacity: number;
  readonly interpolation: boolean;
  readonly layout: Layout;
}

export type Layout = 'axial' | 'coronal' | 'sagittal' | 'all';

/** Where the WebAssembly codecs, the worker's code and the like are. */
export interface Assets {
  readonly workerUrl: string;
  /** Folder with the codecs' .wasm files, ending in a slash. */
  readonly codecsUrl: string;
}

export interface ReadyResult {
  /** Scan name as shown in messages. */
  readonly name: string;
  readonly source: ScanSource | NoSource;
  readonly settings: ViewSettings;
  readonly assets: Assets;
  /** 'none' until the page has reported the scan with `ScanDecoded`: a mask is shown only once it is known to belong to it. */
  readonly annotation: AnnotationView;
  /** Why this scan's annotation can never be edited here, e.g. because it is an older version of git; absent where it can. */
  readonly readOnly?: string;
  /** Translations of the page's English strings into VS Code's display language; absent for English. */
  readonly translations?: Readonly<Record<string, string>>;
}

/** What of the annotation the page shows. */
export type AnnotationView =
  /** There is none yet. The first `Edit` makes one (its revision is 0), and `AnnotationChanged` follows. */
  | { readonly state: 'none' }
  | {
      readonly state: 'shown';
      readonly file: string;
      readonly slices: readonly SliceRuns[];
      readonly fields: AnnotationFields;
      /** Edits applied so far; goes with `Edit` and `Edited`. */
      readonly revision: number;
      /** The file on disk has become unreadable: the mask is the last good one, this says what is wrong (a banner). */
      readonly problem?: string;
    }
  /** The annotation exists but cannot be drawn; `message` says why and what to do. */
  | { readonly state: 'refused'; readonly file: string; readonly message: string };

/** Page to host: the page has loaded; the answer is what to show. */
export const Ready = new RequestType<undefined, ReadyResult, void>('view/ready');

/** Host to page: the files of the opened file's series (the opened one among them), not sorted. */
export const Series = new NotificationType<{ files: readonly RemoteFile[] }>('view/series');

/** Host to page: the annotation has changed. */
export const AnnotationChanged = new NotificationType<AnnotationView>('view/annotation');

/** Host to page: settings have changed. */
export const SettingsChanged = new NotificationType<ViewSettings>('view/settings');

/** Host to page: a VS Code command or key for the active editor. */
export const RunCommand = new NotificationType<{ command: ViewCommand; argument?: number | string }>('view/command');

export type ViewCommand =
  | 'nextSlice'
  | 'previousSlice'
  | 'nextTenSlices'
  | 'previousTenSlices'
  | 'firstSlice'
  | 'lastSlice'
  | 'nextSliceWithBlood'
  | 'previousSliceWithBlood'
  | 'nextSuspectedSlice'
  | 'previousSuspectedSlice'
  | 'goToSlice'
  /** Argument: slice k of the volume, counted from 0. */
  | 'showSlice'
  /** Argument: voxel "i j k" of the volume, counted from 0. */
  | 'showVoxel'
  | 'nextWindow'
  | 'previousWindow'
  | 'setWindow'
  | 'fit'
  | 'zoomIn'
  | 'zoomOut'
  | 'nextLayout'
  | 'setLayout'
  | 'toggleCrosshair'
  | 'toggleRuler'
  | 'toggleInterpolation'
  | 'toggleOverlay'
  | 'holdOverlay'
  | 'focus'
  | 'chooseTimePoint'
  | ToolCommand
  | ProposalCommand;

/** What is done with a proposal; the page knows which of it is meant, and asks the host. */
export type ProposalCommand =
  /** Runs the model on the shown slice. */
  | 'segmentSlice'
  | 'acceptProposal'
  | 'rejectProposal'
  | 'acceptProposalOnSlice'
  | 'rejectProposalOnSlice'
  /** The lesion under the pointer, else the one that was gone to last. */
  | 'acceptProposedLesion'
  | 'rejectProposedLesion'
  | 'nextProposedLesion'
  | 'previousProposedLesion';

/** Tools and operations that change the mask. */
export type ToolCommand =
  /** Argument: 1 to 5, EPH SDH SAH IPH IVH. */
  | 'chooseSubtype'
  | 'useBrush'
  | 'useEraser'
  | 'useLasso'
  | 'usePolygon'
  | 'useRegionGrow'
  | 'useBox'
  | 'useRelabel'
  | 'largerBrush'
  | 'smallerBrush'
  | 'toggleBrushShape'
  | 'toggleHuLimits'
  | 'fillHoles'
  | 'removeIslands'
  | 'smoothMask'
  | 'growMask'
  | 'shrinkMask'
  | 'interpolateSlices'
  | 'copyToNextSlice'
  | 'copyToPreviousSlice'
  | 'clearSubtypeOnSlice'
  | 'clearSlice'
  | 'clearSubtype'
  | 'boxesFromMask';

/** Geometry and content of the decoded scan, without voxels, for the host's annotation and status bar. */
export interface DecodedScan {
  readonly format: string;
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly origin: Vec3;
  readonly direction: readonly [Vec3, Vec3, Vec3];
  readonly slicePositions: readonly Vec3[];
  readonly sliceExtents: readonly number[];
  readonly tilt: number;
  readonly notices: readonly Notice[];
  readonly seriesInstanceUid?: string;
  /** SHA-256, lower-case hex, of the voxels in slice order as stored (little-endian): the annotation must name the same. */
  readonly sha256: string;
  /** Milliseconds from the start of the page's script to the first painted slice, for the benchmark. */
  readonly firstPaint: number;
}

/** Page to host: the scan has been decoded whole. */
export const ScanDecoded = new NotificationType<DecodedScan>('view/decoded');

/** What the host shows of the page in the status bar and in context keys. */
export interface ViewStatus {
  /** 0-based. */
  readonly slice: number;
  readonly slices: number;
  readonly window: WindowPreset;
  readonly layout: Layout;
  /** Where the keyboard focus is: keys of the viewer act only on 'view'; 'input' is a text or number field. */
  readonly focus: 'view' | 'input' | 'none';
  readonly rendering: 'gpu' | 'cpu';
  readonly stage: 'loading' | 'first-slice' | 'ready' | 'failed';
}

/** Page to host. */
export const StatusChanged = new NotificationType<ViewStatus>('view/status');

/** Page to host: the user pressed a button of the page that stands for a VS Code command of ours. */
export const InvokeCommand = new NotificationType<{ command: string; argument?: string | number }>('view/invoke');

/** Page to host: an error of the page, for the output channel. */
export const PageFailed = new NotificationType<{ message: string; detail?: string }>('view/failed');
