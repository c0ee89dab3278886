import type { Pixels } from "./resample.ts";

/**
 * Decodes an uncompressed Windows bitmap of 8 (palette), 24 or 32 bits a pixel to RGB or gray (ITU-R 601 luma). Throws a
 * plain Error that says what is not supported; the caller knows the file.
 */
export function decodeBitmap(file: Uint8Array, gray: boolean): Pixels {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.byteLength < 54 || view.getUint16(0, true) !== 0x4d42) throw new Error("not a bitmap");
  const start = view.getUint32(10, true);
  const header = view.getUint32(14, true);
  const width = view.getInt32(18, true);
  const signedHeight = view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  // 3 is "bit fields"; every program writes the common order for 32 bits.
  if (!(compression === 0 || (compression === 3 && bits === 32))) throw new Error("compressed bitmaps are not read");
  if (bits !== 8 && bits !== 24 && bits !== 32) throw new Error(`${bits} bits a pixel are not read`);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (width <= 0 || height <= 0 || start + stride * height > file.byteLength) throw new Error("the file is cut short");
  const channels = gray ? 1 : 3;
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const row = start + stride * (signedHeight > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++) {
      const at = bits === 8 ? 14 + header + (file[row + x] as number) * 4 : row + (x * bits) / 8;
      const b = file[at] as number;
      const g = file[at + 1] as number;
      const r = file[at + 2] as number;
      const to = (y * width + x) * channels;
      if (gray) data[to] = Math.round(0.299 * r + 0.587 * g + 0.114 * b);
      else {
        data[to] = r;
        data[to + 1] = g;
        data[to + 2] = b;
      }
    }
  }
  return { height, width, channels, data };
}
