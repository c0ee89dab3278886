import { createHash } from "node:crypto";
import type { Kernel } from "../../src/codegen/index.ts";

/**
 * What the tuner handles in place of machine code where a candidate is a whole model in ONNX Runtime: its `code` is the
 * digest of all that the model and its session follow from, so candidates that make the same model are one.
 */
export function formKernel(name: string, identity: string): Kernel {
  return {
    name,
    code: createHash("sha256").update(identity).digest(),
    listing: () => identity,
    features: [],
    arguments: [],
    extent: 1,
    grain: 1,
    scratchBytes: 0,
  };
}

/** The digest of such a kernel as text. */
export function formCode({ code }: Kernel): string {
  return Buffer.from(code).toString("hex");
}
