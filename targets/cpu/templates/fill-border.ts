import type { Assembler } from "../../../src/codegen/x86/index.ts";
import { createAssembler, mem, r8, r9, rax, rcx, rdi, rdx, rsi } from "../../../src/codegen/x86/index.ts";
import type { Template } from "../../../src/schedule/template.ts";
import { numberOf } from "../reference/parameters.ts";
import type { BorderWorkload } from "../workload.ts";
import { paramsArgument, stridedBytes } from "./bytes/constants.ts";
import { finishKernel } from "./bytes/finish-kernel.ts";
import { onlyPoint, rowGrain } from "./bytes/points.ts";
import type { Simd } from "./bytes/simd.ts";
import { requireSimd, simdOf } from "./bytes/simd.ts";
import { emitPieces, emitStorePiece } from "./bytes/static-run.ts";

/** Nanoseconds an element, measured on AMD Zen 5 with data in L2. */
const elementNanoseconds = 0.02;

/** Fills the halo of a channels-last buffer with one byte. */
export const fillBorder: Template<BorderWorkload> = {
  name: "fill-border",
  version: 1,
  correctness: "exact",
  matches: (workload, device): workload is BorderWorkload =>
    workload.op === "fill-border" && simdOf(device) !== undefined,
  space: () => onlyPoint,
  seed: () => ({}),
  cost: (workload) => borderPixels(workload) * workload.channels * elementNanoseconds,
  emit: (workload, _point, device) => {
    const simd = requireSimd(device);
    const a = createAssembler();
    emitFillBorder(a, simd, workload);
    const { rows, columns } = haloExtent(workload);
    const { channels } = workload;
    return finishKernel(a, {
      name: `fill-border ${rows}x${columns}x${channels}`,
      arguments: [
        paramsArgument(1, (parameters) => [{ byte: numberOf(parameters, "value") }]),
        { name: "y", bytes: stridedBytes({ rows, columns, channels }, workload.y), access: "write", alignment: 1 },
      ],
      extent: rows,
      grain: rowGrain((borderPixels(workload) * channels * elementNanoseconds) / rows),
    });
  },
};

/** An interior and the halo round it. */
export type Halo = Omit<BorderWorkload, "op">;

/** Rows and columns of a buffer with its halo. */
export function haloExtent({ rows, columns, pads }: Halo): { readonly rows: number; readonly columns: number } {
  const [top, left, bottom, right] = pads;
  return { rows: top + rows + bottom, columns: left + columns + right };
}

/** Pixels of the halo. */
export function borderPixels(workload: Halo): number {
  const halo = haloExtent(workload);
  return halo.rows * halo.columns - workload.rows * workload.columns;
}

/** Emits the whole kernel: the dword that `params` begins with, repeated over the halo; channels and strides in bytes. */
export function emitFillBorder(a: Assembler, simd: Simd, workload: Halo): void {
  const [top, left, , right] = workload.pads;
  const halo = haloExtent(workload);
  const fill = (column: number, columns: number, label: string): void =>
    emitFillPixels(a, simd, workload, column, columns, label);
  a.emit("mov", rax, mem(rdi));
  a.emit("vpbroadcastd", simd.vector(0), mem(rax));
  a.emit("mov", r8, mem(rdi, { disp: 8 }));
  a.emit("imul", rax, rsi, workload.y.row);
  a.emit("add", r8, rax);
  a.emit("cmp", rsi, rdx);
  a.emit("jae", a.label("done"));
  a.bind("row");
  // As an unsigned number, rows above the interior are beyond its last row too.
  a.emit("lea", rax, mem(rsi, { disp: -top }));
  a.emit("cmp", rax, workload.rows);
  a.emit("jae", a.label("whole"));
  fill(0, left, "left");
  fill(left + workload.columns, right, "right");
  a.emit("jmp", a.label("next"));
  a.bind("whole");
  fill(0, halo.columns, "all");
  a.bind("next");
  a.emit("add", r8, workload.y.row);
  a.emit("inc", rsi);
  a.emit("cmp", rsi, rdx);
  a.emit("jb", a.label("row"));
  a.bind("done");
  a.emit("vzeroupper");
  a.emit("ret");
}

/** Pixels of the row at r8, from a column on. */
function emitFillPixels(
  a: Assembler,
  simd: Simd,
  { channels, y }: Halo,
  column: number,
  columns: number,
  label: string,
): void {
  if (columns === 0) return;
  const joined = y.pixel === channels ? columns * channels : channels;
  const count = (columns * channels) / joined;
  a.emit("lea", r9, mem(r8, { disp: column * y.pixel }));
  if (count > 1) {
    a.emit("mov", rcx, count);
    a.bind(`${label}_pixel`);
  }
  emitPieces(a, simd, joined, `${label}_run`, (piece, at) => emitStorePiece(a, 0, piece.bytes, at(r9)));
  if (count > 1) {
    a.emit("add", r9, y.pixel);
    a.emit("dec", rcx);
    a.emit("jnz", a.label(`${label}_pixel`));
  }
}
