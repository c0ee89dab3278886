import { readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { fileOf, richModel } from "../sample-models.ts";
import { sharedModels } from "../shared-models.ts";
import type { Seed } from "./run-fuzz.ts";

/** Files small enough that thousands of cases take seconds: our own model, and shared ones where they are present. */
export function fuzzSeeds(largest: number): readonly Seed[] {
  const own: Seed = { name: "own", bytes: fileOf(richModel), folder: undefined };
  const shared = sharedModels
    .filter(({ path }) => statSync(path).size <= largest)
    .map(({ name, path }) => ({ name, bytes: new Uint8Array(readFileSync(path)), folder: dirname(path) }));
  return [own, own, ...shared];
}
