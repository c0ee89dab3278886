import type { Tensor } from "../../../ir/index.ts";
import { floatAttr, intsAttr, stringAttr } from "../../../ir/index.ts";
import { domainOf } from "../../numeric/decode.ts";
import { encodeReals } from "../../numeric/encode.ts";
import { normalizeAxis } from "../../numeric/shape.ts";
import { takeElements } from "../../numeric/take.ts";
import { integersInput, optionalTensorInput, tensorInput } from "../../operands.ts";
import type { OpCall, ReferenceOp } from "../../types.ts";
import { tablePositions } from "./table-positions.ts";

/**
 * Pad: adds, or removes where a pad is negative, elements at the ends of axes. Pads and value are attributes before
 * opset 11 and inputs since; axes came with 18, wrap with 19. Removing comes before the border is extended.
 */
export const pad: ReferenceOp = {
  domain: "",
  name: "Pad",
  run(call) {
    const data = tensorInput(call, 0);
    const { shape } = data;
    const given = integersInput(call, 1) ?? intsAttr(call.node, "pads", []);
    const axes = integersInput(call, 3) ?? shape.map((_, axis) => axis);
    if (given.length !== 2 * axes.length) throw new RangeError(`Pad: ${given.length} pads for ${axes.length} axes`);
    const mode = stringAttr(call.node, "mode", "constant");
    const tables = shape.map((dim) => Array.from({ length: dim }, (_, i) => i));
    axes.forEach((named, i) => {
      const axis = normalizeAxis(named, shape.length);
      tables[axis] = paddedTable(shape[axis] as number, given[i] as number, given[i + axes.length] as number, mode);
    });
    const padded = tables.map((table) => table.length);
    return [takeElements(data, padded, tablePositions(shape, tables), fillOf(call, data))];
  },
};

function fillOf(call: OpCall, data: Tensor): Tensor | undefined {
  const input = optionalTensorInput(call, 2);
  if (input !== undefined) return input;
  const value = floatAttr(call.node, "value");
  return value === undefined || domainOf(data.dtype) !== "real" ? undefined : encodeReals(data.dtype, [1], [value]);
}

/** The source coordinate of each padded coordinate on one axis; -1 where the constant stands. */
function paddedTable(dim: number, before: number, after: number, mode: string): number[] {
  const first = Math.max(0, -before);
  const kept = Math.max(0, dim - first - Math.max(0, -after));
  const length = Math.max(0, kept + Math.max(0, before) + Math.max(0, after));
  const border = borders[mode];
  if (border === undefined) throw new RangeError(`Pad: no mode "${mode}"`);
  return Array.from({ length }, (_, i) => {
    const at = i - Math.max(0, before);
    if (at >= 0 && at < kept) return first + at;
    if (mode === "constant") return -1;
    if (kept === 0) throw new RangeError(`Pad: nothing to ${mode} in an empty dimension`);
    return first + border(at, kept);
  });
}

const modulo = (value: number, period: number): number => ((value % period) + period) % period;

/** Where a coordinate outside [0, length) reads from. */
const borders: Readonly<Record<string, (at: number, length: number) => number>> = {
  constant: () => -1,
  edge: (at, length) => (at < 0 ? 0 : length - 1),
  wrap: modulo,
  reflect(at, length) {
    if (length === 1) return 0;
    const folded = modulo(at, 2 * (length - 1));
    return folded < length ? folded : 2 * (length - 1) - folded;
  },
};
