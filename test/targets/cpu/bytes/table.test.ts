import { expect, test } from "vitest";
import { evaluateTable } from "../../../../targets/cpu/reference/table.ts";
import { table } from "../../../../targets/cpu/templates/table.ts";
import type { TableWorkload } from "../../../../targets/cpu/workload.ts";
import { canRun, hostMissing } from "../run-kernel.ts";
import { devices, randomBytes, runOnRows } from "./random-bytes.ts";

test.skipIf(hostMissing !== undefined).each(devices)("table equals its reference on $name", (device) => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = randomBytes(seed);
    const extent = random.extent();
    const strides = () => random.strides(extent.columns, extent.channels);
    const workload: TableWorkload = { op: "table-u8", ...extent, x: strides(), y: strides() };
    const kernel = table.emit(workload, table.seed(workload, device), device);
    if (!canRun(kernel.features)) return;
    const [x, , y] = kernel.arguments.map(({ bytes }) => random.bytes(bytes)) as [Uint8Array, Uint8Array, Uint8Array];
    const parameters = { numbers: {}, tables: { table: random.bytes(256) } };
    const actual = runOnRows(kernel, { x, y }, parameters);
    evaluateTable(workload, { x, y }, parameters);
    expect(Buffer.compare(actual, y), JSON.stringify(workload)).toBe(0);
  }
});
