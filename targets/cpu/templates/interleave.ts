import type { Assembler, Mnemonic, Operand } from "../../../src/codegen/x86/index.ts";

/** What straight-line code is emitted to. */
export type InstructionSink = Pick<Assembler, "emit">;

/** An instruction not yet emitted. */
export type Instruction = readonly [Mnemonic, ...Operand[]];

/** The instructions that `build` emits, without emitting them. */
export function recordInstructions(build: (sink: InstructionSink) => void): readonly Instruction[] {
  const instructions: Instruction[] = [];
  build({
    emit: (mnemonic, ...operands) => {
      instructions.push([mnemonic, ...operands]);
    },
  });
  return instructions;
}

/** Emits `main` in its order, with `filler` in its own order spread evenly between: they must not depend on each other. */
export function emitInterleaved(
  sink: InstructionSink,
  main: readonly Instruction[],
  filler: readonly Instruction[],
): void {
  let next = 0;
  main.forEach((instruction, index) => {
    sink.emit(...instruction);
    const due = Math.floor(((index + 1) * filler.length) / main.length);
    for (; next < due; next++) sink.emit(...(filler[next] as Instruction));
  });
}
