import { type CpuFeature, cpuFeatures } from "../kernel.ts";
import type { Item } from "./item.ts";
import { type Label, label, type Operand } from "./operand.ts";
import { selectForm } from "./select-form.ts";
import type { Mnemonic } from "./tables/index.ts";

/** Collects the instruction list of one kernel. */
export interface Assembler {
  /**
   * Appends an instruction, operands in Intel order (destination first). Memory takes its width from the other
   * operands. Throws where no encoding takes the operands.
   */
  readonly emit: (mnemonic: Mnemonic, ...operands: readonly Operand[]) => void;
  /** A reference to a label, bound before or later. */
  readonly label: (name: string) => Label;
  /** A label whose name nobody else has. */
  readonly freshLabel: (stem: string) => Label;
  /** Puts a label here. Throws when it already has a place. */
  readonly bind: (target: string | Label) => void;
  /** Pads to a multiple of `bytes` (a power of two up to 64). */
  readonly align: (bytes: number) => void;
  /** A line of the listing; no code. */
  readonly comment: (text: string) => void;
  readonly items: () => readonly Item[];
}

/** Starts an empty instruction list. */
export function createAssembler(): Assembler {
  const items: Item[] = [];
  const bound = new Set<string>();
  const taken = new Map<string, number>();
  return {
    emit(mnemonic, ...operands) {
      items.push({ kind: "instruction", form: selectForm(mnemonic, operands), operands });
    },
    label,
    freshLabel(stem) {
      const count = (taken.get(stem) ?? 0) + 1;
      taken.set(stem, count);
      return label(`${stem}.${count}`);
    },
    bind(target) {
      const { name } = typeof target === "string" ? label(target) : target;
      if (bound.has(name)) throw new Error(`Label ${name} is bound twice.`);
      bound.add(name);
      items.push({ kind: "label", name });
    },
    align(bytes) {
      if (![1, 2, 4, 8, 16, 32, 64].includes(bytes)) throw new Error(`Cannot align code to ${bytes} bytes.`);
      items.push({ kind: "align", bytes });
    },
    comment(text) {
      items.push({ kind: "comment", text });
    },
    items: () => items,
  };
}

/** CPU features that the instructions of a list need, in the order of `cpuFeatures`. */
export function requiredFeatures(items: readonly Item[]): readonly CpuFeature[] {
  const needed = new Set<CpuFeature>();
  for (const item of items) {
    if (item.kind === "instruction") for (const feature of item.form.features) needed.add(feature);
  }
  return cpuFeatures.filter((feature) => needed.has(feature));
}
