import type { ReferenceOp } from "../../types.ts";
import { imageDecoder } from "./image-decoder.ts";
import { resize } from "./resize.ts";
import { upsample } from "./upsample.ts";

/** Operators on images. */
export const imageOps: readonly ReferenceOp[] = [imageDecoder, resize, upsample];
