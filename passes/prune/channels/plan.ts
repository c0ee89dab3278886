/** Options of channel pruning. */
export interface ChannelPruningOptions {
  /** Share of each set's channels to remove, from 0 up to, but not, 1. */
  readonly sparsity: number;
  /** Sets of at least 16 channels keep a multiple of this, rounded up. */
  readonly multiple: number;
  /** No set keeps fewer channels than this. */
  readonly minKept: number;
}

/** Channels that live and die together, as the report shows them. */
export interface PrunedSet {
  /** The nodes whose filters make the channels, and where they are split. */
  readonly members: readonly string[];
  readonly channels: number;
  readonly kept: number;
}

/** Channels that stay, and why. */
export interface LockedChannels {
  /** The node (or interface value) that needs all of them. */
  readonly node: string;
  readonly reason: string;
  readonly channels: number;
  /** The nodes that make the channels. */
  readonly members: readonly string[];
}

/** What stays of one axis of a parameter. */
export interface AxisCut {
  readonly axis: number;
  /** Places that stay, ascending. */
  readonly kept: readonly number[];
  /** True for filters, biases and inputs of weights; false for parameters in between, where a zero could divide. */
  readonly zeroWhenMasked: boolean;
}

/** A constant input of a node to cut. */
export interface ParameterCut {
  /** Name of the node's first output. */
  readonly node: string;
  readonly input: number;
  /** Name of the constant. */
  readonly constant: string;
  readonly axes: readonly AxisCut[];
}

/** Another change that the shrunk shapes take: an attribute, or a constant of integers in input `input`. */
export type NodeEdit =
  | { readonly node: string; readonly attribute: string; readonly value: number | readonly number[] | undefined }
  | { readonly node: string; readonly input: number; readonly values: readonly number[] };

/** A value whose axis shrinks. */
export interface ShrunkValue {
  readonly value: string;
  readonly axis: number;
  readonly size: number;
}

/** Size and work of a model. */
export interface ModelCost {
  /** Elements of floating-point constants. */
  readonly parameters: number;
  /** Multiply-accumulates of Conv, ConvTranspose, Gemm and MatMul; dimensions that are not numbers count as 1. */
  readonly macs: number;
}

/** Which channels go and what that means for each constant; plain data, bound to the model it was made for. */
export interface ChannelPruningPlan {
  readonly sets: readonly PrunedSet[];
  readonly locked: readonly LockedChannels[];
  readonly before: ModelCost;
  readonly after: ModelCost;
  readonly cuts: readonly ParameterCut[];
  readonly edits: readonly NodeEdit[];
  readonly values: readonly ShrunkValue[];
}
