import type { KernelParameters } from "../../../../src/codegen/index.ts";
import type { FloatEpilogue } from "../../float-workload.ts";
import { floatActivation, floatClamp } from "./float-function.ts";

/** Turns a sum with its bias into the element of y; `residual` is the element to add, ignored where there is none. */
export type EvaluateFloatEpilogue = (sum: number, residual: number) => number;

/** The steps of {@link FloatEpilogue} in float64. */
export function createFloatEpilogue(epilogue: FloatEpilogue, parameters: KernelParameters): EvaluateFloatEpilogue {
  const activate = floatActivation(epilogue.activation, parameters);
  const clamp = floatClamp(epilogue.clamp, parameters);
  if (epilogue.residual === undefined) return (sum) => clamp(activate(sum));
  if (epilogue.residual.after === true) return (sum, residual) => clamp(activate(sum) + residual);
  return (sum, residual) => clamp(activate(sum + residual));
}
