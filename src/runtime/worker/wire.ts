import { fail } from "../../diagnostics/index.ts";
import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { DType, RuntimeValue } from "../../ir/index.ts";
import { isTensor, tensorFromBytes, tensorFromStrings } from "../../ir/index.ts";

/** A tensor as it crosses between processes. */
export type WireTensor =
  | { readonly dtype: DType; readonly shape: readonly number[]; readonly bytes: Uint8Array }
  | { readonly dtype: "string"; readonly shape: readonly number[]; readonly strings: readonly Uint8Array[] };

/** Values by name as they cross between processes. */
export type WireValues = readonly (readonly [string, WireTensor])[];

/** A message tells its length in 31 bits; past them the reader loses its place, and ends. */
const mostMessageBytes = 2 ** 31 - 2 ** 20;

/** Packs values for the other process; throws TypeError for anything but tensors, IO0703 for more than a message holds. */
export function toWire(values: ReadonlyMap<string, RuntimeValue>, mostBytes = mostMessageBytes): WireValues {
  const bytes = [...values.values()].reduce((sum, value) => sum + (isTensor(value) ? value.byteLength : 0), 0);
  if (bytes > mostBytes)
    fail(
      runtimeDiagnostics.runFailed({
        detail: `its tensors take ${bytes} bytes, and at most ${mostBytes} pass between processes`,
      }),
    );
  return [...values].map(([name, value]) => {
    if (!isTensor(value)) throw new TypeError(`"${name}" is a ${value.kind}: only tensors pass between processes`);
    if (value.stringBytes !== undefined)
      return [name, { dtype: "string", shape: value.shape, strings: value.stringBytes }];
    return [name, { dtype: value.dtype, shape: value.shape, bytes: value.bytes() }];
  });
}

/** Unpacks values from the other process. */
export function fromWire(values: WireValues): Map<string, RuntimeValue> {
  return new Map(
    values.map(([name, tensor]) => [
      name,
      "strings" in tensor
        ? tensorFromStrings(tensor.shape, tensor.strings)
        : tensorFromBytes(tensor.dtype, tensor.shape, aligned(tensor.bytes)),
    ]),
  );
}

/** The bytes where elements of any type may begin: a message's arrays lie in it at whatever offset they come to. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}
