import type { LayerReport } from "../../events.ts";
import type { TimedRegions } from "./layer-times.ts";

/** What stays plain, by the node's name, with the reason. */
export type Excluded = ReadonlyMap<string, string>;

/** The nodes of some layers that no other layer has a part in, each with what is told of it. */
export function nodesToExclude(set: readonly number[], { regions, layers }: TimedRegions): Excluded {
  const stepsOf = ({ steps }: LayerReport): readonly (readonly string[])[] =>
    steps.map(({ region, step }) => regions.find(({ name }) => name === region)?.steps[step]?.nodes ?? []);
  const chosen = new Set(set);
  const kept = new Set(layers.flatMap((layer, index) => (chosen.has(index) ? [] : stepsOf(layer).flat())));
  return new Map(
    set.flatMap((index) => {
      const layer = layers[index] as LayerReport;
      const ratio = layer.peer?.ratio ?? 1;
      const reason =
        ratio < 1
          ? `slower in the network: ${ratio.toFixed(2)}x of ONNX Runtime`
          : "between layers that are slower in the network";
      const nodes = stepsOf(layer).flat();
      return nodes.filter((node) => node !== "" && !kept.has(node)).map((node) => [node, reason] as const);
    }),
  );
}
