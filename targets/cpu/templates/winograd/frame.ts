import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { stackVariables } from "../kernel-frame.ts";
import type { WinogradPlan } from "./plan.ts";

/** Variables of the outer loops. */
export const variables = stackVariables([
  "x",
  "y",
  "residual",
  "weights",
  "bias",
  "scales",
  "scratch",
  "tileBlock",
  "tileBlocksEnd",
  "blocksBegin",
  "block",
  "blocksEnd",
  "firstRow",
  "firstColumn",
  "tiles",
  "yBlock",
  "residualBlock",
  "weightsBlock",
  "biasBlock",
  "scalesBlock",
  "vectors",
  "lastMask",
  "point",
]);

/** A variable of the outer loops. */
export type Variable = Parameters<typeof variables.at>[0];

/** What the parts of a Winograd kernel are emitted with. */
export interface Emission {
  readonly a: Assembler;
  readonly plan: WinogradPlan;
}

/** The stack slot of a variable. */
export const slot = variables.at;
