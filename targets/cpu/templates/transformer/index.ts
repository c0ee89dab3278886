import type { Template, Workload } from "../../../../src/schedule/index.ts";
import { attention } from "./attention.ts";
import { normalization } from "./normalization.ts";
import { product } from "./product.ts";
import { softmax } from "./softmax.ts";

/** Templates of what transformers have besides products with constant weights. */
export const transformerTemplates: readonly Template[] = [attention, normalization, product, softmax].map(
  (template) => template as Template<Workload> as Template,
);
