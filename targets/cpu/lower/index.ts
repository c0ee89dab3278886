export type { IntegerGraph } from "./match.ts";
export { matchIntegerGraph } from "./match.ts";
export type { LoweredRegion } from "./lower-nodes.ts";
export { coveredNodes, lowerNodes } from "./lower-nodes.ts";
export { LoweringRefusal } from "./refusal.ts";
export type { LoweredStep, Operand } from "./step.ts";
export { sampleShape } from "./quantized-values.ts";
