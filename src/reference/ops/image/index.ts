import type { ReferenceOp } from "../../types.ts";
import { resize } from "./resize.ts";
import { upsample } from "./upsample.ts";

/** Operators on images. */
export const imageOps: readonly ReferenceOp[] = [resize, upsample];
