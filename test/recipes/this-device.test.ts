import { expect, test, vi } from "vitest";
import { thisDevice } from "../../src/recipes/commands/edit-cache.ts";

vi.mock("../../targets/index.ts", () => ({
  targets: [{ id: "onnxruntime", detect: () => Promise.resolve({ missing: "no runtime" }) }],
}));

test("where no device is found nothing passes for this device", async () => {
  await expect(thisDevice()).rejects.toThrow(/IO0708.*no runtime/);
});
