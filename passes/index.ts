import type { Pass } from "../src/pipeline/pass.ts";
import { eliminateIdentities } from "./eliminate-identities.ts";

/** Every pass, in no particular order; the order of work stands in presets.ts. */
export const passes: readonly Pass[] = [
  // simplify
  eliminateIdentities,
  // fuse
];

/** The pass of that name. */
export function passNamed(name: string): Pass | undefined {
  return passes.find((pass) => pass.name === name);
}
