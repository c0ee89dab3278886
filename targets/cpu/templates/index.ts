import type { Template, Workload } from "../../../src/schedule/index.ts";
import { binary } from "./binary.ts";
import { depthwise } from "./depthwise.ts";
import { fillBorder } from "./fill-border.ts";
import { floatTemplates } from "./float/index.ts";
import { igemm, igemmActivation, igemmGrouped, igemmTransposed } from "./igemm.ts";
import { pool } from "./pool.ts";
import { resize } from "./resize.ts";
import { table } from "./table.ts";
import { transfer } from "./transfer.ts";
import { transformerTemplates } from "./transformer/index.ts";
import { winogradS16 } from "./winograd-s16.ts";

/** All templates; where several match a workload, the first one's seed is used without a search. */
export const templates: readonly Template[] = [
  ...[
    igemm,
    winogradS16,
    igemmActivation,
    igemmGrouped,
    igemmTransposed,
    depthwise,
    pool,
    binary,
    table,
    transfer,
    fillBorder,
    resize,
  ].map((template) => template as Template<Workload> as Template),
  ...floatTemplates,
  ...transformerTemplates,
];
