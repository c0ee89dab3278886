import { expect, test } from "vitest";
import { inputRows, rowSteps } from "../../../targets/cpu/templates/depthwise/geometry.ts";
import type { Window } from "../../../targets/cpu/workload.ts";

const windows = [1, 2, 3, 5, 7, 9].flatMap((kernel) =>
  [1, 2, 3, 5].flatMap((stride) =>
    [1, 2, 3].map((dilation): Window => ({
      kernel: [kernel, kernel],
      stride: [stride, stride],
      dilation: [dilation, dilation],
    })),
  ),
);

test("every tap of every row of y is in one step, at the row of x it falls on", () => {
  for (const window of windows)
    for (const outputs of window.dilation[0] > 1 ? [1] : [1, 2, 4])
      for (const groupRows of [2, 4]) {
        const rows = inputRows(window, outputs);
        const taps = rowSteps(window, outputs, groupRows).flatMap(({ output, group, at, kernelRow, taps: count }) => {
          expect(at + count).toBeLessThanOrEqual(groupRows);
          return Array.from({ length: count }, (_, index) => ({
            output,
            tap: kernelRow + index,
            row: rows[group * groupRows + at + index],
          }));
        });
        const expected = Array.from({ length: outputs }, (_, output) =>
          Array.from({ length: window.kernel[0] }, (__, tap) => ({
            ...{ output, tap },
            row: output * window.stride[0] + tap * window.dilation[0],
          })),
        ).flat();
        expect(taps).toEqual(expected);
      }
});

test("a pass over fewer rows takes the first steps and the first rows of x", () => {
  for (const window of windows.filter(({ dilation }) => dilation[0] === 1)) {
    const [all, rows] = [rowSteps(window, 4, 4), inputRows(window, 4)];
    for (const outputs of [1, 2, 3]) {
      const fewer = rowSteps(window, outputs, 4);
      expect(all.slice(0, fewer.length)).toEqual(fewer);
      const first = inputRows(window, outputs);
      expect(rows.slice(0, first.length)).toEqual(first);
    }
  }
});
