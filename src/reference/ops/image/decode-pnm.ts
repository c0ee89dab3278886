import type { Raster } from "./raster.ts";
import { newRaster } from "./raster.ts";

/** Decodes portable bitmaps, graymaps and pixmaps (P1 to P6); samples are scaled to a byte. */
export function decodePnm(bytes: Uint8Array): Raster {
  // One byte a character, so that positions in the text are positions in the file.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const isBitmap = text[1] === "1" || text[1] === "4";
  const gap = String.raw`(?:\s|#[^\n]*\n)+`;
  const header = new RegExp(`^P([1-6])${gap}(\\d+)${gap}(\\d+)${isBitmap ? "()" : `${gap}(\\d+)`}\\s`).exec(text);
  if (header === null) throw new RangeError("not a portable anymap");
  const [all, kindText, width, height, maxText] = header;
  const kind = Number(kindText);
  const raster = newRaster(Number(width), Number(height));
  const max = isBitmap ? 1 : Number(maxText);
  const channels = kind % 3 === 0 ? 3 : 1;
  const body = bytes.subarray(all.length);
  const written = kind <= 3 ? (text.slice(all.length).match(isBitmap ? /[01]/g : /\d+/g) ?? []).map(Number) : undefined;
  for (let i = 0; i < raster.rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    const at = channels === 3 ? i : pixel;
    const value = written?.[at] ?? (kind === 4 ? bitAt(body, raster.width, pixel) : sampleAt(body, at, max));
    raster.rgb[i] = isBitmap ? 255 * (1 - value) : Math.round((value * 255) / max);
  }
  return raster;
}

/** Bitmaps pack eight pixels to a byte and start each row on a new one; 1 is black. */
function bitAt(body: Uint8Array, width: number, pixel: number): number {
  const column = pixel % width;
  const at = Math.floor(pixel / width) * Math.ceil(width / 8) + (column >> 3);
  return ((body[at] ?? 0) >> (7 - (column & 7))) & 1;
}

function sampleAt(body: Uint8Array, at: number, max: number): number {
  return max < 256 ? (body[at] ?? 0) : ((body[2 * at] ?? 0) << 8) | (body[2 * at + 1] ?? 0);
}
