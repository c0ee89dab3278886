import type { Model, Node, Value } from "../ir/index.ts";
import { functionKey } from "../ir/index.ts";
import { calledLevels } from "./called-levels.ts";
import type { IsaLevel } from "./isa.ts";
import { handOver } from "./outline-region.ts";
import { parseRegionName } from "./region-name.ts";

/**
 * Makes every region that has a program for a level be called at that level, as a host does that knows none of the
 * better ones; their functions and programs go. Returns the number of regions that were changed.
 */
export function useLevel(model: Model, isa: IsaLevel): number {
  let count = 0;
  for (const call of [...model.graph.nodes()]) {
    const levels = calledLevels(model, call);
    const index = levels.findIndex((level) => level.isa === isa);
    if (index <= 0) continue;
    lowerCall(model, call, index, (levels[index] as { readonly name: string }).name);
    count++;
  }
  return count;
}

/** Calls the `skipped`-th lesser level in place of a region; its program and those of lesser levels stay. */
function lowerCall(model: Model, call: Node, skipped: number, name: string): void {
  const { graph, domain, inputs, outputs } = call;
  for (let node: Node | undefined = call; node !== undefined && node.opType !== name;) {
    const key = functionKey(domain, node.opType);
    const next: Node | undefined = model.functions.get(key)?.body.firstNode;
    model.functions.delete(key);
    node = next;
  }
  const kept = inputs.slice(0, inputs.length - skipped);
  const dropped = inputs.slice(inputs.length - skipped);
  const results = outputs.filter((value) => value !== undefined);
  const lesser = graph.insertBefore(call, {
    ...{ opType: name, domain, name, inputs: kept },
    outputs: results.map((value) => ({ name: value.name, type: value.type })),
  });
  results.forEach((value, i) => handOver(value, lesser.outputs[i] as Value));
  graph.remove(call);
  for (const value of dropped) if (value !== undefined && value.uses.size === 0) graph.removeConstant(value);
}

/** The levels that the regions of a model have programs for besides the best. */
export function lesserLevels(model: Model): ReadonlySet<IsaLevel> {
  const calls = [...model.graph.nodes()].filter(({ domain, opType }) => parseRegionName(domain, opType) !== undefined);
  return new Set(
    calls.flatMap((call) =>
      calledLevels(model, call)
        .slice(1)
        .map((level) => level.isa),
    ),
  );
}
