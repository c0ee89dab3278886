import { type CodeBuffer, createCodeBuffer, put, putLittleEndian } from "./code-buffer.ts";
import { encodeInstruction } from "./encode-instruction.ts";
import type { Item } from "./item.ts";
import { padding } from "./padding.ts";

/** A place in the code whose bytes depend on where others end up. `at` counts the bytes of plain instructions before it. */
type Break =
  | { readonly kind: "label"; readonly at: number; readonly name: string }
  | { readonly kind: "align"; readonly at: number; readonly bytes: number }
  | { readonly kind: "jump"; readonly at: number; readonly opcode: number; readonly target: string; near: boolean };

const unconditional = 0xe9;
const shortBytes = 2;
const nearBytes = (opcode: number): number => (opcode === unconditional ? 5 : 6);

/**
 * Machine code of an instruction list. Jumps are as short as they can be: they start short and grow until all fit.
 * Throws on a label that is never bound.
 */
export function encode(items: readonly Item[]): Uint8Array {
  const plain = createCodeBuffer();
  const breaks: Break[] = [];
  for (const item of items) {
    if (item.kind === "label") breaks.push({ kind: "label", at: plain.length, name: item.name });
    else if (item.kind === "align") breaks.push({ kind: "align", at: plain.length, bytes: item.bytes });
    else if (item.kind === "instruction") {
      const target = item.operands[0];
      if (item.form.encoding !== "jump") encodeInstruction(plain, item.form, item.operands);
      else if (typeof target === "object" && target.kind === "label") {
        const { opcode } = item.form;
        breaks.push({ kind: "jump", at: plain.length, opcode, target: target.name, near: false });
      }
    }
  }
  return link(plain, breaks);
}

interface Layout {
  /** Final offset of each break, in order. */
  readonly offsets: readonly number[];
  readonly labels: ReadonlyMap<string, number>;
  readonly length: number;
}

function layOut(plainLength: number, breaks: readonly Break[]): Layout {
  const offsets: number[] = [];
  const labels = new Map<string, number>();
  let added = 0;
  for (const point of breaks) {
    const offset = point.at + added;
    offsets.push(offset);
    if (point.kind === "label") labels.set(point.name, offset);
    else if (point.kind === "align") added += -offset & (point.bytes - 1);
    else added += point.near ? nearBytes(point.opcode) : shortBytes;
  }
  return { offsets, labels, length: plainLength + added };
}

function distance(layout: Layout, index: number, point: Extract<Break, { kind: "jump" }>): number {
  const target = layout.labels.get(point.target);
  if (target === undefined) throw new Error(`Label ${point.target} is never bound.`);
  const bytes = point.near ? nearBytes(point.opcode) : shortBytes;
  return target - ((layout.offsets[index] ?? 0) + bytes);
}

/** Makes every jump near whose target is out of reach; true when there was one. */
function growJumps(layout: Layout, breaks: readonly Break[]): boolean {
  let grew = false;
  breaks.forEach((point, index) => {
    if (point.kind !== "jump" || point.near) return;
    const by = distance(layout, index, point);
    if (by >= -128 && by <= 127) return;
    point.near = true;
    grew = true;
  });
  return grew;
}

function link(plain: CodeBuffer, breaks: readonly Break[]): Uint8Array {
  let layout = layOut(plain.length, breaks);
  while (growJumps(layout, breaks)) layout = layOut(plain.length, breaks);
  const code: CodeBuffer = { bytes: new Uint8Array(layout.length), length: 0 };
  let done = 0;
  const copyTo = (end: number): void => {
    code.bytes.set(plain.bytes.subarray(done, end), code.length);
    code.length += end - done;
    done = end;
  };
  breaks.forEach((point, index) => {
    copyTo(point.at);
    if (point.kind === "align") for (const byte of padding(-code.length & (point.bytes - 1))) put(code, byte);
    else if (point.kind === "jump") putJump(code, point.opcode, point.near, distance(layout, index, point));
  });
  copyTo(plain.length);
  return code.bytes;
}

function putJump(code: CodeBuffer, opcode: number, near: boolean, by: number): void {
  if (!near) {
    put(code, opcode === unconditional ? 0xeb : opcode - 0x10);
    put(code, by & 0xff);
    return;
  }
  if (opcode !== unconditional) put(code, 0x0f);
  put(code, opcode);
  putLittleEndian(code, by, 4);
}
