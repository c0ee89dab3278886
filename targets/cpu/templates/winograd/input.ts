import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { mem, r10, r11, r8, r9, rax, rcx } from "../../../../src/codegen/x86/index.ts";
import { vectorBytes } from "../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { slot } from "./frame.ts";
import { emitAllLanes, emitLastLanes, laneBits, laneMaskOf } from "./lane-mask.ts";
import type { TileExtent } from "./tile-walk.ts";
import { emitTileWalk } from "./tile-walk.ts";
import type { LoadElement, PlaceOf, TakeRow } from "./transform.ts";

/** The transform of input tiles, over one vector of channels. */
export interface InputTransform {
  /** Loads constants, which stay in registers. */
  prepare(a: Assembler): void;
  /**
   * Transforms the columns of a tile and hands over row after row, not yet transformed along the row. `place` is where
   * points will stand: memory to keep what does not fit in registers.
   */
  rows(a: Assembler, load: LoadElement, take: TakeRow, place: PlaceOf): void;
  /** Transforms a row of a tile in place; returns the registers in the order of the points. */
  row(a: Assembler, row: number, values: readonly Register[], temporaries: readonly Register[]): readonly Register[];
  /** Loads elements; with a mask only its channels, the others zero. */
  load(a: Assembler, to: Register, from: Memory, mask: Register | undefined): void;
  /** Sets what lies beyond the input, and counts in no output that exists. */
  clear(a: Assembler, to: Register): void;
}

/** Transforms the input tiles of a block into the scratch memory. */
export function emitInputTransform(emission: Emission, transform: InputTransform): void {
  const { a, plan } = emission;
  const { workload, inputs, point, arithmetic } = plan;
  transform.prepare(a);
  a.emit("mov", r9, slot("scratch"));
  const bytes = arithmetic.elementBytes.x * point.tile;
  const pointer = {
    ...{ register: r8, start: slot("x") },
    ...{ column: bytes * workload.x.pixel, row: bytes * workload.x.row },
  };
  emitTileWalk(emission, "input", [pointer], (extent, label) => {
    emitTile(emission, transform, extent, label);
    a.emit("add", r9, inputs.tile);
  });
}

/** All channels of the tile at r8 to r9. */
function emitTile({ a, plan }: Emission, transform: InputTransform, extent: TileExtent, label: string): void {
  const { workload, inputs, arithmetic, size } = plan;
  const { elementBytes, stepInputs, simd } = arithmetic;
  const channels = simd.lanes * stepInputs;
  const rest = workload.inputs % channels;
  const reach = { rows: extent.rows + 2, columns: extent.columns + 2 };
  a.emit("mov", r10, r8);
  a.emit("mov", r11, r9);
  const channelMask = laneMaskOf(simd);
  if (rest > 0) emitAllLanes(a, simd, "kxnorq");
  a.emit("mov", rcx, Math.ceil(workload.inputs / channels));
  a.bind(`${label}.channels`);
  if (rest > 0) {
    a.emit("cmp", rcx, 1);
    a.emit("jne", a.label(`${label}.full`));
    a.emit("mov", rax, laneBits(simd, rest));
    emitLastLanes(a, simd);
    a.bind(`${label}.full`);
  }
  const place = (row: number, column: number): Memory => mem(r11, { disp: (row * size + column) * inputs.point });
  transform.rows(
    a,
    (to, row, column) => {
      if (row >= reach.rows || column >= reach.columns) {
        transform.clear(a, to);
        return;
      }
      const from = mem(r10, { disp: elementBytes.x * (row * workload.x.row + column * workload.x.pixel) });
      transform.load(a, to, from, rest > 0 ? channelMask : undefined);
    },
    (row, values, temporaries) => {
      transform.row(a, row, values, temporaries).forEach((value, column) => {
        a.emit("vmovaps", place(row, column), value);
      });
    },
    place,
  );
  a.emit("add", r10, elementBytes.x * channels);
  a.emit("add", r11, vectorBytes(simd));
  a.emit("sub", rcx, 1);
  a.emit("jnz", a.label(`${label}.channels`));
}
