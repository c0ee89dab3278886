import type { Tensor } from "./tensor.ts";
import { bigintsOf, numbersOf, stringsOf } from "./tensor.ts";
import { dtypes, isFloat, isInteger } from "./dtype.ts";
import { shortestFloat32 } from "./float.ts";

/** A name as the text form writes it: bare where its characters allow, else as a JSON string. */
export function printName(name: string): string {
  return /^[A-Za-z0-9_./-]+$/.test(name) ? name : JSON.stringify(name);
}

/** A number of the given type as text: `0.1`, `-0`, `inf`, `nan`; float32 in the fewest digits that read back the same. */
function printNumber(value: number, dtype: string = "float32"): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0";
  return dtype === "float32" ? shortestFloat32(value) : String(value);
}

/** A float attribute: like a number, but never to be taken for an integer. */
export function printFloat(value: number): string {
  const text = printNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/**
 * The content of a tensor: `2` for a scalar, `[1, 2]` row-major for any other rank, strings in quotes; types whose
 * elements are no plain numbers as `hex"…"`.
 */
export function printElements(tensor: Tensor): string {
  const items = elements(tensor);
  if (items === undefined) return `hex"${Buffer.from(tensor.bytes()).toString("hex")}"`;
  return tensor.shape.length === 0 ? (items[0] as string) : `[${items.join(", ")}]`;
}

function elements(tensor: Tensor): string[] | undefined {
  const { dtype } = tensor;
  if (dtype === "string") return stringsOf(tensor).map((text) => JSON.stringify(text));
  if (dtypes[dtype].kind === "complex" || (isFloat(dtype) && dtypes[dtype].bits < 16)) return undefined;
  if (isInteger(dtype)) return bigintsOf(tensor).map(String);
  return Array.from(numbersOf(tensor), (value) => printNumber(value, dtype));
}
