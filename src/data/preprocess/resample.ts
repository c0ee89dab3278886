/** Eight-bit pixels, row by row, channels interleaved. */
export interface Pixels {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Fractional bits of the filter weights: 8-bit pixels times weights summed over a row stay exact in a double. */
const weightBits = 22;

/** The source positions and integer weights that make up each target position along one axis. */
interface Filter {
  readonly starts: Int32Array;
  readonly lengths: Int32Array;
  readonly stride: number;
  readonly weights: Int32Array;
}

/** A triangle filter, widened by the factor of reduction so that every source pixel counts ("bilinear" of PIL). */
function triangleFilter(from: number, to: number): Filter {
  const scale = from / to;
  const spread = Math.max(1, scale);
  const stride = Math.ceil(spread) * 2 + 1;
  const starts = new Int32Array(to);
  const lengths = new Int32Array(to);
  const weights = new Int32Array(to * stride);
  for (let x = 0; x < to; x++) {
    const centre = (x + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - spread + 0.5));
    const end = Math.min(from, Math.trunc(centre + spread + 0.5));
    const row = Array.from({ length: end - start }, (_, i) =>
      Math.max(0, 1 - Math.abs((i + start - centre + 0.5) / spread)),
    );
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((w, i) => (weights[x * stride + i] = Math.trunc(0.5 + (w / sum) * 2 ** weightBits)));
    starts[x] = start;
    lengths[x] = end - start;
  }
  return { starts, lengths, stride, weights };
}

/** Filters along one axis; `step` is the distance of neighbours along it, `lines` the offsets of the lines. */
function filterAxis(
  source: Uint8Array,
  target: Uint8Array,
  filter: Filter,
  lineCount: number,
  sourceOf: (line: number) => number,
  targetOf: (line: number) => number,
  step: number,
): void {
  const { starts, lengths, stride, weights } = filter;
  const half = 2 ** (weightBits - 1);
  for (let line = 0; line < lineCount; line++) {
    const from = sourceOf(line);
    const to = targetOf(line);
    for (let x = 0; x < starts.length; x++) {
      let sum = half;
      let at = from + (starts[x] as number) * step;
      const base = x * stride;
      for (let i = 0; i < (lengths[x] as number); i++, at += step)
        sum += (source[at] as number) * (weights[base + i] as number);
      const value = Math.floor(sum / 2 ** weightBits);
      target[to + x * step] = value < 0 ? 0 : value > 255 ? 255 : value;
    }
  }
}

/**
 * Resizes with the antialiased bilinear filter, width first, rounded to eight bits after each axis: pixel for pixel what
 * PIL's `Image.resize(..., BILINEAR)` gives, on every host.
 */
export function resample(pixels: Pixels, height: number, width: number): Pixels {
  const { channels } = pixels;
  let current = pixels;
  if (width !== current.width) {
    const { width: from, height: rows } = current;
    const data = new Uint8Array(rows * width * channels);
    filterAxis(
      current.data,
      data,
      triangleFilter(from, width),
      rows * channels,
      (line) => Math.floor(line / channels) * from * channels + (line % channels),
      (line) => Math.floor(line / channels) * width * channels + (line % channels),
      channels,
    );
    current = { height: rows, width, channels, data };
  }
  if (height !== current.height) {
    const data = new Uint8Array(height * width * channels);
    const { height: from } = current;
    filterAxis(
      current.data,
      data,
      triangleFilter(from, height),
      width * channels,
      (line) => line,
      (line) => line,
      width * channels,
    );
    current = { height, width, channels, data };
  }
  return current;
}

/** The centre crop; offsets are rounded as torchvision's CenterCrop does (half to even). */
export function centreCrop(pixels: Pixels, height: number, width: number): Pixels {
  if (height === pixels.height && width === pixels.width) return pixels;
  const { channels } = pixels;
  const top = Math.round((pixels.height - height) / 2);
  const left = Math.round((pixels.width - width) / 2);
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * pixels.width + left) * channels;
    data.set(pixels.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { height, width, channels, data };
}
