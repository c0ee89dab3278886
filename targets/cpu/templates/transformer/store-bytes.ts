import type { Assembler, Memory, Register } from "../../../../src/codegen/x86/index.ts";
import { k, masked, mem, resize } from "../../../../src/codegen/x86/index.ts";

/** Where bytes go; `spare` is a general register that may be overwritten. */
export interface ByteTarget {
  readonly pointer: Register;
  readonly disp: number;
  readonly spare: Register;
}

/**
 * Writes `count` int32 of a vector as bytes, saturated, and nothing else; negative ones only where the vector has eight. Of
 * sixteen with `count` below, opmask k1 must tell the first `count`. Overwrites the vector.
 */
export function emitStoreBytes(
  a: Assembler,
  lanes: 16 | 8,
  value: Register,
  { pointer, disp, spare }: ByteTarget,
  count: number,
): void {
  const to = (offset: number): Memory => mem(pointer, { disp: disp + offset });
  if (lanes === 16) {
    a.emit("vpmovusdb", count < 16 ? masked(to(0), k(1)) : to(0), value);
    return;
  }
  const low = resize(value, 128);
  a.emit("vpackssdw", value, value, value);
  a.emit("vpackuswb", value, value, value);
  let done = 0;
  if (count >= 4) {
    a.emit("vmovd", to(0), low);
    a.emit("vextracti128", low, value, 1);
    done = 4;
  }
  if (count === 8) a.emit("vmovd", to(4), low);
  if (count === 8 || count === done) return;
  a.emit("vmovd", resize(spare, 32), low);
  for (const bytes of [2, 1] as const) {
    if (((count - done) & bytes) === 0) continue;
    a.emit("mov", to(done), resize(spare, bytes === 2 ? 16 : 8));
    done += bytes;
    if (done < count) a.emit("shr", resize(spare, 32), 8 * bytes);
  }
}
