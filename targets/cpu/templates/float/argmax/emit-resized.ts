import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import { eax, edi, mem, r10, r11, rax, rcx, rdi } from "../../../../../src/codegen/x86/index.ts";
import type { ResizeArgmaxWorkload } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import type { ExpandedBody } from "../resize/emit-expanded.ts";
import { emitExpanded, firstOfBody } from "../resize/emit-expanded.ts";
import { scratch } from "../resize/expanded-layout.ts";
import { emitZero, vectorBytes } from "../vectors.ts";
import type { Champions } from "./champion.ts";
import { emitChallenge, emitSpread, extremeOf, placeBytes } from "./champion.ts";

/** Numbers of vector registers: champions, the channel reached, the number one, a value; the mask without opmasks. */
const [best, place, reached, one, value, flags] = [0, 1, 2, 3, 4, 5].map((index) => firstOfBody + index) as [
  ...[number, number, number, number, number, number],
];

/** Emits an argmax over what a linear resize gives: the champions of a vector of columns stay in registers. */
export function emitResizedArgmax(simd: Simd, workload: ResizeArgmaxWorkload): Assembler {
  const v = simd.vector;
  const extreme = extremeOf(workload);
  const champions: Champions = { best: v(best), place: v(place), flags: v(flags) };
  const body: ExpandedBody = {
    rowBytes: workload.columns * placeBytes(workload),
    prepare: (a) => {
      a.emit("mov", rax, 1);
      emitSpread(a, v(one), rax);
    },
    begin: (a) => {
      emitZero(a, simd, v(place));
      emitZero(a, simd, v(reached));
      return v(best);
    },
    value: v(value),
    channel: (a, first) => {
      if (first) return;
      a.emit("vpaddd", v(reached), v(reached), v(one));
      emitChallenge(a, simd, extreme, champions, { value: v(value), place: v(reached) });
    },
    end: (a) => emitStorePlaces(a, simd, workload),
  };
  return emitExpanded(simd, workload, body);
}

/** Places to the row of y at r10: whole vectors, the last of which overlaps the one before. */
function emitStorePlaces(a: Assembler, simd: Simd, workload: ResizeArgmaxWorkload): void {
  const { columns, out } = workload;
  const places = simd.vector(place);
  const held = (disp: number): ReturnType<typeof mem> => mem(rcx, { disp: scratch.vector + disp });
  if (columns < simd.lanes || out === "s64") a.emit("vmovups", held(0), places);
  if (columns < simd.lanes) {
    for (let column = 0; column < columns; column++) {
      a.emit("mov", eax, held(4 * column));
      const to = mem(r10, { disp: column * placeBytes(workload) });
      if (out === "s64") a.emit("mov", to, rax);
      else a.emit("mov", to, eax);
    }
    return;
  }
  a.emit("mov", edi, mem(r11));
  a.emit("add", rdi, r10);
  if (out === "s32") {
    a.emit("vmovups", mem(rdi), places);
    return;
  }
  const bytes = vectorBytes(simd);
  for (const [disp, half] of [
    [0, 0],
    [bytes, bytes / 2],
  ] as const) {
    a.emit("vpmovzxdq", simd.vector(value), held(half));
    a.emit("vmovups", mem(rdi, { disp }), simd.vector(value));
  }
}
