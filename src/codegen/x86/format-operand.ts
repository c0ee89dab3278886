import type { FormOperand } from "./form.ts";
import type { Memory, Operand } from "./operand.ts";

const sizeNames: Readonly<Record<number, string>> = {
  8: "byte",
  16: "word",
  32: "dword",
  64: "qword",
  128: "xmmword",
  256: "ymmword",
  512: "zmmword",
};

/** A label as it is printed: `.L` keeps names such as `loop` or `and` apart from what Intel syntax reserves. */
export const formatLabel = (name: string): string => `.L${name}`;

function formatMemory(memory: Memory, bits: number): string {
  const { base, index, scale, disp } = memory;
  const size = sizeNames[bits];
  const scaled =
    index === undefined ? "" : `+${index.name}${scale === 1 && !index.name.endsWith("mm") ? "" : `*${scale}`}`;
  const offset = disp === 0 ? "" : disp < 0 ? `${disp}` : `+${disp}`;
  return `${size === undefined ? "" : `${size} ptr `}[${base.name}${scaled}${offset}]`;
}

/** Intel syntax of GNU as. With the form's operand given, memory carries its width and broadcasts their lanes. */
export function formatOperand(operand: Operand, expected?: FormOperand): string {
  if (typeof operand === "number" || typeof operand === "bigint") return String(operand);
  switch (operand.kind) {
    case "register":
      return operand.name;
    case "label":
      return formatLabel(operand.name);
    case "memory":
      return formatMemory(operand, expected?.memoryBits ?? operand.bits ?? 0);
    case "broadcast": {
      const lanes = expected === undefined ? operand.lanes : expected.memoryBits / expected.broadcastBits;
      return `${formatMemory(operand.memory, expected?.broadcastBits ?? 0)}{1to${lanes ?? "N"}}`;
    }
    case "masked":
      return `${formatOperand(operand.operand, expected)}{${operand.mask.name}}${operand.zeroing ? "{z}" : ""}`;
    case "rounding":
      return `{${operand.mode}}`;
  }
}
