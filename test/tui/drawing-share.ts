import { readFileSync } from "node:fs";

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly url: string; readonly functionName: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Shares of the time in which a process was at work. */
export interface DrawingShares {
  /** Spent in functions of the terminal interface and in what they call. */
  readonly drawing: number;
  /** Spent on loading it, and the packages that nothing else imports. */
  readonly loading: number;
}

const room = /\/src\/tui\//;
const packages =
  /\/node_modules\/(?:ink|react|react-reconciler|scheduler|yoga-layout|es-toolkit|string-width|slice-ansi|wrap-ansi|cli-truncate|chalk|ansi-[a-z]+|@alcalzone\/ansi-tokenize|signal-exit|cli-[a-z]+)\//;

/** What a profile of V8 tells of the terminal interface. */
export function drawingShares(file: string): DrawingShares {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const kinds = new Map<number, "drawing" | "loading" | "idle" | "other">();
  const visit = (id: number, above: "drawing" | "loading" | "other"): void => {
    const node = byId.get(id);
    if (node === undefined) return;
    const { url, functionName } = node.callFrame;
    const isOwn = room.test(url) || packages.test(url);
    // Code outside of any function is that of a module while it is loaded.
    const isDrawing = above === "drawing" || (room.test(url) && functionName !== "" && functionName !== "(anonymous)");
    const kind = isDrawing ? "drawing" : isOwn || above === "loading" ? "loading" : "other";
    kinds.set(id, functionName === "(idle)" ? "idle" : kind);
    for (const child of node.children ?? []) visit(child, kind);
  };
  visit(nodes[0]?.id ?? 0, "other");
  const sums = { drawing: 0, loading: 0, idle: 0, other: 0 };
  samples.forEach((id, i) => (sums[kinds.get(id) ?? "other"] += timeDeltas[i] ?? 0));
  const busy = sums.drawing + sums.loading + sums.other;
  return { drawing: sums.drawing / busy, loading: sums.loading / busy };
}
