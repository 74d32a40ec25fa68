/**
 * Messages between the extension host and the page that shows one version of an annotation: alone,
 * or as one side of a diff, whose other side is a page of its own (JSON-RPC over postMessage).
 *
 * Invariants: a version is never edited here; the host sends the masks as runs and the addresses of
 * scans, never voxels; the page draws a mask over a scan only after it has found size, affine and
 * hash to be those that the annotation names; what one side of a diff shows, the host hands to the
 * other, which does not send it back. `StatusChanged`, `RunCommand`,
 * `SettingsChanged` and `PageFailed` of view.ts serve here too.
 */
import { NotificationType, RequestType } from 'vscode-jsonrpc';
import type { ImageReference } from '../core/annotation/image';
import type { SliceRuns } from '../core/annotation/runs';
import type { Vec3 } from '../core/volume';
import type { Assets, Layout, RemoteFile, ScanSource, ViewSettings, WindowPreset } from './view';

/** What a version of an annotation's file holds. */
export type VersionContent =
  /** There is no such file in this version. */
  | { readonly state: 'absent' }
  /** `problem` says what is wrong with the text and where. */
  | { readonly state: 'broken'; readonly problem: string }
  | {
      readonly state: 'shown';
      readonly image: ImageReference;
      readonly slices: readonly SliceRuns[];
      /** Who or what made it and its review state, in one line. */
      readonly provenance: string;
    };

export interface Version {
  /** Short name: "HEAD", "Index", "Working Tree", a commit, or a file's name. */
  readonly title: string;
  /** Name of the annotation's file. */
  readonly file: string;
  readonly content: VersionContent;
}

/** The other side of the diff that the page is a side of. */
export interface OtherSide {
  /** The side of this page: left is before, right is after. */
  readonly side: 'left' | 'right';
  readonly version: Version;
}

export interface CompareReadyResult {
  readonly version: Version;
  readonly other?: OtherSide;
  /** What the other side shows already. */
  readonly view?: SharedView;
  readonly settings: ViewSettings;
  readonly assets: Assets;
  readonly translations?: Readonly<Record<string, string>>;
}

/** Page to host: the page has loaded; the answer is what to show. */
export const CompareReady = new RequestType<undefined, CompareReadyResult, void>('compare/ready');

/** Host to page: the version's file has changed, or the other side's, or which page is the other side. */
export const VersionsChanged = new NotificationType<{ version: Version; other?: OtherSide }>('compare/versions');

export type ScanOffer =
  | {
      readonly found: true;
      /** Name for messages. */
      readonly name: string;
      /** True for what the annotation itself names, false for what only might be its scan. */
      readonly named: boolean;
      readonly source: ScanSource;
      /** All files of a DICOM series. */
      readonly files?: readonly RemoteFile[];
    }
  /** There are no further scans to try; `reason` says what was looked for and what to do. */
  | { readonly found: false; readonly reason: string };

/** Page to host: a scan that may be the one of the image; `attempt` counts up from 0 as offers turn out to be others. */
export const OfferScan = new RequestType<{ image: ImageReference; attempt: number }, ScanOffer, void>('compare/offer');

/** What the two sides of a diff have in common. */
export interface SharedView {
  /** One view of the changes, instead of the two versions. */
  readonly combined: boolean;
  readonly layout: Layout;
  readonly active: 'axial' | 'coronal' | 'sagittal';
  /** Shown slices by plane, 0-based, and their common point, LPS mm: where planes differ in number the point counts. */
  readonly slices: Readonly<Record<'axial' | 'coronal' | 'sagittal', number>>;
  readonly counts: Readonly<Record<'axial' | 'coronal' | 'sagittal', number>>;
  readonly point: Vec3;
  readonly parts: Readonly<
    Record<'axial' | 'coronal' | 'sagittal', { readonly zoom: number; readonly pan: readonly [number, number] }>
  >;
  readonly window: WindowPreset;
  readonly crosshair: { readonly all: boolean; readonly single: boolean };
  readonly interpolation: boolean;
  readonly overlay: 'filled' | 'outline' | 'off';
  readonly overlayHeld: boolean;
}

/** Either way between a page and the host: the view of one side, for the other. */
export const ViewShared = new NotificationType<SharedView>('compare/view');
