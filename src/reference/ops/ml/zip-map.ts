import type { RuntimeMap, RuntimeSequence } from "../../../ir/index.ts";
import { encodeReals, realsOf } from "../../numeric.ts";
import { tensorInput } from "../../operands.ts";
import { classLabels } from "./class-labels.ts";
import { matrixShape, mlOp } from "./ml-op.ts";

/** ZipMap: each row of scores as a map from class label to score. */
export const zipMap = mlOp("ZipMap", (call) => {
  const x = tensorInput(call, 0);
  const [rows, columns] = matrixShape(x.shape);
  const labels = classLabels(call.node);
  const keyType = typeof labels[0] === "string" ? "string" : "int64";
  const values = realsOf(x);
  const items = Array.from({ length: rows }, (_, row): RuntimeMap => {
    const entry = (label: bigint | string, i: number) =>
      [label, encodeReals(x.dtype, [], [values[row * columns + i] as number])] as const;
    return {
      kind: "map",
      keyType,
      entries: new Map<bigint | string, ReturnType<typeof encodeReals>>([...labels].map(entry)),
    };
  });
  const element = { kind: "map", key: keyType, value: { kind: "tensor", dtype: x.dtype, shape: [] } } as const;
  return [{ kind: "sequence", element, items } satisfies RuntimeSequence];
});
