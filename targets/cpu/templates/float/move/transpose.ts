import type { Assembler, Mnemonic, Register } from "../../../../../src/codegen/x86/index.ts";
import type { Simd } from "../../bytes/simd.ts";

/**
 * Emits the transpose of as many vectors as a vector has elements: from registers 0 on, with as many registers behind
 * them as temporaries. Returns the registers of the results in their order.
 */
export function emitTranspose(a: Assembler, simd: Simd): readonly Register[] {
  const size = simd.lanes;
  const values = Array.from({ length: size }, (_, index) => simd.vector(index));
  const spare = Array.from({ length: size }, (_, index) => simd.vector(size + index));
  // Pairs of rows, then pairs of pairs, within lanes of 128 bits: register r holds column r % 4 of every lane.
  const pairs = unpack(a, values, spare, 1, ["vunpcklps", "vunpckhps"]);
  const quads = unpack(a, pairs, values, 2, ["vunpcklpd", "vunpckhpd"]);
  if (size === 8)
    return gather(quads, spare, (to, column, from) =>
      a.emit("vperm2f128", to, from(column % 4, 0), from(column % 4, 1), column < 4 ? 0x20 : 0x31),
    );
  // Lanes of four registers, two by two: even lanes or odd ones, then of those.
  const halves = gather(quads, spare, (to, column, from) => {
    const [group, lane] = [Math.floor(column / 4), column % 4];
    a.emit("vshuff32x4", to, from(lane, 2 * (group % 2)), from(lane, 2 * (group % 2) + 1), group < 2 ? 0x88 : 0xdd);
  });
  return Array.from({ length: 16 }, (_, column) => {
    const [group, lane] = [Math.floor(column / 4), column % 4];
    const odd = group % 2 === 1;
    const first = halves[lane + (odd ? 8 : 0)] as Register;
    const second = halves[lane + (odd ? 8 : 0) + 4] as Register;
    const to = values[column] as Register;
    a.emit("vshuff32x4", to, first, second, group < 2 ? 0x88 : 0xdd);
    return to;
  });
}

/** Interleaves register r with the one `distance` further on: the low half stays at r, the high half goes there. */
function unpack(
  a: Assembler,
  from: readonly Register[],
  to: readonly Register[],
  distance: number,
  [low, high]: readonly [Mnemonic, Mnemonic],
): readonly Register[] {
  const results: Register[] = [];
  for (let index = 0; index < from.length; index++) {
    if ((index & distance) > 0) continue;
    const [first, second] = [from[index], from[index + distance]] as [Register, Register];
    for (const [mnemonic, offset] of [
      [low, 0],
      [high, distance],
    ] as const) {
      const target = to[index + offset] as Register;
      a.emit(mnemonic, target, first, second);
      results[index + offset] = target;
    }
  }
  return results;
}

/** A register a column; `from(lane, quad)` is the register that holds a column of each lane for rows 4 quad to 4 quad + 3. */
function gather(
  quads: readonly Register[],
  to: readonly Register[],
  emit: (to: Register, column: number, from: (lane: number, quad: number) => Register) => void,
): readonly Register[] {
  // After both steps column 0, 1, 2, 3 of a quad of rows stand at its registers 0, 2, 1, 3.
  const order = [0, 2, 1, 3];
  return to.map((register, column) => {
    emit(register, column, (lane, quad) => quads[4 * quad + (order[lane] as number)] as Register);
    return register;
  });
}
