import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import { tableOf } from "../../reference/parameters.ts";

/** One 32-bit constant of a kernel's `params`: a float32, an int32, or a byte repeated four times. */
export type Constant = { readonly float: number } | { readonly int: number } | { readonly byte: number };

/** The bytes of constants, one after the other. */
function constantBytes(constants: readonly Constant[]): Uint8Array {
  const bytes = new Uint8Array(4 * constants.length);
  const view = new DataView(bytes.buffer);
  for (const [i, constant] of constants.entries()) {
    if ("float" in constant) view.setFloat32(4 * i, constant.float, true);
    else if ("int" in constant) view.setInt32(4 * i, constant.int, true);
    else bytes.fill(constant.byte, 4 * i, 4 * i + 4);
  }
  return bytes;
}

/** The argument `params`: `count` constants made of the parameters of the place. */
export function paramsArgument(
  count: number,
  constants: (parameters: KernelParameters) => readonly Constant[],
): KernelArgument {
  return {
    name: "params",
    bytes: 4 * count,
    access: "read",
    alignment: 4,
    packs: (parameters) => {
      const values = constants(parameters);
      if (values.length !== count) throw new Error(`a kernel takes ${count} constants, not ${values.length}`);
      return [{ kind: "literal", targetOffset: 0, bytes: constantBytes(values) }];
    },
  };
}

/** The argument `table`: the 256 bytes of the place's table. */
export function tableArgument(): KernelArgument {
  return {
    name: "table",
    bytes: 256,
    access: "read",
    alignment: 64,
    packs: (parameters) => [{ kind: "literal", targetOffset: 0, bytes: tableOf(parameters) }],
  };
}

/** Bytes from the first element of a strided tensor to its last, those included. */
export function stridedBytes(
  extents: { readonly rows: number; readonly columns: number; readonly channels: number },
  strides: { readonly row: number; readonly pixel: number },
  elementBytes = 1,
): number {
  const last = (extents.rows - 1) * strides.row + (extents.columns - 1) * strides.pixel + extents.channels;
  return last * elementBytes;
}
