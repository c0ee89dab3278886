import type { Node, Value } from "../../../src/ir/index.ts";
import type { FloatActivation } from "../float-workload.ts";
import type { Quantization } from "../reference/quantize.ts";
import type { Window } from "../workload.ts";

export type { Quantization } from "../reference/quantize.ts";

/** One tensor of a region's integer form. */
export interface IntegerTensor {
  readonly name: string;
  /** Logical dimensions of one sample, the leading batch dimension being 1. */
  readonly shape: readonly number[];
  /** uint8 with these parameters; float32 when absent (borders and float results). */
  readonly quantization: Quantization | undefined;
  /** How elements are stored where not as uint8 or float32: float32 in two bytes; places of elements. */
  readonly stored?: "bf16" | "s64" | "s32";
}

/** Inclusive bounds of a uint8 result. */
export type Bounds = readonly [number, number];

interface OpBase {
  /** For listings: name of the main node. */
  readonly name: string;
  /** Nodes of the graph this op stands for. */
  readonly nodes: readonly Node[];
}

/** A tensor added to the result as QLinearAdd does, or multiplied by as QLinearMul does. */
export interface Residual {
  readonly mode: BinaryOp["mode"];
  /** Of the result's shape, or, as constants are, one value a channel. */
  readonly tensor: IntegerTensor | QuantizedConstant;
  /** It is the operator's first operand. */
  readonly first: boolean;
  /** Parameters of the requantized (and looked-up) branch before the addition or multiplication. */
  readonly own: Quantization;
  readonly bounds: Bounds;
}

/**
 * Layout of the weights of a product: `oihw`, or `io` for a matrix of inputs × outputs; `iohw` are those of a transposed
 * convolution, whose window and pads are as its operator has them.
 */
export type WeightsLayout = "oihw" | "io" | "iohw";

/** Dense, grouped, depthwise or transposed convolution, and matrix products as its 1×1 or full-window forms. */
export interface ConvOp extends OpBase {
  readonly kind: "conv";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly weights: Value;
  readonly weightScale: Value;
  readonly bias: Value | undefined;
  /** A float32 vector added to the scaled sum: products of matrices only. */
  readonly shift?: Value;
  readonly layout: WeightsLayout;
  readonly outputs: number;
  readonly groups: number;
  readonly window: Window;
  /** top, left, bottom, right */
  readonly pads: readonly [number, number, number, number];
  /** A float32 function of the scaled sum, before it is quantized where the result is uint8. */
  readonly activation?: "gelu" | "gelu-tanh";
  /** The float32 result is quantized as a QuantizeLinear behind it does. */
  readonly divides?: true;
  /** Parameters of the requantized sum; absent when the result is float32, or quantized as such. */
  readonly sum: Quantization | undefined;
  readonly bounds: Bounds;
  readonly table: Uint8Array | undefined;
  /** Parameters of the looked-up value. */
  readonly tableQuantization: Quantization | undefined;
  readonly residual: Residual | undefined;
  /** The input is flattened channel-first before the product: the window covers the whole map. */
  readonly flattened: boolean;
}

/** Maximum or average over a window; `global` covers the whole map. */
export interface PoolOp extends OpBase {
  readonly kind: "pool";
  readonly mode: "max" | "average";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly window: Window;
  readonly pads: readonly [number, number, number, number];
  readonly counted: boolean;
  readonly global: boolean;
}

/** A uint8 constant of the graph. */
export interface QuantizedConstant {
  readonly constant: Value;
  readonly quantization: Quantization;
}

/** QLinearAdd or QLinearMul. `b` is a tensor or a constant of the graph. */
export interface BinaryOp extends OpBase {
  readonly kind: "binary";
  readonly mode: "add" | "mul";
  readonly a: IntegerTensor;
  readonly b: IntegerTensor | QuantizedConstant;
  readonly y: IntegerTensor;
  readonly bounds: Bounds;
  readonly table: Uint8Array | undefined;
  /** With a table, parameters of what is looked up in it. */
  readonly sum?: Quantization | undefined;
}

/** y = table[x] */
export interface TableOp extends OpBase {
  readonly kind: "table";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly table: Uint8Array;
}

/** Concatenation of tensors with the parameters of the result. */
export interface ConcatOp extends OpBase {
  readonly kind: "concat";
  readonly xs: readonly IntegerTensor[];
  readonly y: IntegerTensor;
  readonly axis: number;
}

/** The same elements under other dimensions (`reshape`) or with axes permuted (`transpose`). */
export interface ViewOp extends OpBase {
  readonly kind: "view";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly perm: readonly number[] | undefined;
}

/** Resize of the two spatial dimensions. */
export interface ResizeOp extends OpBase {
  readonly kind: "resize";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly mode: "nearest" | "linear";
  readonly coordinates: "half_pixel" | "asymmetric" | "align_corners" | "pytorch_half_pixel";
  readonly rounding: "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil";
  /** The float32 factors of rows and columns that coordinates are divided by. */
  readonly scale: readonly [number, number];
  /** The result stands as ONNX has it, channels first. */
  readonly planar?: true;
}

/** Place of the greatest or least element along an axis; where `resize` says so, of what a linear resize makes of x. */
export interface ArgmaxOp extends OpBase {
  readonly kind: "argmax";
  readonly mode: "max" | "min";
  readonly x: IntegerTensor;
  /** Stored as `s64` or `s32`. */
  readonly y: IntegerTensor;
  readonly axis: number;
  readonly resize: (Pick<ResizeOp, "coordinates" | "scale"> & { readonly shape: readonly number[] }) | undefined;
}

/** A float32 function with its parameters, and bounds applied after it. */
export interface FloatFunction {
  readonly activation: FloatActivation;
  readonly alpha: number;
  readonly beta: number;
  readonly bounds: readonly [number, number];
}

/** Convolution, transposed too, or matrix product in float32; `residual` is added before the function, or `after` it (before the bounds). */
export interface FloatConvOp extends OpBase {
  readonly kind: "float-conv";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly weights: Value;
  readonly bias: Value | undefined;
  readonly layout: WeightsLayout;
  readonly outputs: number;
  readonly groups: number;
  readonly window: Window;
  readonly pads: readonly [number, number, number, number];
  readonly fn: FloatFunction;
  readonly residual: { readonly tensor: IntegerTensor; readonly after: boolean } | undefined;
}

/** Sum or product in float32 of two tensors, or of a tensor and a constant. */
export interface FloatBinaryOp extends OpBase {
  readonly kind: "float-binary";
  readonly mode: "add" | "mul";
  readonly a: IntegerTensor;
  readonly b: IntegerTensor | { readonly constant: Value };
  readonly y: IntegerTensor;
  readonly fn: FloatFunction;
}

/** A float32 function on its own. */
export interface FloatUnaryOp extends OpBase {
  readonly kind: "float-unary";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly fn: FloatFunction;
}

/** Channels of a tensor [1, tokens, channels] from `first` on. */
export interface ChannelsOf {
  readonly tensor: IntegerTensor;
  readonly first: number;
}

/** Attention of several heads that stand side by side in the channels of q, k, v and y. */
export interface AttentionOp extends OpBase {
  readonly kind: "attention";
  readonly q: ChannelsOf;
  readonly k: ChannelsOf;
  readonly v: ChannelsOf;
  /** Added to the scaled products: one value a key, or one a query and key; constants may differ between heads. */
  readonly mask: IntegerTensor | { readonly constant: Value } | undefined;
  readonly y: IntegerTensor;
  readonly heads: number;
  readonly scale: number;
}

/** LayerNormalization of the sum of x and the residual over the last dimension, in float32. */
export interface NormalizationOp extends OpBase {
  readonly kind: "normalization";
  readonly x: IntegerTensor;
  readonly residual: IntegerTensor | undefined;
  readonly y: IntegerTensor;
  readonly gamma: Value;
  readonly beta: Value | undefined;
  readonly epsilon: number;
}

/** Products of the last two dimensions of two computed tensors, quantized; a float32 result has no quantization. */
export interface ProductOp extends OpBase {
  readonly kind: "product";
  readonly a: IntegerTensor;
  readonly b: IntegerTensor;
  readonly y: IntegerTensor;
  readonly bounds: Bounds;
}

/** Softmax of the scaled x over one axis; x and y may be quantized. */
export interface SoftmaxOp extends OpBase {
  readonly kind: "softmax";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
  readonly axis: number;
  /** The factor of x, of its bytes where it is quantized. */
  readonly scale: number;
  /** Steps of a quantized y that one is, where they are not 1 / scale. */
  readonly inverse: number | undefined;
}

/** float32 to uint8 or back, or to bfloat16, inside the region. */
export interface ConvertOp extends OpBase {
  readonly kind: "convert";
  readonly x: IntegerTensor;
  readonly y: IntegerTensor;
}

/** A value comes into the region: float32 that is quantized, or uint8. */
export interface EnterOp extends OpBase {
  readonly kind: "enter";
  readonly from: Value;
  readonly y: IntegerTensor;
}

/** A value leaves the region as float32 or uint8. */
export interface ExitOp extends OpBase {
  readonly kind: "exit";
  readonly x: IntegerTensor;
  readonly to: Value;
}

/** An op of the integer form, with the nodes it stands for. */
export type IntegerOp =
  | ConvOp
  | PoolOp
  | BinaryOp
  | TableOp
  | ConcatOp
  | ViewOp
  | ResizeOp
  | ArgmaxOp
  | FloatConvOp
  | FloatBinaryOp
  | FloatUnaryOp
  | AttentionOp
  | NormalizationOp
  | ProductOp
  | SoftmaxOp
  | ConvertOp
  | EnterOp
  | ExitOp;

/** The tensors an op reads. */
export function inputsOf(op: IntegerOp): readonly IntegerTensor[] {
  switch (op.kind) {
    case "conv":
      return op.residual === undefined || "constant" in op.residual.tensor ? [op.x] : [op.x, op.residual.tensor];
    case "float-conv":
      return op.residual === undefined ? [op.x] : [op.x, op.residual.tensor];
    case "binary":
    case "float-binary":
      return "constant" in op.b ? [op.a] : [op.a, op.b];
    case "normalization":
      return op.residual === undefined ? [op.x] : [op.x, op.residual];
    case "product":
      return [op.a, op.b];
    case "attention":
      return [
        ...[op.q.tensor, op.k.tensor, op.v.tensor],
        ...(op.mask === undefined || "constant" in op.mask ? [] : [op.mask]),
      ];
    case "concat":
      return op.xs;
    case "enter":
      return [];
    case "pool":
    case "table":
    case "view":
    case "resize":
    case "argmax":
    case "float-unary":
    case "softmax":
    case "convert":
    case "exit":
      return [op.x];
  }
}

/** The tensor an op writes; none for an exit. */
export function outputOf(op: IntegerOp): IntegerTensor | undefined {
  return op.kind === "exit" ? undefined : op.y;
}
