import { roundHalfEven } from "../ir/index.ts";
import { symmetricScale } from "./parameters.ts";

/** A weight tensor quantized to symmetric int8, one scale per channel (or one in all). */
export interface QuantizedWeights {
  readonly values: Int8Array;
  readonly scales: Float32Array;
}

/** How a row-major weight tensor is cut into channels: element i belongs to channel floor(i / inner) % channels. */
export interface ChannelLayout {
  readonly channels: number;
  readonly inner: number;
}

/** The channel layout of a shape along `axis`; one channel in all where `axis` is undefined. */
export function channelLayout(shape: readonly number[], axis: number | undefined): ChannelLayout {
  if (axis === undefined) return { channels: 1, inner: 1 };
  return { channels: shape[axis] ?? 1, inner: shape.slice(axis + 1).reduce((a, b) => a * b, 1) };
}

/** Splits the elements by channel. */
function channelsOf(weights: ArrayLike<number>, layout: ChannelLayout): Float64Array[] {
  const { channels, inner } = layout;
  const each = weights.length / channels;
  const out = Array.from({ length: channels }, () => new Float64Array(each));
  const fill = new Uint32Array(channels);
  for (let i = 0; i < weights.length; i++) {
    const c = Math.floor(i / inner) % channels;
    (out[c] as Float64Array)[(fill[c] as number)++] = weights[i] as number;
  }
  return out;
}

/**
 * The step of the uniform grid through zero on which all values lie, when there is one that `largest` steps can span:
 * weights that were quantized once upstream keep their exact values this way. Undefined otherwise.
 */
export function gridStep(values: Float64Array, largest: number): number | undefined {
  let size = 0;
  for (const value of values) size = Math.max(size, Math.abs(value));
  if (!(size > 0)) return undefined;
  const smallest = size / largest;
  if (smallestGap(distinctSizes(values.subarray(0, GLANCE)), smallest) === undefined) return undefined;
  const distinct = distinctSizes(values);
  const gap = smallestGap(distinct, smallest) ?? 0;
  for (let divisor = 1; gap / divisor >= smallest * (1 - tolerance); divisor++) {
    const steps = Math.round((size * divisor) / gap);
    if (steps > largest) break;
    const step = size / steps;
    if (distinct.every((value) => Math.abs(value / step - Math.round(value / step)) <= tolerance)) return step;
  }
  return undefined;
}

/** So many values tell most weights that lie on no grid. */
const GLANCE = 1024;

function distinctSizes(values: Float64Array): readonly number[] {
  return [...new Set(Array.from(values, Math.abs))].sort((a, b) => a - b);
}

/**
 * The smallest gap between neighbours (the first to zero) that is more than rounding noise around one grid point;
 * undefined where one lies between noise and the smallest step allowed, so that there is no grid.
 */
function smallestGap(distinct: readonly number[], smallestStep: number): number | undefined {
  let smallest = Infinity;
  let before = 0;
  for (const value of distinct) {
    const gap = value - before;
    if (gap > smallestStep * 0.5) smallest = Math.min(smallest, gap);
    else if (gap > smallestStep * tolerance) return undefined;
    before = value;
  }
  return smallest;
}

/** How far, in steps, a value may lie beside its grid point. */
const tolerance = 0.02;

/** Fractions of the largest weight tried as the end of the range. */
const clippings: readonly number[] = Array.from({ length: 21 }, (_, i) => 1 - i * 0.01);

/** The scale with the least squared error among `clippings`; a grid the values already lie on wins outright. */
function bestScale(values: Float64Array, largest: number): number {
  let size = 0;
  for (const value of values) size = Math.max(size, Math.abs(value));
  const step = gridStep(values, largest);
  if (step !== undefined) return Math.fround(step);
  let best = Infinity;
  let chosen = symmetricScale(size, largest);
  for (const clipping of clippings) {
    const scale = symmetricScale(size * clipping, largest);
    let error = 0;
    for (const value of values) {
      const q = Math.min(largest, Math.max(-largest, roundHalfEven(value / scale)));
      const off = value - q * scale;
      error += off * off;
    }
    if (error < best) [best, chosen] = [error, scale];
  }
  return chosen;
}

/**
 * The best scales for symmetric int8 weights in -largest..largest (127, or 63 where products of 8-bit weights would
 * saturate), one a channel.
 */
export function bestScales(weights: ArrayLike<number>, layout: ChannelLayout, largest: number): Float64Array {
  return Float64Array.from(channelsOf(weights, layout), (values) => bestScale(values, largest));
}

/** Scales in float32, each no smaller than `atLeast` for its channel: the way to keep an int32 bias from overflowing. */
export function scalesAtLeast(scales: Float64Array, atLeast?: ArrayLike<number>): Float32Array {
  return Float32Array.from(scales, (scale, channel) => Math.max(scale, atLeast?.[channel] ?? 0));
}

/** Quantizes weights with the given scales, one per channel of the layout. */
export function quantizeWeights(
  weights: ArrayLike<number>,
  layout: ChannelLayout,
  scales: Float32Array,
  largest: number,
): QuantizedWeights {
  const values = new Int8Array(weights.length);
  for (let i = 0; i < weights.length; i++) {
    const scale = scales[Math.floor(i / layout.inner) % layout.channels] as number;
    const q = roundHalfEven(Math.fround((weights[i] as number) / scale));
    values[i] = Math.min(largest, Math.max(-largest, q));
  }
  return { values, scales };
}
