import type { Assembler } from "../../../../../src/codegen/x86/index.ts";
import {
  createAssembler,
  eax,
  ecx,
  k,
  masked,
  mem,
  r10,
  r11,
  r8,
  r9,
  rax,
  rcx,
  rdi,
  rdx,
  resize,
  rsi,
} from "../../../../../src/codegen/x86/index.ts";
import type { ArgmaxWorkload } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";
import { emitFrame } from "../../kernel-frame.ts";
import { emitReduce } from "../../transformer/reduce.ts";
import { emitAdvance, emitConstant, emitCounted, emitLaneMask, emitLoad, vectorBytes } from "../vectors.ts";
import type { Champions } from "./champion.ts";
import { condition, emitChallenge, emitSelect, emitSpread, extremeOf, placeBytes } from "./champion.ts";

/**
 * Numbers of vector registers: champions, the channels reached, a value, the extreme of all lanes, candidates; what beats
 * nothing, places of the first vector, channels of a vector, a place behind all; masks.
 */
const [best, place, reached, value, all, temporary, least, first, step, behind, flags, lastMask] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
];

/** Vectors of channels of one turn of a loop. */
const together = 4;

/** Emits an argmax over the channels of each pixel, in lanes first. Arguments: x, params (places of the lanes), y. */
export function emitArgmax(simd: Simd, workload: ArgmaxWorkload): Assembler {
  const a = createAssembler();
  const { columns, channels, x } = workload;
  const v = simd.vector;
  emitFrame(a, { saved: [] }, () => {
    a.emit("mov", r8, mem(rdi));
    a.emit("mov", rcx, mem(rdi, { disp: 8 }));
    a.emit("mov", r10, mem(rdi, { disp: 16 }));
    a.emit("imul", rax, rsi, 4 * x.row);
    a.emit("add", r8, rax);
    a.emit("imul", rax, rsi, columns * placeBytes(workload));
    a.emit("add", r10, rax);
    a.emit("vmovups", v(first), mem(rcx));
    emitConstant(a, simd, v(least), extremeOf(workload).least);
    a.emit("mov", rax, simd.lanes);
    emitSpread(a, v(step), rax);
    a.emit("mov", rax, 0x7fffffff);
    emitSpread(a, v(behind), rax);
    const rest = channels % simd.lanes;
    if (rest > 0) emitLaneMask(a, simd, maskOf(simd), rest);
    a.emit("cmp", rsi, rdx);
    a.emit("jae", a.label("done"));
    a.bind("row");
    a.emit("mov", r11, columns);
    a.bind("pixel");
    emitLanes(a, simd, workload);
    emitPlace(a, simd, workload);
    a.emit("add", r8, 4 * x.pixel);
    a.emit("add", r10, placeBytes(workload));
    a.emit("dec", r11);
    a.emit("jnz", a.label("pixel"));
    emitAdvance(a, r8, 4 * (x.row - columns * x.pixel));
    a.emit("inc", rsi);
    a.emit("cmp", rsi, rdx);
    a.emit("jb", a.label("row"));
    a.bind("done");
  });
  return a;
}

function maskOf(simd: Simd): ReturnType<typeof k> {
  return simd.name === "avx512" ? k(2) : simd.vector(lastMask);
}

/** The champion of each lane of the pixel at r8. */
function emitLanes(a: Assembler, simd: Simd, workload: ArgmaxWorkload): void {
  const v = simd.vector;
  const extreme = extremeOf(workload);
  const champions: Champions = { best: v(best), place: v(place), flags: v(flags) };
  const challenge = (vector: number, isLast: boolean): void => {
    emitLoadOr(a, simd, vector * vectorBytes(simd), isLast);
    a.emit("vpaddd", v(reached), v(reached), v(step));
    emitChallenge(a, simd, extreme, champions, { value: v(value), place: v(reached) });
  };
  a.emit("mov", r9, r8);
  emitLoadOr(a, simd, 0, workload.channels < simd.lanes);
  a.emit(extreme.combine, v(best), v(value), v(least));
  a.emit("vmovaps", v(place), v(first));
  a.emit("vmovaps", v(reached), v(first));
  if (workload.channels <= simd.lanes) return;
  a.emit("add", r9, vectorBytes(simd));
  const others = Math.floor(workload.channels / simd.lanes) - 1;
  emitCounted(a, rax, Math.floor(others / together), () => {
    for (let vector = 0; vector < together; vector++) challenge(vector, false);
    a.emit("add", r9, together * vectorBytes(simd));
  });
  for (let vector = 0; vector < others % together; vector++) challenge(vector, false);
  if (workload.channels % simd.lanes > 0) challenge(others % together, true);
}

/** The vector at r9; channels that do not exist beat nothing. */
function emitLoadOr(a: Assembler, simd: Simd, disp: number, isLast: boolean): void {
  const [to, none] = [simd.vector(value), simd.vector(least)];
  if (isLast && simd.name === "avx512") {
    a.emit("vmovaps", to, none);
    a.emit("vmovups", masked(to, maskOf(simd)), mem(r9, { disp }));
    return;
  }
  emitLoad(a, simd, to, mem(r9, { disp }), isLast ? maskOf(simd) : undefined);
  if (isLast) a.emit("vblendvps", to, none, to, maskOf(simd));
}

/** The first place among the champions of the lanes to y. */
function emitPlace(a: Assembler, simd: Simd, workload: ArgmaxWorkload): void {
  const v = simd.vector;
  a.emit("vmovaps", v(all), v(best));
  emitReduce(a, simd, extremeOf(workload).combine, v(all), v(temporary));
  a.emit("vcmpps", simd.name === "avx512" ? k(1) : v(flags), v(all), v(best), condition.equal);
  a.emit("vmovaps", v(all), v(behind));
  emitSelect(a, simd, v(all), v(place), v(flags));
  emitReduce(a, simd, "vpminsd", v(all), v(temporary));
  a.emit("vmovd", eax, resize(v(all), 128));
  // A NaN that comes first is beaten by nothing.
  a.emit("mov", ecx, mem(r8));
  a.emit("and", ecx, 0x7fffffff);
  a.emit("cmp", ecx, 0x7f800000);
  a.emit("jbe", a.label("ordered"));
  a.emit("xor", eax, eax);
  a.bind("ordered");
  if (workload.out === "s64") a.emit("mov", mem(r10), rax);
  else a.emit("mov", mem(r10), eax);
}
