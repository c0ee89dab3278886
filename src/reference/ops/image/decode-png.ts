import { inflateSync } from "node:zlib";
import type { Raster } from "./raster.ts";
import { newRaster } from "./raster.ts";

/** What the IHDR and PLTE chunks say. */
interface Format {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly channels: number;
  readonly palette: Uint8Array;
}

/** Samples a pixel by colour type: grey, -, RGB, palette, grey + alpha, -, RGBA (PNG specification, 11.2.2). */
const channelsOf = [1, undefined, 3, 1, 2, undefined, 4] as const;

/** Decodes a PNG that is not interlaced; an alpha channel is dropped, 16-bit samples keep their upper byte. */
export function decodePng(bytes: Uint8Array): Raster {
  const { format, data } = readChunks(bytes);
  const pixelBits = format.depth * format.channels;
  const rowBytes = Math.ceil((format.width * pixelBits) / 8);
  const rows = unfilter(inflateSync(data), format.height, rowBytes, Math.max(1, pixelBits >> 3));
  const raster = newRaster(format.width, format.height);
  for (let i = 0; i < raster.rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    const row = rows.subarray(Math.floor(pixel / format.width) * rowBytes);
    raster.rgb[i] = colourAt(row, pixel % format.width, i % 3, format);
  }
  return raster;
}

function readChunks(bytes: Uint8Array): { format: Format; data: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array[] = [];
  let palette = new Uint8Array(0);
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    if (name === "PLTE") palette = bytes.slice(at + 8, at + 8 + length);
    at += 12 + length;
  }
  const [depth, colour, interlace] = [view.getUint8(24), view.getUint8(25), view.getUint8(28)];
  const channels = channelsOf[colour];
  if (channels === undefined || interlace !== 0)
    throw new RangeError(`a PNG of colour type ${colour}, interlace ${interlace}`);
  return {
    format: { width: view.getUint32(16), height: view.getUint32(20), depth, colour, channels, palette },
    data: Buffer.concat(parts),
  };
}

/** Undoes the filter of each row (PNG specification, 9.2). */
function unfilter(data: Uint8Array, height: number, rowBytes: number, step: number): Uint8Array {
  const out = new Uint8Array(height * rowBytes);
  for (let row = 0; row < height; row++) {
    const filter = data[row * (rowBytes + 1)] ?? 0;
    const to = row * rowBytes;
    for (let i = 0; i < rowBytes; i++) {
      const left = i < step ? 0 : (out[to + i - step] as number);
      const up = row === 0 ? 0 : (out[to + i - rowBytes] as number);
      const corner = i < step || row === 0 ? 0 : (out[to + i - rowBytes - step] as number);
      out[to + i] = (data[row * (rowBytes + 1) + 1 + i] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function colourAt(
  row: Uint8Array,
  column: number,
  channel: number,
  { depth, colour, channels, palette }: Format,
): number {
  const at = column * channels + (channels >= 3 ? channel : 0);
  if (depth === 16) return row[2 * at] ?? 0;
  const bit = at * depth;
  const value = ((row[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  return colour === 3 ? (palette[3 * value + channel] ?? 0) : (value * 255) / ((1 << depth) - 1);
}
