/** A decoded picture: rows from the top, three bytes (red, green, blue) a pixel. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** An empty raster; RangeError when the size is not plausible. */
export function newRaster(width: number, height: number): { width: number; height: number; rgb: Uint8Array } {
  if (!(width > 0 && height > 0 && width * height < 2 ** 28)) throw new RangeError(`a picture of ${width} x ${height}`);
  return { width, height, rgb: new Uint8Array(3 * width * height) };
}
