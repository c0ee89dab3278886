import { stringAttr, tensorFromBytes } from "../../../ir/index.ts";
import { tensorInput } from "../../operands.ts";
import type { ReferenceOp } from "../../types.ts";
import { decodeBmp } from "./decode-bmp.ts";
import { decodePng } from "./decode-png.ts";
import { decodePnm } from "./decode-pnm.ts";
import type { Raster } from "./raster.ts";

/**
 * ImageDecoder: BMP, PNG and the portable anymaps. The formats that lose information (JPEG, JPEG 2000, WebP) and TIFF are
 * not interpreted: a RangeError says so, where the specification would have an empty matrix for a broken stream.
 */
export const imageDecoder: ReferenceOp = {
  domain: "",
  name: "ImageDecoder",
  run(call) {
    const { width, height, rgb } = decode(tensorInput(call, 0).bytes());
    const format = stringAttr(call.node, "pixel_format", "RGB");
    if (format === "RGB") return [tensorFromBytes("uint8", [height, width, 3], rgb)];
    if (format === "BGR") {
      const swapped = rgb.map((_, i) => rgb[i + 2 - 2 * (i % 3)] as number);
      return [tensorFromBytes("uint8", [height, width, 3], swapped)];
    }
    if (format !== "Grayscale") throw new RangeError(`ImageDecoder: no pixel_format "${format}"`);
    const grey = Uint8Array.from({ length: width * height }, (_, i) => luma(rgb.subarray(3 * i)));
    return [tensorFromBytes("uint8", [height, width, 1], grey)];
  },
};

/** ITU-R BT.601 luma in 16-bit fixed point, as Pillow computes it. */
function luma([red = 0, green = 0, blue = 0]: Uint8Array): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

function decode(bytes: Uint8Array): Raster {
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic.startsWith("BM")) return decodeBmp(bytes);
  if (magic === "\x89PNG") return decodePng(bytes);
  if (/^P[1-6]/.test(magic)) return decodePnm(bytes);
  throw new RangeError("ImageDecoder: a format that the interpreter does not decode");
}
