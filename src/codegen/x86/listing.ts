import { formatLabel, formatOperand } from "./format-operand.ts";
import type { Item } from "./item.ts";

/**
 * The instruction list as text that GNU as assembles to the same bytes (Intel syntax, registers without prefix).
 * Comments are lines that start with `#`.
 */
export function listing(items: readonly Item[]): string {
  const lines = items.map((item) => {
    switch (item.kind) {
      case "label":
        return `${formatLabel(item.name)}:`;
      case "align":
        return `    .p2align ${Math.log2(item.bytes)}`;
      case "comment":
        return item.text.replace(/^/gm, "    # ");
      case "instruction": {
        const { form, operands } = item;
        const text = operands.map((operand, at) => formatOperand(operand, form.operands[at])).join(", ");
        return `    ${form.mnemonic}${text === "" ? "" : ` ${text}`}`;
      }
    }
  });
  return [".intel_syntax noprefix", ...lines, ""].join("\n");
}
