import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandsOf, readDocuments } from "./markdown.ts";
import type { Sandbox } from "./sandbox.ts";
import { makeSandbox } from "./sandbox.ts";

const root = join(import.meta.dirname, "..", "..");
const documents = readDocuments(root);

test.each(documents)("$path marks its commands, so that they are run", ({ text }) => {
  const others = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)].filter(
    ([, language]) => language !== "sh" && language !== "text",
  );
  const commands = others.flatMap(([, , block = ""]) =>
    block.split("\n").filter((line) => /^(infer-opt|npx|npm|node|python) /.test(line)),
  );
  expect(commands).toEqual([]);
});

/** Documents whose commands take minutes: they are run by `npm run test:docs`. */
const isLong = (path: string): boolean => /^docs\/(guide\/|bench|packages|cpu-target)/.test(path);
const runsAll = process.env["INFER_OPT_DOCS"] === "1";
const withCommands = documents.filter((document) => commandsOf(document).length > 0);
if (!runsAll) console.log("left to `npm run test:docs`: the commands of the guide and of three pages");

describe.each(withCommands.filter(({ path }) => runsAll || !isLong(path)))("the commands of $path", (document) => {
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
