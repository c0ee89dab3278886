/** What rounding one layer to INT8 costs, found on the samples of the numeric checks. */
export interface LayerNoise {
  /** Name of the layer's node. */
  readonly node: string;
  readonly op: string;
  /**
   * Decibels between the layer in INT8 and the same layer in float on the very inputs that it has in the INT8 model: what
   * its own weights and output lose.
   */
  readonly ownDb: number;
  /** Decibels between its result in the INT8 model and in the float model: what was lost up to here. */
  readonly sqnrDb: number;
}

/** Where an INT8 form loses accuracy, and what was left in float to keep the bound. */
export interface LayerAccuracyReport {
  readonly form: string;
  readonly samples: number;
  /** In the order of the graph. */
  readonly layers: readonly LayerNoise[];
  /** Layers that a mixed form leaves in float so that the bound on accuracy holds, each with what it was chosen by. */
  readonly keptFloat: readonly { readonly node: string; readonly reason: string }[];
  /** How the bound was met or why not. */
  readonly reason: string;
  /** ISO 8601 time at which this was found: that of the records where it was found earlier. */
  readonly measuredAt?: string;
}
