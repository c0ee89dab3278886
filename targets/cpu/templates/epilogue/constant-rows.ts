import type { KernelArgument, KernelParameters } from "../../../../src/codegen/index.ts";
import { addConstants, mulRatio } from "../../reference/quantize.ts";
import { numberOf, quantizationOf } from "../../reference/parameters.ts";
import type { Epilogue } from "../../workload.ts";
import type { GeluRow } from "./gelu-rows.ts";
import { geluConstant, geluRows } from "./gelu-rows.ts";
import type { VectorIsa } from "./vector-isa.ts";

/** Bytes of a row: one value repeated over the widest vector. */
const rowBytes = 64;

/** From here to 2^24, and as far below, neighbouring float32 numbers differ by one. */
const magic = 1.5 * 2 ** 23;

/** Constants of an epilogue, each a vector of one repeated value; `order` is an index vector of `vpermd`. */
export type ConstantRow =
  /** The scale that float32 results are divided by. */
  | "divisor"
  /** 2^30 as float32: where sums are cut off before they are rounded to int32. */
  | "limit"
  /** Zero point of the requantized sum, int16. */
  | "zero16"
  /** Bounds of the requantized sum, uint8. */
  | "floor"
  | "ceiling"
  /** 1.5 * 2^23: a float32 sum with it is rounded to a whole number. */
  | "magic"
  /**
   * The same plus the bounds of the sum without its zero point; what is taken off again: less the zero point, so that it
   * comes back, where a residual is added.
   */
  | "lowest"
  | "highest"
  | "shift"
  /** float32 factors and constant term of the residual sum. */
  | "valueRatio"
  | "residualRatio"
  | "fixed"
  /** float32 zero points of the looked-up value and of its factor, factor and zero point of their product. */
  | "valueZero"
  | "factorZero"
  | "productRatio"
  | "productZero"
  /** Bounds of the residual sum, or product, uint8. */
  | "outFloor"
  | "outCeiling"
  /** 16 and 0x70 as bytes, for look-ups by `vpshufb`. */
  | "sixteen"
  | "outside"
  | "order"
  | GeluRow;

/** The rows that an epilogue reads, in the order they are stored in. */
export function constantRows(epilogue: Epilogue, isa: VectorIsa): readonly ConstantRow[] {
  const { out, table, residual, saturates, divides } = epilogue;
  const activation = epilogue.activation === undefined ? [] : geluRows;
  if (out !== "u8") return activation;
  const clamped = saturates === true ? [] : (["limit", "floor", "ceiling"] as const);
  const direct = residual !== undefined && !table;
  return [
    "order",
    ...activation,
    ...(divides === true ? (["divisor"] as const) : []),
    ...(direct ? (["magic", "lowest", "highest", "shift"] as const) : (["zero16", ...clamped] as const)),
    ...(residual === undefined ? [] : ([...combinationRows(epilogue), "outFloor", "outCeiling"] as const)),
    ...(table && isa.lanes === 8 ? (["sixteen", "outside"] as const) : []),
  ];
}

function combinationRows({ residual, table }: Epilogue): readonly ConstantRow[] {
  if (residual?.multiplies !== true) return ["fixed", "valueRatio", "residualRatio"];
  return [...(table ? (["valueZero"] as const) : []), "factorZero", "productRatio", "productZero"];
}

/** Byte offset of a row from the pointer `params`. */
export function rowOffset(rows: readonly ConstantRow[], row: ConstantRow): number {
  const index = rows.indexOf(row);
  if (index < 0) throw new Error(`the epilogue has no constant ${row}`);
  return index * rowBytes;
}

/** The argument `params`: one row after the other. Absent where no constant is needed. */
export function paramsArgument(epilogue: Epilogue, isa: VectorIsa): KernelArgument | undefined {
  const rows = constantRows(epilogue, isa);
  if (rows.length === 0) return undefined;
  return {
    name: "params",
    bytes: rows.length * rowBytes,
    access: "read",
    alignment: 64,
    packs: (parameters) => {
      if (epilogue.saturates === true && (numberOf(parameters, "lo") !== 0 || numberOf(parameters, "hi") !== 255))
        throw new Error("an epilogue that only saturates has bounds");
      const bytes = new Uint8Array(rows.length * rowBytes);
      rows.forEach((row, index) => {
        bytes.set(rowContent(row, epilogue, isa, parameters), index * rowBytes);
      });
      return [{ kind: "literal", targetOffset: 0, bytes }];
    },
  };
}

function rowContent(row: ConstantRow, epilogue: Epilogue, isa: VectorIsa, parameters: KernelParameters): Uint8Array {
  const number = (name: string): number => numberOf(parameters, name);
  switch (row) {
    case "divisor":
      return floats(number("yScale"));
    case "limit":
      return floats(2 ** 30);
    case "magic":
      return floats(magic);
    case "lowest":
      return floats(magic + number("lo") - number("yZero"));
    case "highest":
      return floats(magic + number("hi") - number("yZero"));
    case "shift":
      return floats(epilogue.residual?.multiplies === true ? magic : magic - number("yZero"));
    case "zero16":
      return new Uint8Array(new Int16Array(rowBytes / 2).fill(number("yZero")).buffer);
    case "floor":
      return filled(number("lo"));
    case "ceiling":
      return filled(number("hi"));
    case "outFloor":
      return filled(number("outLo"));
    case "outCeiling":
      return filled(number("outHi"));
    case "sixteen":
      return filled(16);
    case "outside":
      return filled(0x70);
    case "order":
      return new Uint8Array(Int32Array.from({ length: rowBytes / 4 }, (_, i) => packedPosition(i, isa)).buffer);
    case "fixed":
    case "valueRatio":
    case "residualRatio":
      return floats(residualConstants(epilogue, parameters)[row]);
    case "valueZero":
      return floats(number("tableZero"));
    case "factorZero":
      return floats(number("residualZero"));
    case "productZero":
      return floats(number("outZero"));
    case "productRatio":
      return floats(productRatio(epilogue, parameters));
    default:
      return floats(geluConstant(row, epilogue.activation ?? "gelu", epilogue.out === "u8" ? number("yScale") : 1));
  }
}

/**
 * Where group i of four elements stands after the accumulators were packed: `vpackssdw` and `vpackuswb` work within
 * 128-bit lanes, so lane l holds four elements of each of the four accumulators.
 */
function packedPosition(i: number, isa: VectorIsa): number {
  const lanes = isa.lanes / 4;
  return 4 * (i % lanes) + Math.floor(i / lanes);
}

function residualConstants(
  epilogue: Epilogue,
  parameters: KernelParameters,
): { fixed: number; valueRatio: number; residualRatio: number } {
  const value = quantizationOf(parameters, epilogue.table ? "table" : "y");
  const residual = quantizationOf(parameters, "residual");
  const y = quantizationOf(parameters, "out");
  if (epilogue.residual?.first === true) {
    const { fixed, aRatio, bRatio } = addConstants({ a: residual, b: value, y });
    return { fixed, valueRatio: bRatio, residualRatio: aRatio };
  }
  const { fixed, aRatio, bRatio } = addConstants({ a: value, b: residual, y });
  return { fixed, valueRatio: aRatio, residualRatio: bRatio };
}

function productRatio(epilogue: Epilogue, parameters: KernelParameters): number {
  const [a, b] = [quantizationOf(parameters, epilogue.table ? "table" : "y"), quantizationOf(parameters, "residual")];
  return mulRatio({ a, b, y: quantizationOf(parameters, "out") });
}

function floats(value: number): Uint8Array {
  return new Uint8Array(new Float32Array(rowBytes / 4).fill(value).buffer);
}

function filled(value: number): Uint8Array {
  return new Uint8Array(rowBytes).fill(value);
}
