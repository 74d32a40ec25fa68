/** Who or what made a part of an annotation. */

/** The model that made a mask, and how it was run. */
export interface ModelUse {
  readonly name: string;
  readonly version: string;
  /** SHA-256 of the .onnx file, lower-case hex. */
  readonly sha256: string;
  /** Probability above which a voxel was called blood. */
  readonly threshold: number;
  /** Execution provider that ran it, e.g. "cpu". */
  readonly provider: string;
}

/** A person, by the name that he or she goes by in the project, or a model. */
export type Source = { readonly reader: string } | { readonly model: ModelUse };
