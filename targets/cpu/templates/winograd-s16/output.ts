import type { Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { k, mem, rax, rcx, zmm } from "../../../../src/codegen/x86/index.ts";
import type { ConvWorkload, Strides } from "../../workload.ts";
import type { Address, EpilogueRegisters } from "../epilogue/epilogue-context.ts";
import { epilogueRegisters } from "../epilogue/epilogue-context.ts";
import { createEpilogueEmitter } from "../epilogue/emit-epilogue.ts";
import type { EpilogueEmitter } from "../epilogue/emit-epilogue.ts";
import type { VectorIsa } from "../epilogue/vector-isa.ts";
import { simd } from "../winograd/extension.ts";
import type { Emission } from "../winograd/frame.ts";
import { slot } from "../winograd/frame.ts";
import type { EmitVector } from "../winograd/output.ts";
import { emitOutputRows, outputPointers } from "../winograd/output.ts";
import type { TileExtent } from "../winograd/tile-walk.ts";
import { transformOf } from "../winograd/transform.ts";

const { lanes } = simd;

/** Vector registers that the output transform leaves to the epilogue. */
const freeRegisters = 5;

/** Whether the epilogue gets along with the registers there are. */
export function hasRegistersFor({ epilogue }: ConvWorkload, isa: VectorIsa): boolean {
  return epilogueRegisters({ epilogue, isa, order: "natural" }) <= freeRegisters;
}

/** Bytes of the argument `bias`: int32 bias and float32 multipliers, for whole vectors each. */
export function biasBytes(outputs: number): { readonly half: number; readonly all: number } {
  const half = 4 * Math.ceil(outputs / lanes) * lanes;
  return { half, all: 2 * half };
}

/** Scales sums, transforms them in float32, and finishes them to uint8. */
export function integerOutput(emission: Emission, workload: ConvWorkload, isa: VectorIsa): EmitVector {
  const { a } = emission;
  const rest = workload.outputs % lanes;
  return (extent, label) => {
    if (rest > 0) {
      a.emit("cmp", rcx, 1);
      a.emit("jne", a.label(`${label}.full`));
      a.emit("mov", rax, slot("lastMask"));
      a.emit("cmp", rax, 0xffff);
      a.emit("je", a.label(`${label}.full`));
      emitVector(emission, workload, isa, extent, rest);
      a.emit("jmp", a.label(`${label}.finished`));
      a.bind(`${label}.full`);
    }
    emitVector(emission, workload, isa, extent, lanes);
    if (rest > 0) a.bind(`${label}.finished`);
  };
}

function emitVector(
  { a, plan }: Emission,
  workload: ConvWorkload,
  isa: VectorIsa,
  extent: TileExtent,
  channels: number,
): void {
  const { sums, size, point } = plan;
  const { y, outputs, epilogue } = workload;
  const { residual } = epilogue;
  const { bias, scales, params, table } = outputPointers;
  const place = (base: Register, { row, pixel }: Strides, i: number, j: number): Address => ({
    ...{ base, displacement: i * row + j * pixel },
  });
  const sum = (row: number, column: number): Memory =>
    mem(outputPointers.sums, { disp: (row * size + column) * sums.point });
  let finisher: EpilogueEmitter | undefined;
  emitOutputRows(a, {
    simd,
    transform: transformOf(point.tile, simd),
    rows: extent.rows,
    place: sum,
    load: (value, row, column) => {
      a.emit("vmovaps", value, sum(row, column));
      a.emit("vmulps", value, value, mem(scales, { disp: 4 * (row * size + column) * outputs }));
      // The point (1, 1) counts once in every output.
      if (row !== 1 || column !== 1 || !workload.bias) return;
      const added = zmm(28);
      a.emit("vcvtdq2ps", added, mem(bias));
      a.emit("vfmadd231ps", value, added, mem(bias, { disp: biasBytes(outputs).half }));
    },
    ready: (free) => {
      const registers: EpilogueRegisters = {
        ...{ params, table, vectors: free.slice(0, freeRegisters), scalar: rax },
        masks: { store: k(1), lookup: k(2) },
      };
      finisher = createEpilogueEmitter({ isa, epilogue, order: "natural", registers });
      finisher.load(a);
    },
    finish: (row, values) => {
      const accumulators = values.slice(0, extent.columns);
      const segments = accumulators.map((_, column) => ({
        ...{ first: column, channels, y: place(outputPointers.y, y, row, column) },
        residual: residual === undefined ? undefined : place(outputPointers.residual, residual, row, column),
      }));
      finisher?.finish(a, [{ accumulators, multipliers: undefined, segments }]);
    },
  });
}
