import type { KernelArgument } from "../../../../../src/codegen/index.ts";
import { vectorBytes } from "../vectors.ts";
import type { DirectPlan, DirectProduct } from "./plan.ts";

/** Elements from that of a slice's first group to that of its last: one vector has them. */
export function gatheredLanes({ gather, sliceInputs }: DirectProduct): number {
  return gather === undefined ? 0 : sliceInputs - gather.inputs + 1;
}

/** The argument `gather` of a product that gathers: for each lane the element it takes, then, for AVX2, the mask of all. */
export function gatherArgument({ workload, simd }: DirectPlan): readonly KernelArgument[] {
  const { gather, outputs } = workload;
  if (gather === undefined) return [];
  const { lanes } = simd;
  const elements = Int32Array.from({ length: lanes }, (_, lane) =>
    lane < outputs ? Math.floor(lane / gather.outputs) * gather.inputs : 0,
  );
  const mask = Int32Array.from({ length: lanes }, (_, lane) => (lane < gatheredLanes(workload) ? -1 : 0));
  const bytes = new Uint8Array(Int32Array.of(...elements, ...mask).buffer);
  return [
    {
      ...{ name: "gather", bytes: 2 * vectorBytes(simd), access: "read", alignment: 64 },
      packs: () => [{ kind: "literal", targetOffset: 0, bytes }],
    },
  ];
}
