import type { Form } from "./form.ts";
import type { Operand } from "./operand.ts";

/** One entry of an instruction list. */
export type Item =
  | { readonly kind: "instruction"; readonly form: Form; readonly operands: readonly Operand[] }
  | { readonly kind: "label"; readonly name: string }
  /** Padding with no-operations to a multiple of `bytes`, a power of two. */
  | { readonly kind: "align"; readonly bytes: number }
  | { readonly kind: "comment"; readonly text: string };
