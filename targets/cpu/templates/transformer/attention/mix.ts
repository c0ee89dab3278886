import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, masked, mem, resize } from "../../../../../src/codegen/x86/index.ts";
import { emitLaneMask, emitStore, vectorBytes } from "../../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { registers, scratch } from "./frame.ts";
import type { Product } from "./product.ts";
import { accumulator, emitProduct } from "./product.ts";

/** Values weighted with the scores of a block of `rows` queries, written to y. */
export function emitMix(emission: Emission, rows: number): void {
  const { plan } = emission;
  const { valueVectors, simd } = plan;
  const most = simd.name === "avx512" ? 24 : 8;
  for (let vector = 0; vector < valueVectors;) {
    const vectors = Math.min(valueVectors - vector, simd.name === "avx512" ? 4 : 2);
    const tile = Math.min(rows, simd.name === "avx512" && vectors === 4 ? 4 : Math.floor(most / vectors));
    for (let first = 0; first < rows; first += tile)
      emitTile(emission, first, Math.min(tile, rows - first), vector, vectors);
    vector += vectors;
  }
}

function emitTile(emission: Emission, first: number, rows: number, vector: number, vectors: number): void {
  const { a, plan } = emission;
  const { workload, simd, keyRow, valueRow, width, scores, values, factors, valueVectors } = plan;
  const { left, right, result, inner } = registers;
  const product: Product = { rows, vectors, steps: workload.keys, leftRow: keyRow, rightStep: valueRow };
  a.emit("lea", left, scratch(scores + first * keyRow));
  a.emit("lea", right, scratch(values + vector * vectorBytes(simd)));
  emitProduct(emission, product);
  const rest = width % simd.lanes;
  const factor = simd.vector(rows * vectors);
  const mask = simd.name === "avx512" ? k(1) : simd.vector(rows * vectors + 1);
  const partial = rest > 0 && vector + vectors === valueVectors;
  if (partial) emitLaneMask(a, simd, mask, rest, inner);
  for (let row = 0; row < rows; row++) {
    a.emit("vbroadcastss", factor, scratch(factors + 4 * (first + row)));
    for (let at = 0; at < vectors; at++) {
      const sum = accumulator(emission, product, row, at);
      const lanes = partial && at === vectors - 1 ? rest : simd.lanes;
      const channel = (vector + at) * simd.lanes;
      const element = (first + row) * workload.y.pixel + channel;
      a.emit("vmulps", sum, sum, factor);
      if (workload.out === "u8") emitBytes(emission, sum, element, lanes, mask);
      else emitStore(a, simd, mem(result, { disp: 4 * element }), sum, lanes < simd.lanes ? mask : undefined);
    }
  }
}

/** Rounds, adds the zero point, saturates, and writes `lanes` bytes: a multiple of four. */
function emitBytes({ a, plan, stored }: Emission, value: Register, disp: number, lanes: number, mask: Register): void {
  const target = mem(registers.result, { disp });
  a.emit("vminps", value, value, stored("ceiling"));
  a.emit("vcvtps2dq", value, value);
  a.emit("vpaddd", value, value, stored("zero"));
  if (plan.simd.name === "avx512") {
    const zero = plan.simd.vector(31);
    a.emit("vpxord", zero, zero, zero);
    a.emit("vpmaxsd", value, value, zero);
    a.emit("vpmovusdb", lanes < 16 ? masked(target, mask) : target, value);
    return;
  }
  const low = resize(value, 128);
  a.emit("vpackssdw", value, value, value);
  a.emit("vpackuswb", value, value, value);
  a.emit("vmovd", target, low);
  if (lanes < 8) return;
  a.emit("vextracti128", low, value, 1);
  a.emit("vmovd", mem(registers.result, { disp: disp + 4 }), low);
}
