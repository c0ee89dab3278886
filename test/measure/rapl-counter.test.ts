import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { EnergyCounter } from "../../src/measure/index.ts";
import { openRaplCounter } from "../../src/measure/index.ts";

let root = "";
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "powercap-"))));
afterEach(() => rmSync(root, { recursive: true }));

function zone(folder: string, name: string, energy: number): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [file, text] of Object.entries({ name, energy_uj: energy, max_energy_range_uj: 1000 }))
    writeFileSync(join(root, folder, file), `${text}\n`);
}

function opened(): EnergyCounter {
  const counter = openRaplCounter(root);
  if ("missing" in counter) throw new Error(counter.missing);
  return counter;
}

test("packages and their memory are counted, parts of a package are not twice", () => {
  zone("intel-rapl:0", "package-0", 100);
  zone("intel-rapl:0:0", "core", 50);
  zone("intel-rapl:0:1", "dram", 10);
  zone("intel-rapl:1", "package-1", 0);
  zone("intel-rapl:2", "psys", 500);
  const counter = opened();
  expect(counter.read()).toBe(0);
  zone("intel-rapl:0", "package-0", 130);
  zone("intel-rapl:0:0", "core", 70);
  zone("intel-rapl:0:1", "dram", 15);
  zone("intel-rapl:1", "package-1", 7);
  zone("intel-rapl:2", "psys", 900);
  expect(counter.read()).toBe(42);
});

test("a counter that came to its end goes on", () => {
  zone("intel-rapl:0", "package-0", 990);
  const counter = opened();
  zone("intel-rapl:0", "package-0", 20);
  expect(counter.read()).toBe(30);
  zone("intel-rapl:0", "package-0", 25);
  expect(counter.read()).toBe(35);
});

test("without counters that may be read there is none, and why; one that goes away tells nothing", () => {
  const nowhere = join(root, "nowhere");
  expect(openRaplCounter(nowhere)).toEqual({ missing: expect.stringContaining(nowhere) });
  zone("intel-rapl:0", "package-0", 1);
  rmSync(join(root, "intel-rapl:0", "energy_uj"));
  expect(openRaplCounter(root)).toEqual({ missing: expect.stringMatching(/energy_uj cannot be read: .* only root/) });
  zone("intel-rapl:0", "package-0", 1);
  const counter = opened();
  rmSync(join(root, "intel-rapl:0", "energy_uj"));
  expect(counter.read()).toBeUndefined();
});
