import type { KernelParameters } from "../../../src/codegen/index.ts";
import type { Quantization } from "./quantize.ts";

/** A number that must be there. */
export function numberOf(parameters: KernelParameters, name: string): number {
  const value = parameters.numbers[name];
  if (value === undefined) throw new Error(`the parameters of a kernel lack the number ${name}`);
  return value;
}

/** The numbers `<prefix>Scale` and `<prefix>Zero`, or `scale` and `zero` without a prefix. */
export function quantizationOf(parameters: KernelParameters, prefix = ""): Quantization {
  const [scale, zero] = prefix === "" ? ["scale", "zero"] : [`${prefix}Scale`, `${prefix}Zero`];
  return { scale: numberOf(parameters, scale), zero: numberOf(parameters, zero) };
}

/** The 256 bytes of table `table`. */
export function tableOf(parameters: KernelParameters): Uint8Array {
  const table = parameters.tables["table"];
  if (table?.length !== 256) throw new Error("the parameters of a kernel lack a table of 256 bytes");
  return table;
}

/** The int32 biases of table `bias`, as bytes. */
export function biasesOf(parameters: KernelParameters): Uint8Array {
  const table = parameters.tables["bias"];
  if (table === undefined) throw new Error("the parameters of a kernel lack biases");
  return table;
}
