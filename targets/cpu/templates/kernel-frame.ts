import type { Assembler, Memory, Register } from "../../../src/codegen/x86/index.ts";
import { mem, rax, rdi, rdx, rsi, rsp } from "../../../src/codegen/x86/index.ts";

/** Variables of loops, eight bytes each on the stack. */
export interface StackVariables<Name extends string> {
  readonly bytes: number;
  /** The memory of a variable, while rsp is where {@link emitFrame} has put it. */
  at(name: Name): Memory;
}

/** Lays out variables on the stack in the order of their names. */
export function stackVariables<Name extends string>(names: readonly Name[]): StackVariables<Name> {
  return {
    bytes: 8 * names.length,
    at: (name) => mem(rsp, { disp: 8 * names.indexOf(name), bits: 64 }),
  };
}

/** What a kernel takes of its caller's: registers that it gives back, and bytes of the stack. */
export interface Frame {
  readonly saved: readonly Register[];
  readonly stackBytes?: number;
}

/** Emits a whole kernel: `body` between saving registers and giving them back with the return. */
export function emitFrame(a: Assembler, { saved, stackBytes = 0 }: Frame, body: () => void): void {
  for (const register of saved) a.emit("push", register);
  if (stackBytes > 0) a.emit("sub", rsp, stackBytes);
  body();
  if (stackBytes > 0) a.emit("add", rsp, stackBytes);
  for (const register of saved.toReversed()) a.emit("pop", register);
  a.emit("vzeroupper");
  a.emit("ret");
}

/** The pointer of an argument in the array at rdi; `roles` are the names of a kernel's arguments in their order. */
export function argumentPointer(roles: readonly string[], role: string): Memory {
  return mem(rdi, { disp: 8 * roles.indexOf(role) });
}

/** Emits the pointers of those arguments that the kernel has into the registers named for them. */
export function emitArgumentRegisters(
  a: Assembler,
  roles: readonly string[],
  registers: Readonly<Record<string, Register>>,
): void {
  for (const [role, register] of Object.entries(registers))
    if (roles.includes(role)) a.emit("mov", register, argumentPointer(roles, role));
}

/** Emits the pointers of those arguments that the kernel has into the variables of their names. rax is lost. */
export function emitArgumentVariables<Name extends string>(
  a: Assembler,
  roles: readonly string[],
  variables: StackVariables<Name>,
  names: readonly NoInfer<Name>[],
): void {
  for (const name of names) {
    if (!roles.includes(name)) continue;
    a.emit("mov", rax, argumentPointer(roles, name));
    a.emit("mov", variables.at(name), rax);
  }
}

/** Two variables that hold where a loop begins and ends, and how many turns it has in all. */
export type LoopRange<Name extends string> = readonly [begin: Name, end: Name, count: number];

/** Emits the range of the call (rsi, rdx) into the variables of the parallel loop, and all turns into those of the others. */
export function emitRanges<Name extends string>(
  a: Assembler,
  variables: StackVariables<Name>,
  ranges: readonly LoopRange<NoInfer<Name>>[],
  parallel: number,
): void {
  for (const [index, [begin, end, count]] of ranges.entries()) {
    a.emit("mov", variables.at(begin), index === parallel ? rsi : 0);
    a.emit("mov", variables.at(end), index === parallel ? rdx : count);
  }
}
