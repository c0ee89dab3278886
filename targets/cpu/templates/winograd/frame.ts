import type { Assembler, Memory } from "../../../../src/codegen/x86/index.ts";
import { mem, rsp } from "../../../../src/codegen/x86/index.ts";
import type { WinogradPlan } from "./plan.ts";

/** Variables of the outer loops, eight bytes each on the stack. */
export const variables = [
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
] as const;

/** A variable of the outer loops. */
export type Variable = (typeof variables)[number];

/** What the parts of a Winograd kernel are emitted with. */
export interface Emission {
  readonly a: Assembler;
  readonly plan: WinogradPlan;
}

/** The stack slot of a variable. */
export function slot(variable: Variable): Memory {
  return mem(rsp, { disp: 8 * variables.indexOf(variable), bits: 64 });
}
