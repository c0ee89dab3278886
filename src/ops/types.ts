import type { Dim, Graph, Node, Tensor, ValueType } from "../ir/index.ts";

/** One formal input or output of an operator (ONNX "formal parameter"). */
export interface FormalParameter {
  readonly name: string;
  /** A concrete type string such as `tensor(int64)` or the name of a type variable such as `T`. */
  readonly type: string;
  readonly option: "single" | "optional" | "variadic";
  /** False for a variadic parameter whose members may differ in type. */
  readonly homogeneous: boolean;
  /** Least number of members of a variadic parameter. */
  readonly minArity: number;
}

/** One attribute of an operator. */
export interface AttributeSpec {
  readonly kind: "float" | "int" | "string" | "tensor" | "graph" | "sparse" | "type" | "floats" | "ints" | "strings" | "tensors" | "graphs" | "sparses" | "types";
  readonly required: boolean;
  /** The default where the specification names one; numbers for int and float kinds. */
  readonly fallback?: number | string | readonly number[] | readonly string[];
}

/** One version of one operator, as the specification declares it. */
export interface OpSchema {
  readonly domain: string;
  readonly name: string;
  /** The opset version that introduced this form. */
  readonly since: number;
  readonly deprecated: boolean;
  readonly inputs: readonly FormalParameter[];
  readonly outputs: readonly FormalParameter[];
  readonly minInputs: number;
  readonly maxInputs: number;
  readonly minOutputs: number;
  readonly maxOutputs: number;
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** Type variable to the allowed type strings. */
  readonly typeConstraints: Readonly<Record<string, readonly string[]>>;
}

/** What shared code may ask about an operator instead of comparing names. Absent flags are false. */
export interface OpTraits {
  /** Same inputs, same outputs, no state: may be folded, shared and removed. */
  readonly pure?: boolean;
  /** Output element i depends on element i of the (broadcast) inputs alone. */
  readonly elementwise?: "unary" | "binary" | "variadic" | "ternary";
  /** f(a, b) = f(b, a). */
  readonly commutative?: boolean;
  /** Only moves, selects or repeats elements of input 0; a value's bits never change. */
  readonly movesData?: boolean;
  /** Inputs that are read for shapes only or are shape-like integers (index list). */
  readonly shapeInputs?: readonly number[];
  /** A per-tensor monotone non-decreasing map: max-like selections commute with it. */
  readonly monotone?: boolean;
  /** Carries subgraphs. */
  readonly controlFlow?: boolean;
}

/** What an inference function sees of one node. */
export interface InferContext {
  readonly node: Node;
  /** Version of the default domain's operator set in force. */
  readonly opset: number;
  /** Types of the inputs; undefined when absent or unknown. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** Content of an input that is a known constant (initializer or folded), small or not. */
  constant(index: number): Tensor | undefined;
  /** Content of an integer scalar or vector input as dimensions, symbolic ones included. */
  shapeValue(index: number): readonly Dim[] | undefined;
  /** Infers a subgraph with the given types for its inputs; returns the types of its outputs. */
  inferGraph(graph: Graph, inputs: readonly (ValueType | undefined)[]): readonly (ValueType | undefined)[];
}

/** What an inference function finds: a type for each output and, for shape computations, the content. */
export interface InferResult {
  readonly types: readonly (ValueType | undefined)[];
  /** Content of integer scalar or vector outputs as dimensions. */
  readonly shapeValues?: readonly (readonly Dim[] | undefined)[];
}

/** Infers the types of a node's outputs; throws InferOptError when the inputs contradict the specification. */
export type InferFunction = (context: InferContext) => InferResult;
