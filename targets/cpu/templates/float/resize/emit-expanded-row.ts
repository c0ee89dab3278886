import type { Assembler, Memory, Register } from "../../../../../src/codegen/x86/index.ts";
import {
  eax,
  edi,
  mem,
  r10,
  r11,
  r14,
  r15,
  r8,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  xmm,
} from "../../../../../src/codegen/x86/index.ts";
import { emitAdvance, emitCounted } from "../vectors.ts";
import type { ExpandedLayout } from "./expanded-layout.ts";
import { scratch } from "./expanded-layout.ts";
import type { Interpolation } from "./taps.ts";

/** Channels of one turn of the loop that copies them. */
const together = 16;

/** The input row that is wanted in scratch. */
export interface WantedRow {
  /** Where in the tap of an output row its number stands: 0 or 4. */
  readonly disp: 0 | 4;
  /** Is made to point to it. */
  readonly slot: Register;
  /** Variables: the first element of x, the tap. */
  readonly x: Memory;
  readonly entry: Memory;
}

/**
 * Emits what makes `slot` point to an input row in scratch: near and far cells of the block's columns, channel by channel.
 * Even and odd rows have a slot each, which is filled unless it is there. rax, rbx, rbp, rdi, r8, r10, r11 are lost.
 */
export function emitRowInScratch(
  a: Assembler,
  { x, channels }: Interpolation,
  layout: ExpandedLayout,
  { disp, slot, x: base, entry }: WantedRow,
): void {
  const filled = a.freshLabel("filled");
  a.emit("mov", r11, entry);
  a.emit("mov", edi, mem(r11, { disp }));
  a.emit("mov", rbx, rdi);
  a.emit("and", rbx, 1);
  a.emit("imul", slot, rbx, layout.slotBytes);
  a.emit("lea", slot, mem(slot, { index: rcx, disp: scratch.slots }));
  a.emit("cmp", rdi, mem(rcx, { index: rbx, scale: 8 }));
  a.emit("je", filled);
  a.emit("mov", mem(rcx, { index: rbx, scale: 8 }), rdi);
  a.emit("imul", rdi, rdi, 4 * x.row);
  a.emit("add", rdi, base);
  a.emit("mov", rbx, r14);
  a.emit("mov", rbp, slot);
  a.emit("mov", r10, r15);
  const [vector, lane] = [a.freshLabel("fillVector"), a.freshLabel("fillLane")];
  a.bind(vector);
  a.emit("mov", r8, layout.lanes);
  a.bind(lane);
  for (const [cell, to] of [
    [layout.nearCells, 0],
    [layout.farCells, layout.farBytes],
  ] as const) {
    a.emit("mov", eax, mem(rbx, { disp: cell }));
    a.emit("add", rax, rdi);
    emitChannels(a, channels, to, layout.channelBytes);
  }
  a.emit("add", rbx, 4);
  a.emit("add", rbp, 4);
  a.emit("dec", r8);
  a.emit("jnz", lane);
  a.emit("add", rbx, layout.entryBytes - 4 * layout.lanes);
  a.emit("dec", r10);
  a.emit("jnz", vector);
  a.bind(filled);
}

/** The channels at rax to rbp, `distance` bytes apart. */
function emitChannels(a: Assembler, channels: number, to: number, distance: number): void {
  const copy = (channel: number): void => {
    a.emit("vmovss", xmm(0), mem(rax, { disp: 4 * channel }));
    a.emit("vmovss", mem(rbp, { disp: to + channel * distance }), xmm(0));
  };
  const turns = channels > 4 * together ? Math.floor(channels / together) : 0;
  emitCounted(a, r11, turns, () => {
    for (let channel = 0; channel < together; channel++) copy(channel);
    a.emit("add", rax, 4 * together);
    a.emit("add", rbp, together * distance);
  });
  for (let channel = 0; channel < channels - turns * together; channel++) copy(channel);
  emitAdvance(a, rbp, -turns * together * distance);
}
