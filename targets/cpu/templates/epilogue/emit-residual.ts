import type { Register } from "../../../../src/codegen/x86/index.ts";
import { mem } from "../../../../src/codegen/x86/index.ts";
import type { InstructionSink } from "../interleave.ts";
import type { AccumulatorGroup, Address, EpilogueContext, Segment } from "./epilogue-context.ts";

/**
 * Adds the residual to float32 values, or multiplies them by it, as ONNX Runtime does. Values come less their zero point
 * where they are multiplied and were not looked up.
 */
export function emitResidual(sink: InstructionSink, context: EpilogueContext, group: AccumulatorGroup): void {
  const combine = context.epilogue.residual?.multiplies === true ? product(sink, context) : sum(sink, context);
  for (const segment of group.segments)
    if (context.order === "natural") combineNatural(sink, context, group, segment, combine);
    else combineQuads(sink, context, group, segment, combine);
}

/** Combines an accumulator of float32 values with int32 values of the residual, which are overwritten. */
type Combine = (accumulator: Register, residual: Register) => void;

/** The second operand's product is fused with the constant term, the first operand's with their sum. */
function sum(sink: InstructionSink, { epilogue, constant, resident }: EpilogueContext): Combine {
  const fixed = resident("fixed");
  return (accumulator, residual) => {
    sink.emit("vcvtdq2ps", residual, residual);
    if (epilogue.residual?.first === true) {
      sink.emit("vfmadd132ps", accumulator, fixed, constant("valueRatio"));
      sink.emit("vfmadd231ps", accumulator, residual, constant("residualRatio"));
    } else {
      sink.emit("vfmadd132ps", residual, fixed, constant("residualRatio"));
      sink.emit("vfmadd132ps", accumulator, residual, constant("valueRatio"));
    }
  };
}

/** The product of whole numbers is exact; it is scaled, and the zero point added, with a rounding each. */
function product(sink: InstructionSink, { epilogue, constant }: EpilogueContext): Combine {
  return (accumulator, factor) => {
    sink.emit("vcvtdq2ps", factor, factor);
    sink.emit("vsubps", factor, factor, constant("factorZero"));
    if (epilogue.table) sink.emit("vsubps", accumulator, accumulator, constant("valueZero"));
    sink.emit("vmulps", accumulator, accumulator, factor);
    sink.emit("vmulps", accumulator, accumulator, constant("productRatio"));
    sink.emit("vaddps", accumulator, accumulator, constant("productZero"));
  };
}

function combineNatural(
  sink: InstructionSink,
  { isa, temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  combine: Combine,
): void {
  const [value] = temporaries as readonly [Register];
  const { base, displacement } = segment.residual as Address;
  const count = Math.ceil(segment.channels / isa.lanes);
  for (let index = 0; index < count; index++) {
    sink.emit("vpmovzxbd", value, mem(base, { disp: displacement + index * isa.lanes }));
    combine(group.accumulators[segment.first + index] as Register, value);
  }
}

/** In quad64 order the residual's bytes stand as packing would leave them: interleaving with zeros unpacks them. */
function combineQuads(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  group: AccumulatorGroup,
  segment: Segment,
  combine: Combine,
): void {
  const [zero, half, value] = temporaries as readonly [Register, Register, Register];
  const { base, displacement } = segment.residual as Address;
  sink.emit("vxorps", zero, zero, zero);
  (["vpunpcklbw", "vpunpckhbw"] as const).forEach((unpackBytes, pair) => {
    sink.emit("vmovups", half, mem(base, { disp: displacement }));
    sink.emit(unpackBytes, half, half, zero);
    (["vpunpcklwd", "vpunpckhwd"] as const).forEach((unpackWords, side) => {
      sink.emit(unpackWords, value, half, zero);
      combine(group.accumulators[2 * pair + side] as Register, value);
    });
  });
}

/** Packed bytes in the first of up to four accumulators to int32 values in all of them: the inverse of packing. */
export function emitUnpack(
  sink: InstructionSink,
  { temporaries }: EpilogueContext,
  accumulators: readonly Register[],
): void {
  const [zero] = temporaries as readonly [Register];
  const [a, b, c, d] = accumulators as readonly [Register, ...(Register | undefined)[]];
  sink.emit("vxorps", zero, zero, zero);
  if (c !== undefined) {
    sink.emit("vpunpckhbw", c, a, zero);
    if (d !== undefined) sink.emit("vpunpckhwd", d, c, zero);
    sink.emit("vpunpcklwd", c, c, zero);
  }
  sink.emit("vpunpcklbw", a, a, zero);
  if (b !== undefined) sink.emit("vpunpckhwd", b, a, zero);
  sink.emit("vpunpcklwd", a, a, zero);
}
