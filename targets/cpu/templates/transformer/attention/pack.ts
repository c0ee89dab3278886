import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { k, mem, resize } from "../../../../../src/codegen/x86/index.ts";
import { emitCounted, emitLaneMask, emitLoad, vectorBytes } from "../../float/vectors.ts";
import type { Emission } from "./frame.ts";
import { registers, scratch } from "./frame.ts";

/** Keys of a head transposed into scratch: channels down, keys across. */
export function emitTransposedKeys(emission: Emission): void {
  const { a, plan } = emission;
  const { keys } = plan.workload;
  const { lanes } = plan.simd;
  const { left, right, inner } = registers;
  a.emit("mov", left, registers.k);
  a.emit("mov", right, registers.scratch);
  emitCounted(a, inner, Math.floor(keys / lanes), () => {
    emitKeyGroup(emission, lanes);
    a.emit("add", left, 4 * lanes * plan.workload.k.pixel);
    a.emit("add", right, vectorBytes(plan.simd));
  });
  if (keys % lanes > 0) emitKeyGroup(emission, keys % lanes);
}

/** One vector of keys, four channels at a time: `keys` of them exist, the last stands in for the others. */
function emitKeyGroup({ a, plan }: Emission, keys: number): void {
  const { simd, width, workload, keyRow } = plan;
  const { left, right } = registers;
  const parts = simd.lanes / 4;
  const insert = simd.name === "avx512" ? "vinsertf32x4" : "vinsertf128";
  const rows = [0, 1, 2, 3].map((index) => simd.vector(index)) as [Register, Register, Register, Register];
  const mixed = [4, 5, 6, 7].map((index) => simd.vector(index)) as [Register, Register, Register, Register];
  for (let channel = 0; channel < width; channel += 4) {
    rows.forEach((row, first) => {
      for (let part = 0; part < parts; part++) {
        const key = Math.min(4 * part + first, keys - 1);
        const from = mem(left, { disp: 4 * (key * workload.k.pixel + channel) });
        if (part === 0) a.emit("vmovups", resize(row, 128), from);
        else a.emit(insert, row, row, from, part);
      }
    });
    const [r0, r1, r2, r3] = rows;
    const [m0, m1, m2, m3] = mixed;
    a.emit("vunpcklps", m0, r0, r1);
    a.emit("vunpckhps", m1, r0, r1);
    a.emit("vunpcklps", m2, r2, r3);
    a.emit("vunpckhps", m3, r2, r3);
    a.emit("vunpcklpd", r0, m0, m2);
    a.emit("vunpckhpd", r1, m0, m2);
    a.emit("vunpcklpd", r2, m1, m3);
    a.emit("vunpckhpd", r3, m1, m3);
    rows.forEach((row, index) => a.emit("vmovups", mem(right, { disp: (channel + index) * keyRow }), row));
  }
}

/** Values of a head side by side in scratch, channels filled up to whole vectors with zeros. */
export function emitPackedValues({ a, plan }: Emission): void {
  const { simd, width, workload, valueVectors, valueRow } = plan;
  const { left, right, inner } = registers;
  const rest = width % simd.lanes;
  const mask = simd.name === "avx512" ? k(1) : simd.vector(15);
  a.emit("mov", left, registers.v);
  a.emit("lea", right, scratch(plan.values));
  if (rest > 0) emitLaneMask(a, simd, mask, rest, inner);
  emitCounted(a, inner, workload.keys, () => {
    for (let vector = 0; vector < valueVectors; vector++) {
      const at = { disp: vector * vectorBytes(simd) };
      const masked = rest > 0 && vector === valueVectors - 1 ? mask : undefined;
      emitLoad(a, simd, simd.vector(vector % 8), mem(left, at), masked);
      a.emit("vmovups", mem(right, at), simd.vector(vector % 8));
    }
    a.emit("add", left, 4 * workload.v.pixel);
    a.emit("add", right, valueRow);
  });
}
