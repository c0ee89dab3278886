import type { Assembler, Mnemonic, Register } from "../../../../../src/codegen/x86/index.ts";
import { mem, r12, r13, r14, rsi } from "../../../../../src/codegen/x86/index.ts";
import { emitAdvance, emitLoad, emitStore } from "../vectors.ts";
import type { TileContext, WindowOperation } from "./emit.ts";
import { outputElement, pointers, variables } from "./emit.ts";
import type { WindowPlan } from "./plan.ts";
import { tileInputs } from "./plan.ts";

/** Elements of a window up to which a tile is straight-line code; larger windows, global pools above all, are looped over. */
const mostUnrolled = 64;

/** Results at a time of a looped window: partial ones, so that one addition does not wait for the last. */
const partial = 4;

/** Whether a window is looped over: its tiles have one pixel. */
export function isLooped({ kernel }: { readonly kernel: readonly [number, number] }): boolean {
  return kernel[0] * kernel[1] > mostUnrolled;
}

/**
 * The greatest element, or the mean: sums times a factor of the row and one of the column, which `params` holds, rows
 * first.
 */
export function poolOperation(plan: WindowPlan, kind: "max" | "average"): WindowOperation {
  const { workload, point } = plan;
  const nothing = (): void => undefined;
  const tile = (context: TileContext): void => {
    const combine = kind === "max" ? "vmaxps" : "vaddps";
    if (isLooped(workload.window)) emitLoopedSums(context, combine);
    else emitSums(context, combine);
    emitResults(context, kind);
  };
  if (kind === "max")
    return {
      ...{ prepare: nothing, beginBlock: nothing, beginTile: nothing, nextVector: nothing, nextTile: nothing },
      ...{ nextRow: nothing, tile },
    };
  return {
    ...{ prepare: nothing, beginTile: nothing, nextVector: nothing, tile },
    beginBlock: (a: Assembler) => {
      a.emit("imul", r12, variables.at("begin"), 4 * point.tileRows);
      a.emit("add", r12, pointers.params);
      a.emit("lea", r13, mem(pointers.params, { disp: 4 * workload.rows }));
    },
    nextTile: (a, width) => a.emit("add", r13, 4 * width),
    nextRow: (a) => {
      a.emit("sub", r13, 4 * workload.columns);
      a.emit("add", r12, 4 * point.tileRows);
    },
  };
}

/** Results of all pixels of the tile in the first registers; every input is loaded once. */
function emitSums({ a, plan, width, mask, registers }: TileContext, combine: Mnemonic): void {
  const { workload, point, simd } = plan;
  const started = new Set<Register>();
  const element = registers[point.tileRows * width] as Register;
  for (const input of tileInputs(workload, point.tileRows, width)) {
    const from = mem(pointers.x, { disp: 4 * (input.row * workload.x.row + input.column * workload.x.pixel) });
    emitLoad(a, simd, element, from, mask);
    for (const { row, column } of input.taps) {
      const value = registers[row * width + column] as Register;
      if (started.has(value)) a.emit(combine, value, value, element);
      else a.emit("vmovaps", value, element);
      started.add(value);
    }
  }
}

/** The result of one pixel in the first register, by loops over rows (r14) and columns (rsi) of the window. */
function emitLoopedSums({ a, plan, mask, registers }: TileContext, combine: Mnemonic): void {
  const { workload, simd } = plan;
  const [kh, kw] = workload.window.kernel;
  const column = 4 * workload.window.dilation[1] * workload.x.pixel;
  const row = 4 * workload.window.dilation[0] * workload.x.row;
  const [values, elements] = [registers.slice(0, partial), registers.slice(partial, 2 * partial)];
  for (const value of values) {
    // The first element changes no maximum when it is taken again.
    if (combine === "vmaxps") emitLoad(a, simd, value, mem(pointers.x), mask);
    else a.emit("vxorps", value, value, value);
  }
  const step = (count: number): void => {
    for (let index = 0; index < count; index++) {
      const [value, element] = [values[index], elements[index]] as [Register, Register];
      emitLoad(a, simd, element, mem(pointers.x, { disp: index * column }), mask);
      a.emit(combine, value, value, element);
    }
    a.emit("add", pointers.x, count * column);
  };
  const [rows, columns] = [a.freshLabel("windowRow"), a.freshLabel("windowColumn")];
  a.emit("mov", r14, kh);
  a.bind(rows);
  if (kw >= partial) {
    a.emit("mov", rsi, Math.floor(kw / partial));
    a.bind(columns);
    step(partial);
    a.emit("sub", rsi, 1);
    a.emit("jnz", columns);
  }
  if (kw % partial > 0) step(kw % partial);
  emitAdvance(a, pointers.x, row - kw * column);
  a.emit("sub", r14, 1);
  a.emit("jnz", rows);
  a.emit("sub", pointers.x, kh * row);
  const [first, second, third, fourth] = values as [Register, Register, Register, Register];
  a.emit(combine, first, first, second);
  a.emit(combine, third, third, fourth);
  a.emit(combine, first, first, third);
}

function emitResults({ a, plan, width, mask, registers }: TileContext, kind: "max" | "average"): void {
  const { workload, point, simd } = plan;
  const [rowFactor, factor] = registers.slice(point.tileRows * width) as [Register, Register];
  for (let row = 0; row < point.tileRows; row++) {
    if (kind === "average") a.emit("vbroadcastss", rowFactor, mem(pointers.own[0], { disp: 4 * row }));
    for (let column = 0; column < width; column++) {
      const value = registers[row * width + column] as Register;
      if (kind === "average") {
        a.emit("vbroadcastss", factor, mem(pointers.own[1], { disp: 4 * column }));
        a.emit("vmulps", factor, factor, rowFactor);
        a.emit("vmulps", value, value, factor);
      }
      emitStore(a, simd, outputElement(pointers.y, workload.y, [row, column]), value, mask);
    }
  }
}
