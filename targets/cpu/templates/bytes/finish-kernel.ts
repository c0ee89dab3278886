import type { Kernel } from "../../../../src/codegen/index.ts";
import type { Assembler } from "../../../../src/codegen/x86/index.ts";
import { encode, listing, requiredFeatures } from "../../../../src/codegen/x86/index.ts";

/** What a template says of a kernel besides its instructions. */
export type KernelFacts = Pick<Kernel, "name" | "arguments" | "extent" | "grain"> & { readonly scratchBytes?: number };

/** The kernel of an instruction list that ends with its return. */
export function finishKernel(a: Assembler, { scratchBytes = 0, ...facts }: KernelFacts): Kernel {
  const items = a.items();
  return {
    ...facts,
    scratchBytes,
    code: encode(items),
    listing: () => listing(items),
    features: requiredFeatures(items),
  };
}
