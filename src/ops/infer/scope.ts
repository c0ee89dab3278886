import type { Attribute, Dim, Tensor, Value, ValueType } from "../../ir/index.ts";
import { dtypes, numbersOf, sizeOf } from "../../ir/index.ts";
import { contentLimit } from "./elements.ts";

/** Where one walk over a graph keeps what it finds. */
export interface Scope {
  /** Types found; undefined when they are written into the values themselves. */
  readonly types: Map<Value, ValueType | undefined> | undefined;
  /** Types better known than the values may say: graph inputs with names for their unknown dimensions. */
  readonly refined: ReadonlyMap<Value, ValueType>;
  /** Content of small values. */
  readonly contents: Map<Value, readonly Dim[]>;
  /** Constants besides initializers: results of Constant nodes, and arguments of a function call. */
  readonly constants: Map<Value, Tensor>;
  /** The scope around, for graphs that capture values. */
  readonly outer: Scope | undefined;
  /** Versions of the operator sets in force. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Inside a function's body: the attributes of the call. */
  readonly callAttributes: ReadonlyMap<string, Attribute> | undefined;
  /** True when no caller can override an initializer that is also a graph input (IR versions before 4). */
  readonly inputsAreConstant: boolean;
}

/** A scope for trying types out: what it finds is dropped with it. */
export function trialScope(outer: Scope): Scope {
  return { ...outer, types: new Map(), contents: new Map(), constants: new Map(), outer };
}

/** The type of a value as this scope knows it. */
export function typeIn(scope: Scope, value: Value): ValueType | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const type = at.types?.get(value) ?? at.refined.get(value);
    if (type !== undefined) return type;
  }
  return value.type;
}

/** The constant a value is, when no caller can change it. */
export function constantIn(scope: Scope, value: Value): Tensor | undefined {
  if (value.constant !== undefined && (!value.isInput || scope.inputsAreConstant)) return value.constant;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const tensor = at.constants.get(value);
    if (tensor !== undefined) return tensor;
  }
  return undefined;
}

/** The content of a small value, found by inference or read from a constant. */
export function contentIn(scope: Scope, value: Value): readonly Dim[] | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.outer) {
    const content = at.contents.get(value);
    if (content !== undefined) return content;
  }
  const tensor = constantIn(scope, value);
  const content = tensor === undefined ? undefined : contentOfTensor(tensor);
  if (content !== undefined) scope.contents.set(value, content);
  return content;
}

/** The elements of a small constant as dimensions; 64-bit integers beyond the safe range are clamped to it. */
function contentOfTensor(tensor: Tensor): readonly Dim[] | undefined {
  const { kind } = dtypes[tensor.dtype];
  const isFollowed =
    kind === "signed" || kind === "unsigned" || kind === "bool" || /^b?float(16|32|64)$/.test(tensor.dtype);
  if (!isFollowed || sizeOf(tensor.shape) > contentLimit) return undefined;
  const limit = Number.MAX_SAFE_INTEGER;
  const clamp = kind === "float" ? (v: number) => v : (v: number) => Math.min(Math.max(v, -limit), limit);
  return Array.from(numbersOf(tensor), clamp);
}
