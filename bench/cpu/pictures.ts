import type { StaticShape } from "../../src/ir/index.ts";
import { sizeOf, uniformNumbers } from "../../src/ir/index.ts";

/** What a network's input looks like: pictures in a range of values, or embedded tokens. */
export type InputKind = { readonly low: number; readonly high: number } | "tokens";

/** Coarsest grid of a picture, and how many times it is halved: edges of objects down to texture. */
const COARSEST = 3;
const OCTAVES = 5;
/** Share of a picture that all its colours have in common. */
const LUMINANCE = 0.7;
/** Spread of the sum of octaves that fills the range; what lies beyond is cut off, as in an overexposed picture. */
const SPREAD = 0.9;

/** Lines of strokes on a picture, as of writing: sharp edges, and something for networks that look for text. */
const LINES = 6;

/** One sample of a network's only input. Equal seeds give equal samples. */
export function sampleInput(shape: StaticShape, kind: InputKind, seed: number): Float32Array<ArrayBuffer> {
  const next = uniformNumbers(seed);
  if (kind === "tokens") {
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return Float32Array.from({ length: sizeOf(shape) }, normal);
  }
  const isChannelsLast = shape.at(-1) === 3;
  const [, a = 1, b = 1, c = 1] = shape;
  const [channels, rows, columns] = isChannelsLast ? [c, a, b] : [a, b, c];
  const common = smoothField(rows, columns, next);
  const own = Array.from({ length: channels }, () => smoothField(rows, columns, next));
  const ink = writing(rows, columns, next);
  const values = new Float32Array(rows * columns * channels);
  for (const [channel, field] of own.entries())
    for (let i = 0; i < rows * columns; i++) {
      const mixed = LUMINANCE * (common[i] as number) + (1 - LUMINANCE) * (field[i] as number);
      const share = ink.get(i) ?? Math.min(1, Math.max(0, 0.5 + mixed / SPREAD));
      values[isChannelsLast ? i * channels + channel : channel * rows * columns + i] =
        kind.low + share * (kind.high - kind.low);
    }
  return values;
}

/** A random field around 0 whose detail fades as its grain gets finer, as in photographs. */
function smoothField(rows: number, columns: number, next: () => number): Float32Array {
  const field = new Float32Array(rows * columns);
  for (let octave = 0; octave < OCTAVES; octave++) {
    const cells = COARSEST << octave;
    const grid = Float32Array.from({ length: (cells + 1) ** 2 }, () => (next() - 0.5) / 2 ** octave);
    for (let y = 0; y < rows; y++)
      for (let x = 0; x < columns; x++) {
        const at = y * columns + x;
        field[at] = (field[at] as number) + interpolate(grid, cells, (y / rows) * cells, (x / columns) * cells);
      }
  }
  return field;
}

/** Pixels under strokes, each 0 (dark) or 1 (bright): lines of letters of three strokes, upright or lying. */
function writing(rows: number, columns: number, next: () => number): ReadonlyMap<number, 0 | 1> {
  const ink = new Map<number, 0 | 1>();
  const below = (bound: number): number => Math.floor(next() * bound);
  for (let line = 0; line < LINES; line++) {
    const height = Math.max(4, Math.floor((rows * (1 + next())) / 32));
    const [width, thickness] = [Math.ceil(height * 0.6), Math.max(1, Math.floor(height / 6))];
    const [top, left, letters] = [below(rows - height), below(columns / 2), 5 + below(8)];
    const shade = next() < 0.5 ? 0 : 1;
    for (let stroke = 0; stroke < 3 * letters; stroke++) {
      const start = left + Math.floor(stroke / 3) * (width + thickness);
      const isUpright = next() < 0.5;
      const [y, x] = isUpright ? [top, start + below(width - thickness)] : [top + below(height - thickness), start];
      for (let dy = 0; dy < (isUpright ? height : thickness); dy++)
        for (let dx = 0; dx < (isUpright ? thickness : width); dx++)
          if (x + dx < columns) ink.set((y + dy) * columns + x + dx, shade);
    }
  }
  return ink;
}

/** Bilinear, between the corners of a grid's cell. */
function interpolate(grid: Float32Array, cells: number, y: number, x: number): number {
  const [row, column] = [Math.floor(y), Math.floor(x)];
  const [down, right] = [y - row, x - column];
  const corner = (i: number, j: number): number => grid[(row + i) * (cells + 1) + column + j] as number;
  const top = corner(0, 0) * (1 - right) + corner(0, 1) * right;
  const bottom = corner(1, 0) * (1 - right) + corner(1, 1) * right;
  return top * (1 - down) + bottom * down;
}
