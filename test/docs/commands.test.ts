import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsOf, readDocuments } from "./markdown.ts";
import type { Sandbox } from "./sandbox.ts";
import { makeSandbox } from "./sandbox.ts";

const root = join(import.meta.dirname, "..", "..");
const documents = readDocuments(root);

test.each(documents)("$path marks its commands, so that they are run", ({ text }) => {
  const others = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].filter(([, language]) => language !== "sh");
  const commands = others.flatMap(([, , block = ""]) =>
    block.split("\n").filter((line) => /^(infer-opt|npx|npm|node|python) /.test(line)),
  );
  expect(commands).toEqual([]);
});

describe.each(documents.filter((document) => commandsOf(document).length > 0))("the commands of $path", (document) => {
  let sandbox: Sandbox;
  beforeAll(() => void (sandbox = makeSandbox(root)));
  afterAll(() => rmSync(sandbox.folder, { recursive: true }));

  test.each(commandsOf(document))("line $line", { timeout: 300_000 }, ({ script }) => {
    const { status, output } = sandbox.run(script);
    expect(status, `${script}\n${output}`).toBe(expectedStatus(script));
  });
});

/** What the last command of a block ends with: 0 unless the block says `# exit code N`. */
function expectedStatus(script: string): number {
  return Number(/# exit code (\d+)/.exec(script)?.[1] ?? 0);
}
