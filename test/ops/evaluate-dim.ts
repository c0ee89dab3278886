import type { Dim } from "../../src/ir/index.ts";

/**
 * The value of a dimension when its symbols are bound, opaque terms included; read from the canonical text, so that it
 * is independent of the arithmetic under test. Undefined when the dimension is unknown.
 */
export function evaluateText(dim: Dim, bindings: ReadonlyMap<string, number>): number | undefined {
  if (dim === undefined || typeof dim === "number") return dim;
  const names = [...bindings.keys()];
  const code = dim.key.replace(/[A-Za-z_][\w.]*/g, (word) => {
    if (/^(floor|ceil|min|max)$/.test(word)) return `Math.${word}`;
    const at = names.indexOf(word);
    if (at < 0) throw new Error(`"${word}" in ${dim.key} is not bound`);
    return `values[${at}]`;
  });
  const evaluate = new Function("values", `return ${code}`) as (values: readonly number[]) => number;
  return evaluate([...bindings.values()]);
}
