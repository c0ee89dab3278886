import { readFile } from "node:fs/promises";
import { dataDiagnostics } from "../../diagnostics/codes/data.ts";
import { fail } from "../../diagnostics/index.ts";
import { decodeBitmap } from "./bitmap.ts";
import type { Pixels } from "./resample.ts";

/** Endings of picture files that are read. */
export const imageEndings: readonly string[] = [".jpg", ".jpeg", ".png", ".webp", ".bmp"];

/**
 * Reads a picture file to eight-bit RGB (or gray). Transparency is dropped, orientation tags and colour profiles are ignored, as the usual
 * training pipelines do.
 */
export async function decodeImage(file: string, gray: boolean): Promise<Pixels> {
  try {
    if (file.toLowerCase().endsWith(".bmp")) return decodeBitmap(await readFile(file), gray);
    const { default: sharp } = await import("sharp");
    const { data, info } = await sharp(file, { failOn: "error", ignoreIcc: true })
      .removeAlpha()
      .toColourspace(gray ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, channels: info.channels, data };
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    return fail(dataDiagnostics.undecodableImage({ file, detail }, { file }), cause);
  }
}
