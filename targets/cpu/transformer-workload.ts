import type { Strides } from "./workload.ts";

/**
 * `attention-f32`: for every head h and query token t, y[t, h] = sum_s p[s] v[s, h], where p is the softmax over key
 * tokens s of `scale` q[t, h] · k[s, h] (+ mask). Heads stand side by side in the channels, `width` each; columns are
 * query tokens and channels all heads; strides count elements. Arguments: q, k, v [, mask], params, y. Numbers: `scale`;
 * with a uint8 result `yScale`, `yZero`.
 */
export type AttentionWorkload = {
  readonly op: "attention-f32";
  readonly rows: 1;
  readonly columns: number;
  readonly channels: number;
  readonly keys: number;
  readonly heads: number;
  readonly q: Strides;
  readonly k: Strides;
  readonly v: Strides;
  readonly y: Strides;
  /** float32 added to the scaled products: element (h, t, s) stands at `h * head + t * row + s`; strides of 0 repeat. */
  readonly mask?: { readonly head: number; readonly row: number };
  readonly out: "f32" | "u8";
};

/**
 * `normalization-f32`: LayerNormalization over the channels of each pixel of x (+ residual):
 * (v - mean) / sqrt(variance + epsilon) * gamma + beta. Arguments: x [, residual], gamma, beta, params, y. Constants:
 * `gamma`, `beta` float32. Number: `epsilon`.
 */
export type NormalizationWorkload = {
  readonly op: "normalization-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly residual?: Strides;
  readonly y: Strides;
  readonly beta: boolean;
};

/**
 * `product-u8u8`: products of `matrices` pairs of uint8 matrices, neither constant: y[i] = a[i] b[i], rows × channels times
 * channels × columns, less the zero points, summed up in int32. Terms of a sum stand side by side in a, columns in y;
 * in b one of the two does. Strides count elements. uint8 results are requantized as those of `conv-u8s8`, float32 ones
 * are fl(sum · fl(sa·sb)). Arguments: a, b, params, y. Numbers: `aScale`, `aZero`, `bScale`, `bZero`; with a uint8
 * result `yScale`, `yZero`, `lo`, `hi`.
 */
export type ProductWorkload = {
  readonly op: "product-u8u8";
  readonly matrices: number;
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly a: { readonly matrix: number; readonly row: number };
  readonly b: { readonly matrix: number; readonly channel: number; readonly column: number };
  readonly y: { readonly matrix: number; readonly row: number };
  readonly out: "f32" | "u8";
};

/**
 * `softmax-f32`: exp(s - max s) over its sum over the channels of each pixel, where s = `scale` · x (of bytes too, whose
 * zero point makes no difference). Arguments: x, params, y. Numbers: `scale`; with a uint8 result `inverse`, the steps that
 * one is, and `yZero`.
 */
export type SoftmaxWorkload = {
  readonly op: "softmax-f32";
  readonly rows: number;
  readonly columns: number;
  readonly channels: number;
  readonly x: Strides;
  readonly y: Strides;
  readonly from: "f32" | "u8";
  readonly out: "f32" | "u8";
};

/** Workloads of transformers besides products with constant weights. */
export type TransformerWorkload = AttentionWorkload | NormalizationWorkload | ProductWorkload | SoftmaxWorkload;
