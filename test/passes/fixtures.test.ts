import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { passes } from "../../passes/index.ts";
import { cloneModel, hashModel, parseModel, printModel, verifyStructure } from "../../src/ir/index.ts";
import { inferTypes } from "../../src/ops/index.ts";
import { compareValues } from "../../src/pipeline/compare.ts";
import type { PassNote } from "../../src/pipeline/pass.ts";
import { runModel } from "../../src/reference/index.ts";
import { contextFor, randomFeeds, readCase } from "./fixture-case.ts";

const root = import.meta.dirname;
const update = process.env["UPDATE_FIXTURES"] === "1";

/** Folders with an input.txt, directly in the pass's folder. */
function casesOf(pass: string): string[] {
  const folder = join(root, pass);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, "input.txt")));
}

test("every fixture folder belongs to a pass", () => {
  const names = new Set(passes.map((pass) => pass.name));
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const orphans = folders.filter((entry) => casesOf(entry.name).length > 0 && !names.has(entry.name));
  expect(orphans.map((entry) => entry.name)).toEqual([]);
});

describe.each(passes.filter((pass) => casesOf(pass.name).length > 0))("$name", (pass) => {
  test.each(casesOf(pass.name))("%s", async (name) => {
    const folder = join(root, pass.name, name);
    const { settings, text } = readCase(folder);
    const model = parseModel(text);
    if (settings.infer ?? true) expect(inferTypes(model).problems).toEqual([]);
    const original = cloneModel(model);
    const notes: PassNote[] = [];

    const first = await pass.run(model, contextFor(pass.defaults, settings, notes));
    expect(verifyStructure(model)).toEqual([]);
    expect(inferTypes(cloneModel(model)).problems).toEqual([]);
    expect(first.changes > 0, "a pass that claims changes makes some, and the other way round").toBe(
      hashModel(original, { names: true }) !== hashModel(model, { names: true }),
    );

    const expectedFile = join(folder, "expected.txt");
    const printed = printModel(model);
    if (update) writeFileSync(expectedFile, printed);
    expect(printed).toBe(readFileSync(expectedFile, "utf8"));
    if (settings.refusals !== undefined) {
      const refusals = notes
        .filter((note) => note.kind === "refusal")
        .map((note) => `${note.rule} at ${note.node}: ${note.reason}`);
      if (update) writeFileSync(join(folder, "case.json"), JSON.stringify({ ...settings, refusals }, null, 2) + "\n");
      else expect(refusals).toEqual(settings.refusals);
    }

    const second = await pass.run(model, contextFor(pass.defaults, settings, notes));
    expect(second.changes, "the second run finds nothing").toBe(0);
    expect(printModel(model)).toBe(printed);

    if (settings.evaluate === false) return;
    for (const seed of [1, 2]) {
      const feeds = randomFeeds(original, settings, seed);
      const comparison = compareValues(runModel(original, feeds), runModel(model, feeds), pass.preserves);
      expect(comparison.verdict, comparison.detail).not.toBe("mismatch");
    }
  });
});
