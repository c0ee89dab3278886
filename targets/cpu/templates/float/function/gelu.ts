import type { Register } from "../../../../../src/codegen/x86/index.ts";
import { emitExponential, exponentialConstants } from "./exponential.ts";
import type { FunctionBody } from "./function-body.ts";

/** Coefficients of t, t², … of the polynomial below. */
const coefficients = [
  0.13962130693732738, 0.13986351263707594, 0.11982131715259392, 0.10555234645855686, -0.023211885331267806,
  0.15931886136217857, -0.2558381328291093, 0.14403042735200994, -0.02915776971284456,
];

const scale = 0.35;

/**
 * x Φ(x) = max(x, 0) - |x| Q(|x|) with the upper tail Q(a) = exp(-a²/2) P(t), t = 1 / (1 + 0.35 a): P was fitted to a
 * relative error of 3e-8, so negative arguments keep their accuracy too.
 */
export const gelu: FunctionBody = {
  temporaries: 3,
  constants: {
    ...exponentialConstants,
    minusHalf: -0.5,
    scale,
    sign: -0,
    zero: 0,
    ...Object.fromEntries(coefficients.map((value, index) => [`t${index + 1}`, value])),
  },
  emit: (context) => {
    const { a, value, constant } = context;
    const [tail, first, second] = context.temporaries as readonly [Register, Register, Register];
    const emitMagnitude = (): void => {
      a.emit("vmovups", first, constant("sign"));
      a.emit("vandnps", first, first, value);
    };
    a.emit("vmulps", tail, value, value);
    a.emit("vmulps", tail, tail, constant("minusHalf"));
    emitExponential(context, tail, [first, second], () => {
      // What rounding took from the square, which its size would turn into a relative error.
      a.emit("vmulps", second, value, value);
      a.emit("vfmsub231ps", second, value, value);
      a.emit("vfmadd231ps", tail, second, constant("minusHalf"));
    });
    emitMagnitude();
    a.emit("vmovups", second, constant("one"));
    a.emit("vfmadd132ps", first, second, constant("scale"));
    a.emit("vdivps", first, second, first);
    a.emit("vmovups", second, constant(`t${coefficients.length}`));
    for (let power = coefficients.length - 1; power > 0; power--)
      a.emit("vfmadd213ps", second, first, constant(`t${power}`));
    a.emit("vmulps", second, second, first);
    a.emit("vmulps", tail, tail, second);
    emitMagnitude();
    a.emit("vmaxps", value, value, constant("zero"));
    a.emit("vfnmadd231ps", value, first, tail);
  },
};
