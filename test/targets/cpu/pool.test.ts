import { expect, test } from "vitest";
import type { DeviceFingerprint, Point } from "../../../src/schedule/record.ts";
import { evaluatePool } from "../../../targets/cpu/reference/pool.ts";
import { pool } from "../../../targets/cpu/templates/pool.ts";
import type { PoolWorkload } from "../../../targets/cpu/workload.ts";
import type { RandomBytes } from "./bytes/random-bytes.ts";
import { devices, randomBytes, runOnRows } from "./bytes/random-bytes.ts";
import { randomQuantizations } from "./reference/random-quantization.ts";
import { canRun, hostMissing } from "./run-kernel.ts";

const channelCounts = [1, 2, 3, 5, 8, 12, 16, 17, 24, 31, 32, 33, 48, 63, 64, 65, 72, 96, 128, 144];

function randomWorkload(kind: PoolWorkload["kind"], { below, oneOf, strides }: RandomBytes): PoolWorkload {
  const global = kind === "global-average";
  const channels = oneOf(channelCounts);
  const side = (): number => (global ? 1 + below(oneOf([3, 9, 40, 600])) : oneOf([1, 2, 2, 3, 3, 5, 9, 13]));
  const height = side();
  const kernel = [height, height > 40 ? 1 + below(5) : side()] as const;
  const stride = global ? ([1, 1] as const) : ([1 + below(3), 1 + below(3)] as const);
  const dilation = kind === "max" && below(4) === 0 ? ([1 + below(2), 1 + below(3)] as const) : ([1, 1] as const);
  const [rows, columns] = global ? [1, 1] : [1 + below(5), 1 + below(oneOf([3, 9, 30]))];
  const pad = (axis: 0 | 1): number => (global ? 0 : below(Math.floor((kernel[axis] + 1) / 2)));
  const reach = (columns - 1) * stride[1] + (kernel[1] - 1) * dilation[1] + 1;
  return {
    op: "pool-u8",
    ...{ kind, rows, columns, channels },
    window: { kernel, stride, dilation },
    edge: { pads: [pad(0), pad(1), pad(0), pad(1)], counted: below(2) === 0 },
    x: strides(reach, channels),
    y: strides(columns, channels),
  };
}

/** A random legal point; the seed where twenty tries find none. */
function randomPoint(workload: PoolWorkload, device: DeviceFingerprint, { oneOf }: RandomBytes): Point {
  const space = pool.space(workload, device);
  for (let attempt = 0; attempt < 20; attempt++) {
    const point = Object.fromEntries(space.parameters.map(({ name, values }) => [name, oneOf(values)]));
    if (space.legal(point)) return point;
  }
  return pool.seed(workload, device);
}

/** Halo cells of averages hold the zero point. */
function fillHalo({ rows, columns, channels, window, edge, x }: PoolWorkload, bytes: Uint8Array, zero: number): void {
  const reach = (axis: 0 | 1, outputs: number): number =>
    (outputs - 1) * window.stride[axis] + (window.kernel[axis] - 1) * window.dilation[axis] + 1;
  const [height, width] = [reach(0, rows), reach(1, columns)];
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const inside = row >= edge.pads[0] && row < height - edge.pads[2];
      if (inside && column >= edge.pads[1] && column < width - edge.pads[3]) continue;
      const at = row * x.row + column * x.pixel;
      bytes.fill(zero, at, at + channels);
    }
}

const kinds = ["max", "average", "global-average"] as const;

test.skipIf(hostMissing !== undefined).each(devices)("pools equal their reference on $name", (device) => {
  for (let seed = 1; seed <= 600; seed++) {
    const random = randomBytes(seed);
    const workload = randomWorkload(kinds[seed % 3] as PoolWorkload["kind"], random);
    const quantizations = randomQuantizations(seed);
    const [x, y] = [quantizations.next(), quantizations.next()];
    const extreme = seed % 20 === 0 ? 1e9 : 1;
    const parameters = {
      numbers: { xScale: x.scale * extreme, xZero: x.zero, yScale: y.scale, yZero: y.zero },
      tables: {},
    };
    const point = seed % 4 === 0 ? pool.seed(workload, device) : randomPoint(workload, device, random);
    const kernel = pool.emit(workload, point, device);
    if (!canRun(kernel.features)) return;
    const bytes = (name: string): Uint8Array =>
      random.bytes(kernel.arguments.find((argument) => argument.name === name)?.bytes ?? 0);
    const buffers = { x: seed % 10 === 0 ? bytes("x").fill(255) : bytes("x"), y: bytes("y") };
    if (workload.kind === "average") fillHalo(workload, buffers.x, x.zero);
    const actual = runOnRows(kernel, buffers, parameters);
    evaluatePool(workload, buffers, parameters);
    expect(Buffer.compare(actual, buffers.y), `seed ${seed}: ${JSON.stringify({ workload, point })}`).toBe(0);
  }
});
