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
  if (!(size > 0) || !couldBeGrid(values.subarray(0, GLANCE), size / largest)) return undefined;
  const distinct = distinctSizes(values);
  const smallest = size / largest;
  let gap = Infinity;
  let before = 0;
  for (const value of distinct) {
    // Gaps far below the smallest step allowed are rounding noise around one grid point, or there is no grid.
    if (value - before > smallest * 0.5) gap = Math.min(gap, value - before);
    else if (value - before > smallest * tolerance) return undefined;
    before = value;
  }
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

/** False when two sizes lie closer than steps can and further than rounding noise does. */
function couldBeGrid(values: Float64Array, smallest: number): boolean {
  let before = 0;
  for (const value of distinctSizes(values)) {
    if (value - before <= smallest * 0.5 && value - before > smallest * tolerance) return false;
    before = value;
  }
  return true;
}

/** How far, in steps, a value may lie beside its grid point. */
const tolerance = 0.02;

/** Fractions of the largest weight tried as the end of the range. */
const clippings: readonly number[] = Array.from({ length: 21 }, (_, i) => 1 - i * 0.01);

const ROUNDER = 1.5 * 2 ** 52;

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
      // Adding and taking away 1.5 · 2^52 leaves the nearest integer, halves to even: doubles hold no fractions there.
      const q = Math.min(largest, Math.max(-largest, value / scale + ROUNDER - ROUNDER));
      const off = value - q * scale;
      error += off * off;
    }
    if (error < best) [best, chosen] = [error, scale];
  }
  return chosen;
}

/**
 * Scales for symmetric int8 weights in -largest..largest (127, or 63 where products of 8-bit weights would saturate),
 * each no smaller than `atLeast` for its channel: the way to keep an int32 bias from overflowing.
 */
export function weightScales(
  weights: ArrayLike<number>,
  layout: ChannelLayout,
  largest: number,
  atLeast?: ArrayLike<number>,
): Float32Array {
  return Float32Array.from(channelsOf(weights, layout), (values, channel) =>
    Math.max(bestScale(values, largest), atLeast?.[channel] ?? 0),
  );
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
