/**
 * Strides of a channels-last (HWC) activation in elements: element (y, x, c) stands at `y * row + x * pixel + c`. The
 * pointer a kernel gets is element (0, 0, 0) of what it touches: for a convolution the top left corner of the first
 * window, which lies in the halo when there is padding. Halos are filled before the kernel runs.
 */
export type Strides = {
  readonly row: number;
  readonly pixel: number;
};

/** Strides of the tensor that an epilogue adds, or multiplies by; both are 0 where it has one value a channel. */
export type Residual = Strides & {
  /** It is the first operand of the Add: ONNX Runtime's formula rounds differently. */
  readonly first?: true;
  /** The result is multiplied by it, as QLinearMul does. */
  readonly multiplies?: true;
};

/** A window that moves over the rows and columns of its input. */
export type Window = {
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly dilation: readonly [number, number];
};

/**
 * What happens to an int32 sum. Parameters (numbers of `KernelParameters`): `xScale`, `xZero`; `yScale`, `yZero` of the
 * requantized sum q and its bounds `lo`, `hi`; with a residual also `residualScale`, `residualZero`, and `outScale`,
 * `outZero`, `outLo`, `outHi` of the sum, or product, of both; table: `table`. With a table and a residual, `tableScale` and
 * `tableZero` are those of the looked-up value.
 */
export type Epilogue = {
  /**
   * `u8`: clamp(roundHalfEven(clamp(fl(sum * m[c]), lo - zy, hi - zy)) + zy).
   * `f32`: fl(sum * m[c]). `s32`: the sum.
   */
  readonly out: "u8" | "f32" | "s32";
  /**
   * Every multiplier is below 1, so that no scaled sum reaches 2^31, and the bounds `lo`, `hi` are 0 and 255: the
   * saturation of conversions is all the clamping there is. Never needed for correct results, only for speed.
   */
  readonly saturates?: true;
  /**
   * A float32 function of fl(sum * m[c]), whose multipliers are then fl(sx·sw) alone; a uint8 result is its value over
   * `yScale`, rounded, plus `yZero`. At most one step off (class B).
   */
  readonly activation?: "gelu" | "gelu-tanh";
  /**
   * The multipliers are fl(sx·sw) alone, and a uint8 result is what QuantizeLinear makes of the float32 number: divided
   * by `yScale`, rounded, plus `yZero`.
   */
  readonly divides?: true;
  /** The uint8 result is looked up in a table of 256 bytes (activation functions). */
  readonly table: boolean;
  /** A uint8 tensor is added as ONNX Runtime's QLinearAdd does, or multiplied by, after the look-up. */
  readonly residual: Residual | undefined;
};

/**
 * `conv-u8s8`: dense convolution, matrix product (one row of `columns` pixels) and fully connected layer (one pixel).
 * int32 sum over kernel and `inputs` channels of u8 x times s8 w, plus the folded bias.
 * With `shift` a float32 number a channel, the constant of that name, is added to fl(sum * m[c]), and a uint8 result has
 * an activation or is divided.
 * Arguments: x, weights, bias, multiplier, params [, table] [, residual], y.
 */
export type ConvWorkload = {
  readonly op: "conv-u8s8";
  readonly rows: number;
  readonly columns: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly window: Window;
  /** Layout of the constant: `oihw`, or `io` for a matrix of inputs × outputs (1×1 window only). */
  readonly weights: "oihw" | "io";
  readonly bias: boolean;
  readonly shift?: true;
  readonly x: Strides;
  readonly y: Strides;
  readonly epilogue: Epilogue;
};

/**
 * `grouped-u8s8`: as `conv-u8s8`, but outputs are sums over the input channels of their group alone: `inputs` and
 * `outputs` are those of all groups. Weights `[outputs][inputs / groups][kh][kw]`. Arguments as {@link ConvWorkload}.
 */
export type GroupedConvWorkload = Omit<ConvWorkload, "op" | "weights" | "shift"> & {
  readonly op: "grouped-u8s8";
  readonly groups: number;
};

/**
 * Phases of a transposed convolution: every `stride`-th pixel of its result is an ordinary convolution, of stride 1, with
 * every so manyth tap of the kernel, backwards. Phases that differ in their first tap alone and stand side by side are
 * one, with the channels of all of them.
 */
export type Phases = {
  /** Kernel of the constant, `[inputs][outputs / groups / taps.length][kh][kw]`. */
  readonly kernel: readonly [number, number];
  /** The tap under the window's first cell, row and column, of each phase. */
  readonly taps: readonly (readonly [number, number])[];
  /** Taps from one cell of the window back to the next. */
  readonly step: readonly [number, number];
};

/**
 * `transposed-u8s8`: phases of a transposed convolution; `y` strides from one pixel of a phase to the next, `outputs` are
 * the channels of all phases. The table `bias` holds the int32 biases, the zero point folded in. ONNX Runtime computes in
 * float32: its results may be a step off. Arguments as {@link ConvWorkload}.
 */
export type TransposedConvWorkload = Omit<ConvWorkload, "op" | "weights" | "shift"> & {
  readonly op: "transposed-u8s8";
  readonly phases: Phases;
  /** One when left out; else there is one phase. */
  readonly groups?: number;
};

/** `depthwise-u8s8`: one filter a channel, weights `[channels][1][kh][kw]`. Arguments as {@link ConvWorkload}. */
export type DepthwiseWorkload = {
  readonly op: "depthwise-u8s8";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly window: Window;
  readonly bias: boolean;
  readonly x: Strides;
  readonly y: Strides;
  readonly epilogue: Epilogue;
};

/**
 * `pool-u8`: `max` (halo filled with 0), `average` as ONNX Runtime's QLinearAveragePool computes it (float32 sums), or
 * `global-average` as its QLinearGlobalAveragePool does (integer sums; also an AveragePool without padding whose window
 * is the whole input). Arguments: x, params (averages: numbers `xScale`, `xZero`, `yScale`, `yZero`), y.
 */
export type PoolWorkload = {
  readonly op: "pool-u8";
  readonly kind: "max" | "average" | "global-average";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly window: Window;
  /**
   * Cells outside the input that windows reach at top, left, bottom, right, and whether they count in the divisor of
   * averages; only averages look at it. Halos hold the zero point.
   */
  readonly edge: { readonly pads: readonly [number, number, number, number]; readonly counted: boolean };
  readonly x: Strides;
  readonly y: Strides;
};

/**
 * `binary-u8`: QLinearAdd or QLinearMul of a and b. `b` is of the same shape, one value a channel (`channel`, the gate
 * of squeeze and excite), or one value (`scalar`). Arguments: a, b, params [, table], y; numbers `aScale`, `aZero`,
 * `bScale`, `bZero`, `yScale`, `yZero`, `lo`, `hi`.
 */
export type BinaryWorkload = {
  readonly op: "binary-u8";
  readonly kind: "add" | "mul";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly a: Strides;
  readonly b: Strides | "channel" | "scalar";
  readonly y: Strides;
  /** The result is looked up in a table. */
  readonly table: boolean;
};

/** `table-u8`: y = table[x]: activations on their own, and requantization. Arguments: x, table, y. */
export type TableWorkload = {
  readonly op: "table-u8";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly y: Strides;
};

/**
 * `quantize`: float32 to uint8, `dequantize` the other way, `move` uint8 to uint8; between `planar` (CHW, contiguous)
 * and channels-last. Arguments: x, params (not for `move`; numbers `scale`, `zero`), y. Planar sides are contiguous and are touched exactly.
 */
export type TransferWorkload = {
  readonly op: "transfer";
  readonly kind: "quantize" | "dequantize" | "move";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides | "planar";
  readonly y: Strides | "planar";
};

/** `fill-border`: writes one byte to the halo round an interior of rows × columns. Arguments: params (number `value`), y (top left of the halo). */
export type BorderWorkload = {
  readonly op: "fill-border";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly pads: readonly [number, number, number, number];
  readonly y: Strides;
};

/**
 * `resize-u8`: nearest copies bytes; linear is ONNX Runtime's DequantizeLinear, float32 Resize, QuantizeLinear. `rounding`
 * matters to nearest only; `scale` is the float32 factor a axis that coordinates are divided by (sizes given: output /
 * input). Arguments: x, params, y; linear takes numbers `xScale`, `xZero`, `yScale`, `yZero`.
 */
export type ResizeWorkload = {
  readonly op: "resize-u8";
  readonly mode: "nearest" | "linear";
  readonly coordinates: "half_pixel" | "asymmetric" | "align_corners" | "pytorch_half_pixel";
  readonly rounding: "round_prefer_floor" | "round_prefer_ceil" | "floor" | "ceil";
  readonly input: readonly [number, number];
  readonly scale: readonly [number, number];
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly y: Strides;
};

/** Workloads of INT8 convolutional networks. */
export type CpuWorkload =
  | ConvWorkload
  | GroupedConvWorkload
  | TransposedConvWorkload
  | DepthwiseWorkload
  | PoolWorkload
  | BinaryWorkload
  | TableWorkload
  | TransferWorkload
  | BorderWorkload
  | ResizeWorkload;
