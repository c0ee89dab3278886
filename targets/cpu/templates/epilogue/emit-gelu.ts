import type { Register } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { EpilogueContext } from "./epilogue-context.ts";
import { geluPolynomial } from "./gelu-rows.ts";

/** `value = gelu(value) / scale`. */
export function emitGelu(sink: InstructionSink, { constant, temporaries }: EpilogueContext, value: Register): void {
  const [held, square, sum] = temporaries as readonly [Register, Register, Register];
  sink.emit("vminps", held, value, constant("geluBound"));
  sink.emit("vmaxps", held, held, constant("geluLowerBound"));
  sink.emit("vmulps", square, held, constant("geluFactor"));
  sink.emit("vfmsub213ps", square, square, constant("geluOne"));
  sink.emit("vmovups", sum, constant("gelu11"));
  for (const row of [...geluPolynomial].reverse().slice(1)) sink.emit("vfmadd213ps", sum, square, constant(row));
  sink.emit("vfmadd213ps", sum, held, constant("geluHalf"));
  sink.emit("vmulps", value, value, sum);
}
