import type { Feeds } from "../pipeline/index.ts";

/** The inputs of a timing as records tell them: `name:1x3x224x224`, sorted. */
export function feedShapes(feeds: Feeds): string[] {
  return [...feeds].map(([name, value]) => `${name}:${"shape" in value ? value.shape.join("x") : "?"}`).sort();
}
