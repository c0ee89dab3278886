import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openEnergyCounter } from "../../src/measure/index.ts";

let root = "";
beforeEach(() => (root = mkdtempSync(join(tmpdir(), "powercap-"))));
afterEach(() => rmSync(root, { recursive: true }));

function zone(folder: string, name: string, energy: number): void {
  mkdirSync(join(root, folder), { recursive: true });
  for (const [file, text] of Object.entries({ name, energy_uj: energy, max_energy_range_uj: 1000 }))
    writeFileSync(join(root, folder, file), `${text}\n`);
}

test("packages and their memory are counted, parts of a package are not twice", () => {
  zone("intel-rapl:0", "package-0", 100);
  zone("intel-rapl:0:0", "core", 50);
  zone("intel-rapl:0:1", "dram", 10);
  zone("intel-rapl:1", "package-1", 0);
  zone("intel-rapl:2", "psys", 500);
  const counter = openEnergyCounter(root);
  expect(counter?.read()).toBe(0);
  zone("intel-rapl:0", "package-0", 130);
  zone("intel-rapl:0:0", "core", 70);
  zone("intel-rapl:0:1", "dram", 15);
  zone("intel-rapl:1", "package-1", 7);
  zone("intel-rapl:2", "psys", 900);
  expect(counter?.read()).toBe(42);
});

test("a counter that came to its end goes on", () => {
  zone("intel-rapl:0", "package-0", 990);
  const counter = openEnergyCounter(root);
  zone("intel-rapl:0", "package-0", 20);
  expect(counter?.read()).toBe(30);
  zone("intel-rapl:0", "package-0", 25);
  expect(counter?.read()).toBe(35);
});

test("without counters that may be read there is none; one that goes away tells nothing", () => {
  expect(openEnergyCounter(join(root, "nowhere"))).toBeUndefined();
  zone("intel-rapl:0", "package-0", 1);
  rmSync(join(root, "intel-rapl:0", "energy_uj"));
  expect(openEnergyCounter(root)).toBeUndefined();
  zone("intel-rapl:0", "package-0", 1);
  const counter = openEnergyCounter(root);
  rmSync(join(root, "intel-rapl:0", "energy_uj"));
  expect(counter?.read()).toBeUndefined();
});
