import type { Template, Workload } from "../../../../src/schedule/index.ts";
import { attention } from "./attention.ts";
import { normalization } from "./normalization.ts";

/** Templates of what transformers have besides products with constant weights. */
export const transformerTemplates: readonly Template[] = [attention, normalization].map(
  (template) => template as Template<Workload> as Template,
);
