import type { Phases, ResizeWorkload, Strides, Window } from "./workload.ts";

/** A float32 function of one element. `leaky-relu` takes number `alpha`; `hard-sigmoid` numbers `alpha` and `beta`. */
export type FloatActivation =
  "none" | "sigmoid" | "silu" | "hard-sigmoid" | "hard-swish" | "leaky-relu" | "tanh" | "gelu" | "gelu-tanh";

/** How elements of an activation are stored: four bytes, or the upper two of them, rounded to nearest even. */
export type FloatStorage = "f32" | "bf16";

/**
 * What happens to a float32 sum with its bias: `residual` is added before the activation, or after it when it says so;
 * then, with `clamp`, the result is bounded by numbers `lo` and `hi` (ReLU is lo = 0, hi = Infinity). `out` and `from` tell
 * how y and the residual are stored; float32 when left out.
 */
export type FloatEpilogue = {
  readonly activation: FloatActivation;
  readonly residual: (Strides & { readonly after?: true; readonly from?: "bf16" }) | undefined;
  readonly clamp: boolean;
  readonly out?: "bf16";
};

/**
 * `conv-f32`: as `conv-u8s8` in float32, channels last, halo of zeros. Arguments: x, weights, bias, params [, residual],
 * y. Constants: `weights` float32 OIHW or inputs × outputs, `bias` float32.
 */
export type FloatConvWorkload = {
  readonly op: "conv-f32";
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: Window;
  readonly weights: "oihw" | "io";
  readonly bias: boolean;
  readonly x: Strides;
  readonly y: Strides;
  readonly epilogue: FloatEpilogue;
};

/** `grouped-f32`: as `grouped-u8s8` in float32. Arguments as {@link FloatConvWorkload}. */
export type FloatGroupedConvWorkload = Omit<FloatConvWorkload, "op" | "weights"> & {
  readonly op: "grouped-f32";
  readonly groups: number;
};

/** `transposed-f32`: as `transposed-u8s8` in float32. Arguments as {@link FloatConvWorkload}. */
export type FloatTransposedConvWorkload = Omit<FloatConvWorkload, "op" | "weights"> & {
  readonly op: "transposed-f32";
  readonly phases: Phases;
  /** One when left out; else there is one phase. */
  readonly groups?: number;
};

/**
 * `conv-bf16`: as `conv-f32` with x stored as bfloat16, and weights that may be rounded to it; sums are float32. An even
 * number of channels, all strides of x even.
 */
export type Bf16ConvWorkload = Omit<FloatConvWorkload, "op"> & { readonly op: "conv-bf16" };

/** `depthwise-f32`: one filter a channel. Arguments as {@link FloatConvWorkload}. */
export type FloatDepthwiseWorkload = {
  readonly op: "depthwise-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly window: Window;
  readonly bias: boolean;
  readonly x: Strides;
  readonly y: Strides;
  readonly epilogue: FloatEpilogue;
};

/** `pool-f32`: maximum (halo of -Infinity) or average (halo of 0; `edge` as for `pool-u8`). Arguments: x, y. */
export type FloatPoolWorkload = {
  readonly op: "pool-f32";
  readonly kind: "max" | "average";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly window: Window;
  readonly edge: { readonly pads: readonly [number, number, number, number]; readonly counted: boolean };
  readonly x: Strides;
  readonly y: Strides;
};

/**
 * `resize-f32`: linear, ONNX Runtime's float32 Resize of an NCHW tensor bit by bit; members as for `resize-u8`. Arguments:
 * x, params, y.
 */
export type FloatResizeWorkload = Omit<ResizeWorkload, "op" | "mode" | "rounding" | "y"> & {
  readonly op: "resize-f32";
  readonly y: Strides | "planar";
};

/** What becomes of the channels of a pixel: the place of the greatest or the least. */
export type ExtremeChannel = {
  readonly kind: "max" | "min";
  /** Type of a place. */
  readonly out: "s64" | "s32";
};

/**
 * `argmax-f32`: for each pixel the first channel that no other exceeds (or is below), a NaN only where it is the first: as
 * ONNX Runtime's ArgMax and ArgMin. y has one element a pixel, side by side. Arguments: x, y.
 */
export type ArgmaxWorkload = ExtremeChannel & {
  readonly op: "argmax-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
};

/** `resize-argmax-f32`: `argmax-f32` of what `resize-f32` gives, which is never written. Arguments: x, params, y. */
export type ResizeArgmaxWorkload = Omit<FloatResizeWorkload, "op" | "y"> &
  ExtremeChannel & { readonly op: "resize-argmax-f32" };

/** `binary-f32`: sum or product, then the activation and the clamp. Arguments: a, b, params, y. */
export type FloatBinaryWorkload = {
  readonly op: "binary-f32";
  readonly kind: "add" | "mul";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly a: Strides;
  readonly b: Strides | "channel" | "scalar";
  readonly y: Strides;
  readonly activation: FloatActivation;
  readonly clamp: boolean;
};

/** `unary-f32`: an activation and a clamp on their own. Arguments: x, params, y. */
export type FloatUnaryWorkload = {
  readonly op: "unary-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly y: Strides;
  readonly activation: FloatActivation;
  readonly clamp: boolean;
};

/** `narrow-f32`: float32 to bfloat16, rounded to nearest even; both channels last. Arguments: x, y. */
export type NarrowWorkload = {
  readonly op: "narrow-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly y: Strides;
};

/** `move-f32`: copies between layouts as `transfer` does. Arguments: x, y. */
export type FloatMoveWorkload = {
  readonly op: "move-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides | "planar";
  readonly y: Strides | "planar";
};

/** `fill-border-f32`: writes number `value` to a halo. Arguments: params, y (top left of the halo). */
export type FloatBorderWorkload = {
  readonly op: "fill-border-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly pads: readonly [number, number, number, number];
  readonly y: Strides;
};

/** Workloads of float32 convolutional networks. */
export type FloatWorkload =
  | FloatConvWorkload
  | Bf16ConvWorkload
  | NarrowWorkload
  | FloatGroupedConvWorkload
  | FloatTransposedConvWorkload
  | FloatDepthwiseWorkload
  | FloatPoolWorkload
  | FloatResizeWorkload
  | ArgmaxWorkload
  | ResizeArgmaxWorkload
  | FloatBinaryWorkload
  | FloatUnaryWorkload
  | FloatMoveWorkload
  | FloatBorderWorkload;
