import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, masked, mem, resize } from "../../../../../src/codegen/x86/index.ts";
import { emitLaneMask, vectorBytes } from "../../float/vectors.ts";
import { emitExp2 } from "../exp2.ts";
import { emitReduce } from "../reduce.ts";
import type { Emission } from "./frame.ts";
import { loadResidents, registers, scratch } from "./frame.ts";
import type { Product } from "./product.ts";
import { accumulator, emitProduct } from "./product.ts";

/**
 * Scores of `rows` queries from row `first` of the block on: exp2 of the scaled products less their greatest, into
 * scratch, and what makes their sum one into `factors`. The scale has log2(e) in it.
 */
export function emitScores(emission: Emission, first: number, rows: number): void {
  const { a, plan } = emission;
  const { keyVectors, tileVectors, keyRow } = plan;
  const { outer } = registers;
  const whole = Math.floor(keyVectors / tileVectors);
  const tail = plan.workload.keys % plan.simd.lanes > 0;
  const rest = keyVectors - whole * tileVectors;
  loadResidents(emission);
  for (let row = 0; row < rows; row++) a.emit("vmovups", greatest(emission, row), emission.stored("least"));
  // Outer counts bytes of the row of keys.
  a.emit("xor", resize(outer, 32), resize(outer, 32));
  const lastMasked = tail && rest === 0;
  const plain = lastMasked ? whole - 1 : whole;
  if (plain > 0) {
    const top = a.freshLabel("keys");
    a.bind(top);
    emitKeyTile(emission, first, rows, tileVectors, false);
    a.emit("add", outer, tileVectors * vectorBytes(plan.simd));
    if (plain > 1) {
      a.emit("cmp", outer, plain * tileVectors * vectorBytes(plan.simd));
      a.emit("jb", top);
    }
  }
  if (lastMasked) emitKeyTile(emission, first, rows, tileVectors, true);
  if (rest > 0) emitKeyTile(emission, first, rows, rest, tail);
  for (let row = 0; row < rows; row++) emitReduce(a, plan.simd, "vmaxps", greatest(emission, row), plan.simd.vector(0));
  for (let row = 0; row < rows; row++) emitExponentials(emission, plan.scores + (first + row) * keyRow, row, first);
}

/** The register of the greatest score of a row. */
function greatest({ plan }: Emission, row: number): Register {
  return plan.simd.vector(plan.tileRows * plan.tileVectors + plan.tileVectors + 1 + row);
}

function emitKeyTile(emission: Emission, first: number, rows: number, vectors: number, tail: boolean): void {
  const { a, plan } = emission;
  const { workload, simd, keyRow, width, scores } = plan;
  const { left, right, outer, query, mask } = registers;
  const product: Product = { rows, vectors, steps: width, leftRow: 4 * workload.q.pixel, rightStep: keyRow };
  a.emit("lea", left, mem(query, { disp: 4 * first * workload.q.pixel }));
  a.emit("lea", right, mem(registers.scratch, { index: outer }));
  emitProduct(emission, product);
  const temporary = simd.vector(rows * vectors);
  const outside = simd.name === "avx512" ? k(1) : simd.vector(rows * vectors + 1);
  if (tail) emitLaneMask(a, simd, outside, workload.keys % simd.lanes, registers.inner);
  for (let row = 0; row < rows; row++)
    for (let vector = 0; vector < vectors; vector++) {
      const sum = accumulator(emission, product, row, vector);
      const last = tail && vector === vectors - 1;
      a.emit("vmulps", sum, sum, emission.constant("scale"));
      if (workload.mask !== undefined) {
        const at = { index: outer, disp: 4 * (first + row) * workload.mask.row + vector * vectorBytes(simd) };
        if (last && simd.name === "avx512") a.emit("vmovups", masked(temporary, outside, "zero"), mem(mask, at));
        else if (last) a.emit("vmaskmovps", temporary, outside, mem(mask, at));
        else a.emit("vmovups", temporary, mem(mask, at));
        a.emit("vfmadd231ps", sum, temporary, emission.stored("log2e"));
        a.emit("vmaxps", sum, sum, emission.stored("least"));
      }
      if (last && simd.name === "avx512") {
        a.emit("vmovups", temporary, emission.stored("absent"));
        a.emit("vmovups", masked(temporary, outside), sum);
        a.emit("vmovups", sum, temporary);
      } else if (last) {
        a.emit("vmovups", temporary, emission.stored("absent"));
        a.emit("vblendvps", sum, temporary, sum, outside);
      }
      a.emit("vmaxps", greatest(emission, row), greatest(emission, row), sum);
      const disp = scores + (first + row) * keyRow + vector * vectorBytes(simd);
      a.emit("vmovups", mem(registers.scratch, { index: outer, disp }), sum);
    }
}

/** Vectors of exponentials computed in one turn. */
const together = 4;

function emitExponentials(emission: Emission, row: number, index: number, first: number): void {
  const { a, plan } = emission;
  const { simd, keyVectors } = plan;
  const { outer } = registers;
  const sums = [0, 1].map((at) => simd.vector(at)) as [Register, Register];
  for (const sum of sums) a.emit("vxorps", sum, sum, sum);
  const whole = Math.floor(keyVectors / together);
  const bytes = vectorBytes(simd);
  const turn = (count: number): void => {
    for (let vector = 0; vector < count; vector++)
      emitExponential(emission, row + vector * bytes, greatest(emission, index), sums[vector % 2] as Register, vector);
  };
  a.emit("xor", resize(outer, 32), resize(outer, 32));
  if (whole > 0) {
    const top = a.freshLabel("exponentials");
    a.bind(top);
    turn(together);
    a.emit("add", outer, together * bytes);
    if (whole > 1) {
      a.emit("cmp", outer, whole * together * bytes);
      a.emit("jb", top);
    }
  }
  turn(keyVectors % together);
  const [sum, other] = sums;
  a.emit("vaddps", sum, sum, other);
  emitReduce(a, simd, "vaddps", sum, other);
  const [low, factor] = [resize(sum, 128), resize(other, 128)];
  a.emit("vmovss", factor, emission.stored("inverse"));
  a.emit("vdivss", factor, factor, low);
  a.emit("vmovss", scratch(plan.factors + 4 * (first + index)), factor);
}

/** 2^(score - greatest) in place. */
function emitExponential(emission: Emission, disp: number, most: Register, sum: Register, turn: number): void {
  const { a, plan, constant } = emission;
  const { simd } = plan;
  const place = mem(registers.scratch, { index: registers.outer, disp });
  const temporaries = simd.name === "avx512" ? 3 * (turn % 4) : 0;
  const [value, whole, power] = [2, 3, 4].map((at) => simd.vector(at + temporaries)) as [Register, Register, Register];
  a.emit("vmovups", value, place);
  a.emit("vsubps", value, value, most);
  a.emit("vmaxps", value, value, constant("floor"));
  emitExp2(a, simd, { value, whole, power }, constant);
  a.emit("vaddps", sum, sum, power);
  a.emit("vmovups", place, power);
}
