import { listTargets } from "../src/recipes/index.ts";
import { version } from "../src/index.ts";

/** What figures were taken on: they mean nothing without it. */
export interface Machine {
  readonly device: string;
  readonly node: string;
  readonly tool: string;
  readonly date: string;
}

/** This machine, as the target's detection describes it. */
export async function describeMachine(): Promise<Machine> {
  const [first] = await listTargets();
  return {
    device: first?.detected ?? "unknown",
    node: process.versions.node,
    tool: version,
    date: new Date().toISOString().slice(0, 10),
  };
}
