import type { Assembler, Mnemonic, Register } from "../../../../../src/codegen/x86/index.ts";
import { k, masked, resize } from "../../../../../src/codegen/x86/index.ts";
import type { ExtremeChannel } from "../../../float-workload.ts";
import type { Simd } from "../../bytes/simd.ts";

/** What finding the greatest or the least differs in. */
export interface Extreme {
  /** Condition of `vcmpps` under which a value takes the place of the champion: false for NaN. */
  readonly beats: number;
  /** The greater or the lesser; its second operand where they are equal or one is NaN. */
  readonly combine: Extract<Mnemonic, "vmaxps" | "vminps">;
  /** What beats nothing. */
  readonly least: number;
}

/** Conditions of `vcmpps`. */
export const condition = { equal: 0x00, less: 0x11, greater: 0x1e } as const;

/** What a workload looks for. */
export function extremeOf({ kind }: ExtremeChannel): Extreme {
  return kind === "max"
    ? { beats: condition.greater, combine: "vmaxps", least: -Infinity }
    : { beats: condition.less, combine: "vminps", least: Infinity };
}

/** Registers of the champions of all lanes; `flags` is a mask where there are no opmasks. */
export interface Champions {
  readonly best: Register;
  readonly place: Register;
  readonly flags: Register;
}

/** A value that stands at `place` in every lane becomes champion where it beats the one there. */
export function emitChallenge(
  a: Assembler,
  simd: Simd,
  { beats, combine }: Extreme,
  champions: Champions,
  challenger: { readonly value: Register; readonly place: Register },
): void {
  const { best, place, flags } = champions;
  a.emit("vcmpps", simd.name === "avx512" ? k(1) : flags, challenger.value, best, beats);
  a.emit(combine, best, challenger.value, best);
  emitSelect(a, simd, place, challenger.place, flags);
}

/** Lanes that the last comparison (`k1`, or `flags`) has marked are taken from another register. */
export function emitSelect(a: Assembler, simd: Simd, to: Register, from: Register, flags: Register): void {
  if (simd.name === "avx512") a.emit("vmovdqa32", masked(to, k(1)), from);
  else a.emit("vblendvps", to, to, from, flags);
}

/** The int32 in a general register as every lane. */
export function emitSpread(a: Assembler, to: Register, from: Register): void {
  a.emit("vmovd", resize(to, 128), resize(from, 32));
  a.emit("vpbroadcastd", to, resize(to, 128));
}

/** Bytes of a place. */
export function placeBytes({ out }: ExtremeChannel): 4 | 8 {
  return out === "s64" ? 8 : 4;
}
