import type { Attribute, Dim, Graph, Node, Tensor, ValueType } from "../ir/index.ts";

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
  readonly kind:
    | "float"
    | "int"
    | "string"
    | "tensor"
    | "graph"
    | "sparse"
    | "type"
    | "floats"
    | "ints"
    | "strings"
    | "tensors"
    | "graphs"
    | "sparses"
    | "types";
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
  /** Infinity where the last input is variadic. */
  readonly maxInputs: number;
  readonly minOutputs: number;
  /** Infinity where the last output is variadic. */
  readonly maxOutputs: number;
  readonly attributes: Readonly<Record<string, AttributeSpec>>;
  /** Type variable to the allowed type strings. */
  readonly typeConstraints: Readonly<Record<string, readonly string[]>>;
}

/** What shared code may ask about an operator instead of comparing names. Absent flags are false. */
export interface OpTraits {
  /** Same inputs, same outputs, no state: may be folded, shared and removed. */
  readonly pure?: boolean;
  /** Draws random numbers: never folded or shared; unused results may be removed. */
  readonly random?: boolean;
  /** Output element i depends on element i of the (broadcast) inputs alone. */
  readonly elementwise?: "unary" | "binary" | "variadic" | "ternary";
  /** f(a, b) = f(b, a). */
  readonly commutative?: boolean;
  /** f(f(a, b), c) = f(a, f(b, c)) on real numbers (floating point may round differently). */
  readonly associative?: boolean;
  /** f(f(x)) = f(x). */
  readonly idempotent?: boolean;
  /** Only moves, selects or repeats elements of input 0; a value's bits never change. */
  readonly movesData?: boolean;
  /** Inputs that are read for shapes only or are shape-like integers (index list). */
  readonly shapeInputs?: readonly number[];
  /** A per-tensor monotone non-decreasing map: max-like selections commute with it. */
  readonly monotone?: boolean;
  /** f(0) = 0 whatever the attributes: a channel of zeros stays one. */
  readonly keepsZero?: boolean;
  /** Combines the elements along some axes (`axes`, `axis` or all spatial ones) into one. */
  readonly reduces?: boolean;
  /** Channel c (axis 1) of output 0 depends on channel c of input 0 alone, and on entry c of per-channel parameters. */
  readonly channelwise?: boolean;
  /** Inputs of length C (or [C, …]) that hold one entry for each channel of axis 1. */
  readonly channelInputs?: readonly number[];
  /** A sliding window over the spatial axes, with the attributes kernel_shape, strides, pads, dilations, auto_pad. */
  readonly windowed?: boolean;
  /** Attributes that name axes of input 0: one number or a list, negative counted from the end. */
  readonly axisAttributes?: readonly string[];
  /** Inputs that name axes of input 0 in the newer forms. */
  readonly axisInputs?: readonly number[];
  /** Takes or gives quantized integers with scale and zero point. */
  readonly quantized?: boolean;
  /** Carries subgraphs. */
  readonly controlFlow?: boolean;
  /** Takes or gives sequences or optionals. */
  readonly container?: boolean;
}

/** What an inference function sees of one node. */
export interface InferContext {
  readonly node: Node;
  /** The node's attributes; those of a function's body with the values of the call. */
  readonly attributes: ReadonlyMap<string, Attribute>;
  /** Version of the node's domain in force. */
  readonly opset: number;
  /** Types of the inputs; undefined when absent or unknown. */
  readonly inputs: readonly (ValueType | undefined)[];
  /** Number of outputs, absent ones in the middle included. */
  readonly outputCount: number;
  /** True when the input is wired, be its type known or not. */
  has(index: number): boolean;
  /** Content of an input that is a known constant (initializer or folded), small or not. */
  constant(index: number): Tensor | undefined;
  /**
   * Content of a small input as dimensions, row-major, symbolic ones included; booleans as 0 and 1, floating-point
   * numbers as they are. Unknown elements are undefined.
   */
  shapeValue(index: number): readonly Dim[] | undefined;
  /**
   * Infers a subgraph with the given types for its inputs; returns the types of its outputs. A trial leaves the values
   * of the subgraph as they are: for loops, whose types settle after some rounds.
   */
  inferGraph(
    graph: Graph,
    inputs: readonly (ValueType | undefined)[],
    mode?: "trial",
  ): readonly (ValueType | undefined)[];
  /** The content of a subgraph's outputs after `inferGraph`. */
  graphValue(graph: Graph, output: number): readonly Dim[] | undefined;
}

/** What an inference function finds: a type for each output and, for shape computations, the content. */
export interface InferResult {
  readonly types: readonly (ValueType | undefined)[];
  /** Content of small outputs as dimensions, row-major. */
  readonly shapeValues?: readonly (readonly Dim[] | undefined)[];
  /** Outputs that are constants as a whole. */
  readonly constants?: readonly (Tensor | undefined)[];
}

/** Infers the types of a node's outputs; throws InferOptError when the inputs contradict the specification. */
export type InferFunction = (context: InferContext) => InferResult;

/** The inference of an operator of the default domain, or of a group that shares its rules. */
export interface OpInference {
  readonly names: readonly string[];
  readonly infer: InferFunction;
}
