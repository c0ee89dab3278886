import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import type { Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";

/** Bytes of a constant: one number repeated over the widest vector, so that it can be an operand. */
const rowBytes = 64;

/** A float32, or an int32; or the 64 bytes of a vector. */
export type Constant = number | { readonly int32: number } | Uint8Array;

/** Constants by name, from the parameters of the place a kernel is used in. */
export interface VectorConstants<Name extends string> {
  /** The argument `params`. */
  readonly argument: KernelArgument;
  /** A constant as a full vector in memory. */
  at(params: Register, name: Name): Memory;
}

/** The argument `params` as one vector a constant. */
export function vectorConstants<Name extends string>(
  names: readonly Name[],
  values: (parameters: KernelParameters) => Readonly<Record<Name, Constant>>,
): VectorConstants<Name> {
  return {
    argument: {
      ...{ name: "params", bytes: rowBytes * names.length, access: "read", alignment: 64 },
      packs: (parameters) => {
        const constants = values(parameters);
        const bytes = new Uint8Array(rowBytes * names.length);
        const view = new DataView(bytes.buffer);
        for (const [row, name] of names.entries())
          for (let at = row * rowBytes; at < (row + 1) * rowBytes; at += 4) {
            const constant = constants[name];
            if (constant instanceof Uint8Array) bytes.set(constant.subarray(at % rowBytes, (at % rowBytes) + 4), at);
            else if (typeof constant === "number") view.setFloat32(at, constant, true);
            else view.setInt32(at, constant.int32, true);
          }
        return [{ kind: "literal", targetOffset: 0, bytes }];
      },
    },
    at: (params, name) => mem(params, { disp: rowBytes * names.indexOf(name) }),
  };
}
