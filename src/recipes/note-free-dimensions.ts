import { printType } from "../ir/index.ts";
import type { Input } from "./load-input.ts";
import type { Run } from "./run.ts";

/** Notes, once a run, that kernels need static dimensions, where those of an input are free beyond the batch. */
export function noteFreeDimensions({ model }: Input, run: Run): void {
  const free = model.graph.inputs.flatMap(({ name, type, constant }) =>
    constant === undefined &&
    type?.kind === "tensor" &&
    type.shape?.slice(1).some((dim) => typeof dim !== "number") === true
      ? [`${name}: ${printType(type)}`]
      : [],
  );
  if (free.length === 0) return;
  const text = `no kernels: dimensions other than the batch are free (${free.join("; ")}); --shape NAME:1x128 pins those of an input`;
  if (!run.notes.includes(text)) run.note(text);
}
