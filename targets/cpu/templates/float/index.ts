import type { Template, Workload } from "../../../../src/schedule/index.ts";
import { argmaxF32 } from "./argmax.ts";
import { binaryF32 } from "./binary.ts";
import { depthwiseF32 } from "./depthwise.ts";
import { directBf16, directF32, directGroupedF32, directTransposedF32 } from "./direct.ts";
import { fillBorderF32 } from "./fill-border.ts";
import { moveF32 } from "./move.ts";
import { narrowF32 } from "./narrow.ts";
import { poolF32 } from "./pool.ts";
import { resizeArgmaxF32 } from "./resize-argmax.ts";
import { resizeF32 } from "./resize.ts";
import { unaryF32 } from "./unary.ts";
import { winogradF32 } from "./winograd.ts";

/** Templates of float32 workloads; Winograd first: it matches only where its products are worth the transforms. */
export const floatTemplates: readonly Template[] = [
  winogradF32,
  directF32,
  directBf16,
  directGroupedF32,
  directTransposedF32,
  depthwiseF32,
  poolF32,
  resizeF32,
  resizeArgmaxF32,
  argmaxF32,
  binaryF32,
  unaryF32,
  moveF32,
  narrowF32,
  fillBorderF32,
].map((template) => template as Template<Workload> as Template);
