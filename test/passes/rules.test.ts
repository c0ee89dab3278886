import { expect, test } from "vitest";
import { passes } from "../../passes/index.ts";

test("names of passes and of rules within a pass are unique and fit an option", () => {
  const names = passes.map((pass) => pass.name);
  expect(new Set(names).size).toBe(names.length);
  for (const pass of passes) {
    expect(pass.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    const rules = pass.rules ?? [];
    expect(new Set(rules).size, pass.name).toBe(rules.length);
    for (const rule of rules) expect(rule, pass.name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  }
});

test("every declarative rule says what it replaces, and no pass promises more than its rules", () => {
  const described = passes.flatMap((pass) => (pass.ruleDescriptions ?? []).map((rule) => ({ pass, rule })));
  expect(described.length).toBeGreaterThan(40);
  for (const { pass, rule } of described) {
    expect(rule.before, rule.name).not.toBe("");
    expect(rule.after, rule.name).not.toBe("");
    if (pass.preserves === "bits") expect(rule.preserves, rule.name).toBe("bits");
  }
});
