import type { Register } from "../../../../../src/codegen/x86/index.ts";
import type { FloatActivation } from "../../../float-workload.ts";
import { tanhApproximation } from "../../../reference/activation.ts";
import { emitExponential, exponentialConstants } from "./exponential.ts";
import type { FunctionBody, FunctionContext } from "./function-body.ts";
import { gelu } from "./gelu.ts";

/** Emits 1 + exp(-x) of `from` into `to`; both temporaries are lost. */
function emitLogisticDenominator(
  context: FunctionContext,
  to: Register,
  from: Register,
  temporaries: readonly [Register, Register],
): void {
  const { a, constant } = context;
  a.emit("vxorps", to, from, constant("sign"));
  emitExponential(context, to, temporaries);
  a.emit("vaddps", to, to, constant("one"));
}

const logisticConstants = { ...exponentialConstants, sign: -0 } as const;

const none: FunctionBody = { temporaries: 0, constants: {}, emit: () => undefined };

const sigmoid: FunctionBody = {
  temporaries: 2,
  constants: logisticConstants,
  emit: (context) => {
    const { a, value, constant } = context;
    const [first, second] = context.temporaries as readonly [Register, Register];
    emitLogisticDenominator(context, value, value, [first, second]);
    a.emit("vmovups", first, constant("one"));
    a.emit("vdivps", value, first, value);
  },
};

const silu: FunctionBody = {
  temporaries: 3,
  constants: logisticConstants,
  emit: (context) => {
    const { a, value } = context;
    const [denominator, first, second] = context.temporaries as readonly [Register, Register, Register];
    emitLogisticDenominator(context, denominator, value, [first, second]);
    a.emit("vdivps", value, value, denominator);
  },
};

/** ½ x (1 + tanh u) = x / (1 + exp(-2 u)), u = √(2/π) (x + 0.044715 x³). */
const geluTanh: FunctionBody = {
  temporaries: 3,
  constants: { ...logisticConstants, linear: 2 * Math.sqrt(2 / Math.PI), cubic: 2 * Math.sqrt(2 / Math.PI) * 0.044715 },
  emit: (context) => {
    const { a, value, constant } = context;
    const [denominator, first, second] = context.temporaries as readonly [Register, Register, Register];
    a.emit("vmulps", first, value, value);
    a.emit("vmovups", second, constant("linear"));
    a.emit("vfmadd132ps", first, second, constant("cubic"));
    a.emit("vmulps", denominator, first, value);
    emitLogisticDenominator(context, denominator, denominator, [first, second]);
    a.emit("vdivps", value, value, denominator);
  },
};

const hardSigmoid: FunctionBody = {
  temporaries: 1,
  constants: { alpha: { parameter: "alpha" }, beta: { parameter: "beta" }, zero: 0, one: 1 },
  emit: ({ a, value, temporaries: [beta], constant }) => {
    a.emit("vmovups", beta as Register, constant("beta"));
    a.emit("vfmadd132ps", value, beta as Register, constant("alpha"));
    a.emit("vmaxps", value, value, constant("zero"));
    a.emit("vminps", value, value, constant("one"));
  },
};

const hardSwish: FunctionBody = {
  temporaries: 1,
  constants: { sixth: 1 / 6, half: 0.5, zero: 0, one: 1 },
  emit: ({ a, value, temporaries, constant }) => {
    const [gate] = temporaries as readonly [Register];
    a.emit("vmovups", gate, constant("half"));
    a.emit("vfmadd231ps", gate, value, constant("sixth"));
    a.emit("vmaxps", gate, gate, constant("zero"));
    a.emit("vminps", gate, gate, constant("one"));
    a.emit("vmulps", value, value, gate);
  },
};

const leakyRelu: FunctionBody = {
  temporaries: 1,
  constants: { alpha: { parameter: "alpha" }, zero: 0 },
  emit: ({ a, value, temporaries, constant }) => {
    const [negative] = temporaries as readonly [Register];
    a.emit("vminps", negative, value, constant("zero"));
    a.emit("vmaxps", value, value, constant("zero"));
    a.emit("vfmadd231ps", value, negative, constant("alpha"));
  },
};

const { numerator, denominator, bound } = tanhApproximation;
const named = (stem: string, values: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(values.map((value, index) => [`${stem}${index}`, value]));

/** The rational function that ONNX Runtime's kernel computes, in its order of operations. */
const tanh: FunctionBody = {
  temporaries: 3,
  constants: { bound, minusBound: -bound, ...named("p", numerator), ...named("q", denominator) },
  emit: ({ a, value, temporaries, constant }) => {
    const [square, top, bottom] = temporaries as readonly [Register, Register, Register];
    a.emit("vminps", value, value, constant("bound"));
    a.emit("vmaxps", value, value, constant("minusBound"));
    a.emit("vmulps", square, value, value);
    for (const [sum, stem, count] of [
      [top, "p", numerator.length],
      [bottom, "q", denominator.length],
    ] as const) {
      a.emit("vmovups", sum, constant(`${stem}0`));
      for (let index = 1; index < count; index++) a.emit("vfmadd213ps", sum, square, constant(`${stem}${index}`));
    }
    a.emit("vmulps", value, value, top);
    a.emit("vdivps", value, value, bottom);
  },
};

/** What is emitted for each activation. */
export const activationBodies: Readonly<Record<FloatActivation, FunctionBody>> = {
  none,
  sigmoid,
  silu,
  "hard-sigmoid": hardSigmoid,
  "hard-swish": hardSwish,
  "leaky-relu": leakyRelu,
  tanh,
  gelu,
  "gelu-tanh": geluTanh,
};
