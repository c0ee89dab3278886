import { define } from "../diagnostic.ts";

/** What can be wrong with an operator call (codes IO02xx). */
export const opsDiagnostics = {
  /** The inputs of a node contradict its operator's specification (ranks, dimensions, axes, element types). */
  badNode: define<{ readonly op: string; readonly detail: string }>({
    code: "IO0201",
    message: ({ op, detail }) => `${op}: ${detail}`,
    hint: () => "The model computes nothing valid here: correct the tool or the script that wrote it.",
    explanation:
      "The shapes, axes or attributes of this node contradict the operator's specification, so every runtime refuses " +
      "the model or fails when it runs. Nothing is written. Look at the node in a viewer, and at the shapes of its inputs " +
      "(`infer-opt inspect --text`). Inside a branch of If the finding is a warning, because the branch may never run.",
  }),
  /** Declared and inferred shape of a value differ. */
  shapeContradiction: define<{ readonly value: string; readonly declared: string; readonly inferred: string }>({
    code: "IO0202",
    severity: "warning",
    message: ({ value, declared, inferred }) => `"${value}" is declared ${declared}, but it is ${inferred}`,
    hint: () => "The declaration (value_info or output) is stale; the inferred shape is used.",
    explanation:
      "The model declares a shape for a value, and the operators that compute it give another one. Runtimes go by the " +
      "operators and warn at most; so does this compiler. Tools that edit models often leave such stale declarations. " +
      "With `--strict` it is an error.",
  }),
  /** Declared and inferred element type or kind of a value differ. */
  typeContradiction: define<{ readonly value: string; readonly declared: string; readonly inferred: string }>({
    code: "IO0203",
    message: ({ value, declared, inferred }) =>
      `"${value}" is declared ${declared}, but its operator gives ${inferred}`,
    hint: () => "Runtimes refuse such a model: correct the declaration or the node that computes the value.",
    explanation:
      "The declared element type (or kind: tensor, sequence, optional) of a value is not the one its operator produces. " +
      "ONNX Runtime refuses to load such a model.",
  }),
  /** The operator does not exist in the operator set that the model imports. */
  unknownVersion: define<{ readonly op: string; readonly opset: number; readonly since: number }>({
    code: "IO0204",
    message: ({ op, opset, since }) => `${op} exists from opset ${since} on, but the model imports opset ${opset}`,
    hint: ({ since }) => `Export the model with opset ${since} or newer.`,
    explanation:
      "The model imports an operator set that is older than the operator it uses. Runtimes refuse it. Usually a tool " +
      "inserted a newer operator without raising the import.",
  }),
  /** The operator is deprecated in the operator set that the model imports. */
  deprecated: define<{ readonly op: string; readonly opset: number; readonly since: number }>({
    code: "IO0205",
    severity: "warning",
    message: ({ op, opset, since }) => `${op} is deprecated since opset ${since}, and the model imports opset ${opset}`,
    hint: () => "Runtimes may refuse it: export the model again, or import an older operator set.",
    explanation:
      "The specification removed the operator with the named operator set. A runtime that follows it strictly refuses " +
      "the model; several still run the last form.",
  }),
  /** A node has too few or too many inputs or outputs, or lacks one that must be there. */
  arity: define<{ readonly op: string; readonly detail: string }>({
    code: "IO0206",
    message: ({ op, detail }) => `${op}: ${detail}`,
    hint: () => "Compare the node with the operator's specification at the opset the model imports.",
    explanation:
      "The number of inputs or outputs of the node lies outside what the operator takes in the operator set that the " +
      "model imports, or a required one is absent. A frequent cause is a node written for another opset: inputs such as " +
      "`axes`, `pads` or `split` were attributes in older forms.",
  }),
  /** A required attribute is absent, or an attribute has another kind than the specification says. */
  attribute: define<{ readonly op: string; readonly detail: string }>({
    code: "IO0207",
    message: ({ op, detail }) => `${op}: ${detail}`,
    hint: () => "Compare the node's attributes with the operator's specification at the opset the model imports.",
    explanation:
      "An attribute that the operator requires is absent, or one has the wrong kind (an int where a list of ints is " +
      "wanted, for example). Runtimes refuse such a node.",
  }),
  /** An attribute that the specification does not know. */
  unknownAttribute: define<{ readonly op: string; readonly name: string; readonly opset: number }>({
    code: "IO0208",
    severity: "warning",
    message: ({ op, name, opset }) => `${op} has no attribute "${name}" in opset ${opset}`,
    hint: () => "The attribute is kept and ignored; remove it, or import the opset that knows it.",
    explanation:
      "The node carries an attribute that the operator does not have in the operator set that the model imports. Runtimes " +
      "differ: ONNX Runtime refuses it for most operators, others ignore it.",
  }),
  /** An input or output has a type that the operator's constraints exclude. */
  typeConstraint: define<{ readonly op: string; readonly parameter: string; readonly detail: string }>({
    code: "IO0209",
    message: ({ op, parameter, detail }) => `${op}: ${parameter} ${detail}`,
    hint: () => "Insert a Cast, or correct the element type where the value is made.",
    explanation:
      "The operator's specification lists the element types that each input and output may have, and which of them must " +
      "agree. This node breaks the list, so runtimes refuse the model.",
  }),
  /** A shape given for an input does not fit the model. */
  badBinding: define<{ readonly input: string; readonly detail: string }>({
    code: "IO0210",
    exitCode: 2,
    message: ({ input, detail }) => `cannot give input "${input}" the shape asked for: ${detail}`,
    hint: () => "Look at the inputs with `infer-opt inspect`; a shape is written as `--shape name:1x3x224x224`.",
    explanation:
      "`--shape` pins the dimensions of graph inputs. The input must exist, the number of dimensions must be that of the " +
      "model, and a symbol that several inputs share (such as `batch`) takes one size.",
  }),
} as const;
