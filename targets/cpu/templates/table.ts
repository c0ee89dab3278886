import type { Assembler, Memory } from "../../../src/codegen/x86/index.ts";
import { cl, createAssembler, ecx, mem, rcx, rdi } from "../../../src/codegen/x86/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import type { TableWorkload } from "../workload.ts";
import { stridedBytes, tableArgument } from "./bytes/constants.ts";
import { emitLoadBytes, emitStoreBytes } from "./bytes/leaves.ts";
import { lookupIn } from "./bytes/lookup.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";
import type { Block } from "./bytes/strided-runs.ts";
import { emitStridedRuns } from "./bytes/strided-runs.ts";

/** Nanoseconds an element, measured on AMD Zen 5 with data in L2. */
const elementNanoseconds = 0.02;

/** Every byte looked up in a table of 256. */
export const table: Template<TableWorkload> = {
  name: "table",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is TableWorkload => workload.op === "table-u8" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: ({ rows, columns, channels }) => rows * columns * channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    const lookup = lookupIn(a, simd, rdi, { kept: 8, free: 1 });
    emitStridedRuns(a, simd, {
      extents: workload,
      operands: [
        { argument: 0, elementBytes: 1, strides: workload.x },
        { argument: 2, elementBytes: 1, strides: workload.y },
      ],
      prepare: () => {
        a.emit("mov", rdi, mem(rdi, { disp: 8 }));
        lookup.prepare();
      },
      body: (block) => {
        if (simd.name === "avx2" && block.groups === 1) {
          emitOneByOne(a, block, block.kind === "single" ? 1 : simd.lanes);
          return;
        }
        emitLoadBytes(a, simd, block, 0, 0);
        lookup.apply(0);
        emitStoreBytes(a, simd, block, 0, 1);
      },
    });
    return finishKernel(a, {
      name: `table ${workload.rows}x${workload.columns}x${workload.channels}`,
      arguments: [
        { name: "x", bytes: stridedBytes(workload, workload.x), access: "read", alignment: 1 },
        tableArgument(),
        { name: "y", bytes: stridedBytes(workload, workload.y), access: "write", alignment: 1 },
      ],
      extent: workload.rows,
      grain: rowGrain(workload.columns * workload.channels * elementNanoseconds),
    });
  },
};

/** A vector look-up takes sixteen steps with AVX2, whatever its width: few bytes are faster one by one. */
function emitOneByOne(a: Assembler, block: Block, count: number): void {
  const at = (operand: number, byte: number): Memory => {
    const { base, index, scale, disp } = block.at(operand);
    return mem(base, { index, scale, disp: disp + byte, bits: 8 });
  };
  for (let byte = 0; byte < count; byte++) {
    a.emit("movzx", ecx, at(0, byte));
    a.emit("movzx", ecx, mem(rdi, { index: rcx, bits: 8 }));
    a.emit("mov", at(1, byte), cl);
  }
}
