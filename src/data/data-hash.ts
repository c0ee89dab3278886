import { createHash } from "node:crypto";
import { hashTensor } from "../ir/index.ts";
import type { Sample } from "./dataset.ts";

/** Hashes samples as they pass by: every byte fed, not the names of files, under which equal data may lie elsewhere. */
export interface DataHash {
  add(sample: Sample): void;
  digest(): string;
}

/** Makes an empty hash; samples must be added in their order. */
export function dataHash(): DataHash {
  const hash = createHash("sha256");
  return {
    add: (sample) => {
      hash.update("sample\n");
      for (const [name, tensor] of [...sample.feeds].sort(([a], [b]) => (a < b ? -1 : 1)))
        hash.update(`${JSON.stringify(name)} ${hashTensor(tensor)}\n`);
    },
    digest: () => hash.digest("hex"),
  };
}
