import type { FloatPoolWorkload } from "../../float-workload.ts";

/**
 * Cells along an axis that the average of each output row (axis 0) or column (axis 1) is divided by: the window's, or
 * those of them that lie in the input, which ends where the padding that the last window meets begins.
 */
export function poolCells(workload: FloatPoolWorkload, axis: 0 | 1): readonly number[] {
  const { window, edge } = workload;
  const [kernel, stride, dilation] = [window.kernel[axis], window.stride[axis], window.dilation[axis]];
  const count = axis === 0 ? workload.rows : workload.columns;
  const first = edge.pads[axis];
  const end = (count - 1) * stride + (kernel - 1) * dilation + 1 - edge.pads[axis === 0 ? 2 : 3];
  return Array.from({ length: count }, (_, at) => {
    if (edge.counted) return kernel;
    const places = Array.from({ length: kernel }, (__, tap) => at * stride + tap * dilation);
    return places.filter((place) => place >= first && place < end).length;
  });
}
