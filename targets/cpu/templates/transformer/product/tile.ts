import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, masked, mem } from "../../../../../src/codegen/x86/index.ts";
import { emitCounted } from "../../float/vectors.ts";
import { emitStoreBytes } from "../store-bytes.ts";
import type { Emission } from "./frame.ts";
import { registers, scratch } from "./frame.ts";

/** Pairs of terms in one turn of the inner loop. */
const unroll = 4;

/** Rows and vectors of a register tile; `rest` columns of the last vector exist. */
export interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly rest: number;
}

/** Sums up and writes the tile at `column` of the block's rows. */
export function emitTile(emission: Emission, tile: Tile): void {
  const { a, plan } = emission;
  const { left, right, column, inner } = registers;
  const { rows, vectors } = tile;
  a.emit("lea", left, scratch(plan.wide));
  a.emit("lea", right, mem(registers.scratch, { index: column }));
  for (let index = 0; index < rows * vectors; index++) {
    const sum = plan.isa.vector(index);
    a.emit("vxorps", sum, sum, sum);
  }
  emitCounted(a, inner, Math.floor(plan.pairs / unroll), () => {
    for (let step = 0; step < unroll; step++) emitStep(emission, tile, step);
    a.emit("add", left, 4 * unroll);
    a.emit("add", right, unroll * plan.pairRow);
  });
  for (let step = 0; step < plan.pairs % unroll; step++) emitStep(emission, tile, step);
  emitResults(emission, tile);
}

function emitStep({ a, plan }: Emission, { rows, vectors }: Tile, step: number): void {
  const { isa, wideRow, pairRow, vector } = plan;
  const { left, right } = registers;
  const first = rows * vectors;
  const [pair, product] = [isa.vector(first + vectors), isa.vector(first + vectors + 1)];
  for (let at = 0; at < vectors; at++)
    a.emit("vmovups", isa.vector(first + at), mem(right, { disp: step * pairRow + at * vector }));
  for (let row = 0; row < rows; row++) {
    a.emit("vpbroadcastd", pair, mem(left, { disp: row * wideRow + 4 * step }));
    for (let at = 0; at < vectors; at++) {
      const [sum, columns] = [isa.vector(row * vectors + at), isa.vector(first + at)];
      if (isa.name === "avx512vnni") a.emit("vpdpwssd", sum, pair, columns);
      else if (isa.name === "avxvnni") a.emit("{vex} vpdpwssd", sum, pair, columns);
      else {
        a.emit("vpmaddwd", product, pair, columns);
        a.emit("vpaddd", sum, sum, product);
      }
    }
  }
}

/** Scales the sums and writes them as float32, or requantized. */
function emitResults(emission: Emission, tile: Tile): void {
  const { a, plan, constant } = emission;
  const { workload, isa } = plan;
  const { rows, vectors, rest } = tile;
  const [multiplier, low, high] = [0, 1, 2].map((index) => isa.vector(rows * vectors + index)) as [
    ...[Register, Register, Register],
  ];
  const quantized = workload.out === "u8";
  a.emit("vmovups", multiplier, constant("multiplier"));
  if (quantized) {
    a.emit("vmovups", low, constant("lowest"));
    a.emit("vmovups", high, constant("highest"));
  }
  for (let row = 0; row < rows; row++)
    for (let at = 0; at < vectors; at++) {
      const sum = isa.vector(row * vectors + at);
      const lanes = at === vectors - 1 ? rest : isa.lanes;
      const element = row * workload.y.row + at * isa.lanes;
      a.emit("vcvtdq2ps", sum, sum);
      a.emit("vmulps", sum, sum, multiplier);
      if (!quantized) emitFloats(emission, sum, element, lanes, low);
      else {
        a.emit("vmaxps", sum, sum, low);
        a.emit("vminps", sum, sum, high);
        a.emit("vcvtps2dq", sum, sum);
        a.emit("vpaddd", sum, sum, constant("zero"));
        const to = { pointer: registers.target, disp: element, spare: registers.spare };
        emitStoreBytes(a, isa.lanes, sum, to, lanes);
      }
    }
}

function emitFloats(
  { a, plan, constant }: Emission,
  value: Register,
  element: number,
  lanes: number,
  mask: Register,
): void {
  const to = mem(registers.target, { disp: 4 * element });
  if (lanes === plan.isa.lanes) a.emit("vmovups", to, value);
  else if (plan.isa.lanes === 16) a.emit("vmovups", masked(to, k(1)), value);
  else {
    a.emit("vmovups", mask, constant("rest"));
    a.emit("vmaskmovps", to, mask, value);
  }
}
