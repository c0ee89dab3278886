import type { Dim, Model, Value, ValueType } from "../ir/index.ts";
import { printType } from "../ir/index.ts";

/** Names and declared types of the inputs that a model needs and of its outputs, in order. */
export interface Signature {
  readonly inputs: readonly { readonly name: string; readonly type: ValueType | undefined }[];
  readonly outputs: readonly { readonly name: string; readonly type: ValueType | undefined }[];
}

/** The inputs that a caller must give. Those with a default are weights, which old exporters list among the inputs. */
function requiredInputs(model: Model): readonly Value[] {
  return model.graph.inputs.filter((input) => input.constant === undefined);
}

/** The signature as it is now. */
export function signatureOf(model: Model): Signature {
  const read = (
    values: readonly { readonly name: string; readonly type: ValueType | undefined }[],
  ): Signature["inputs"] => values.map(({ name, type }) => ({ name, type }));
  return { inputs: read(requiredInputs(model)), outputs: read(model.graph.outputs) };
}

/** What changed in the signature, in words; undefined when a caller of the model would notice nothing. */
export function signatureChange(before: Signature, model: Model): string | undefined {
  const after = signatureOf(model);
  for (const side of ["inputs", "outputs"] as const) {
    if (before[side].length !== after[side].length)
      return `${before[side].length} ${side} became ${after[side].length}`;
    for (const [i, { name, type }] of before[side].entries()) {
      const now = after[side][i];
      if (now?.name !== name) return `"${name}" among the ${side} became "${now?.name ?? ""}"`;
      if (!compatible(type, now.type)) return `"${name}" was ${printType(type)} and is ${printType(now.type)}`;
    }
  }
  return undefined;
}

/** Puts the declared types back: inference may have learnt more, but the interface stays as its author wrote it. */
export function restoreSignature(before: Signature, model: Model): void {
  requiredInputs(model).forEach((value, i) => (value.type = before.inputs[i]?.type ?? value.type));
  model.graph.outputs.forEach((value, i) => (value.type = before.outputs[i]?.type ?? value.type));
}

function compatible(a: ValueType | undefined, b: ValueType | undefined): boolean {
  if (a === undefined || b === undefined) return true;
  if (a.kind !== b.kind) return false;
  if ((a.kind === "tensor" && b.kind === "tensor") || (a.kind === "sparse" && b.kind === "sparse")) {
    if (a.dtype !== b.dtype) return false;
    if (a.shape === undefined || b.shape === undefined) return true;
    return a.shape.length === b.shape.length && a.shape.every((dim, i) => fits(dim, b.shape?.[i]));
  }
  return true;
}

function fits(declared: Dim, now: Dim): boolean {
  return typeof declared !== "number" || typeof now !== "number" || declared === now;
}
