import { define } from "../diagnostic.ts";

/** Problems of running a model in the reference interpreter. */
export const referenceDiagnostics = {
  operatorNotInterpreted: define<{ operator: string }>({
    code: "IO0280",
    message: ({ operator }) => `the reference interpreter does not know the operator ${operator}`,
    hint: () => "it is compared in ONNX Runtime instead where that knows it; else the check is left out and reported",
    explanation:
      "The interpreter runs the standard operators and model-local functions. Operators of custom domains without a function body cannot be run by it: what needs running them (numeric checks in the interpreter, constant folding) is left out, and the report names the operator.",
  }),
  nodeFailed: define<{ operator: string; detail: string }>({
    code: "IO0281",
    message: ({ operator, detail }) => `${operator} cannot be computed: ${detail}`,
    hint: () => "check the shapes and values that the node is fed (`--shape`, `--calib-data`)",
    explanation:
      "While the reference interpreter ran the model, the inputs of one node contradicted the operator's specification: shapes that do not fit, an index out of range, an element type that the operator does not take. Either the model is invalid or the given inputs are.",
  }),
  inputMissing: define<{ input: string }>({
    code: "IO0282",
    message: ({ input }) => `no value is given for the model's input "${input}"`,
    hint: ({ input }) => `give a value named "${input}"; \`infer-opt inspect\` lists the inputs`,
    explanation:
      "Every graph input without a default value (an initializer of the same name) needs a value when the model runs.",
  }),
  tookTooLong: define<Record<never, never>>({
    code: "IO0286",
    message: () => "the reference interpreter did not come to an end in time",
    hint: () => "pin smaller shapes with --shape, or give samples that end the model's loops",
    explanation:
      "The reference interpreter is exact, not fast. Where ONNX Runtime cannot run a model, it is run by the interpreter for half a minute a sample at most; one that takes longer, or loops without end, is reported as not measured.",
  }),
  valueUnknown: define<{ value: string }>({
    code: "IO0283",
    message: ({ value }) => `the model has no value named "${value}"`,
    hint: () => "only inputs, constants and node outputs of the main graph can be asked for",
    explanation: "A run was asked for a value by a name that the main graph does not define.",
  }),
  inputUnknown: define<{ input: string; nearest: string | undefined }>({
    code: "IO0284",
    message: ({ input }) => `a value is given for "${input}", which is no input of the model`,
    hint: ({ nearest }) =>
      nearest === undefined ? "`infer-opt inspect` lists the inputs" : `did you mean "${nearest}"?`,
    explanation:
      "A run was given a value under a name that no input of the main graph has. A constant that is no input cannot be overridden.",
  }),
  inputMismatch: define<{ input: string; expected: string; found: string }>({
    code: "IO0285",
    message: ({ input, expected, found }) => `input "${input}" takes ${expected}, got ${found}`,
    hint: ({ input, expected }) => `give ${expected} for "${input}"`,
    explanation:
      "The value given for an input has another kind, element type, rank or size than the model declares. Sizes that the model leaves free take any number.",
  }),
};
