import type { Raster } from "./raster.ts";
import { newRaster } from "./raster.ts";

/** Decodes an uncompressed Windows bitmap of 1, 4, 8, 24 or 32 bits a pixel. */
export function decodeBmp(bytes: Uint8Array): Raster {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(14, true);
  const height = view.getInt32(22, true);
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (headerSize < 40 || ![1, 4, 8, 24, 32].includes(bits) || compression !== 0)
    throw new RangeError(`a bitmap of ${bits} bits with compression ${compression}`);
  const raster = newRaster(view.getInt32(18, true), Math.abs(height));
  const start = view.getUint32(10, true);
  const palette = 14 + headerSize;
  const rowBytes = 4 * Math.ceil((raster.width * bits) / 32);
  for (let row = 0; row < raster.height; row++) {
    // Rows go upwards unless the height is negative.
    const from = start + (height < 0 ? row : raster.height - 1 - row) * rowBytes;
    for (let column = 0; column < raster.width; column++) {
      const at = bits >= 24 ? from + (column * bits) / 8 : palette + 4 * indexAt(view, from, column, bits);
      raster.rgb.set(
        [view.getUint8(at + 2), view.getUint8(at + 1), view.getUint8(at)],
        3 * (row * raster.width + column),
      );
    }
  }
  return raster;
}

function indexAt(view: DataView, row: number, column: number, bits: number): number {
  const bit = column * bits;
  return (view.getUint8(row + Math.floor(bit / 8)) >> (8 - bits - (bit % 8))) & ((1 << bits) - 1);
}
