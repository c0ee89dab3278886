import { runtimeDiagnostics } from "../../diagnostics/codes/runtime.ts";
import type { ScheduleCache } from "../../schedule/index.ts";
import type { CompiledForm, FormCompiler } from "./compile-form.ts";
import { formCompiler } from "./compile-form.ts";
import type { Form } from "../form.ts";
import type { TimedRegions } from "./layer-times.ts";
import { timeLayers } from "./layer-times.ts";
import type { Input } from "../load-input.ts";
import { noteFreeDimensions } from "../note-free-dimensions.ts";
import { profilePeers, profileSteps } from "./profile-network.ts";
import type { RegionChoice } from "./region-records.ts";
import { findRegionChoice, hashKernels, recordRegionChoice, regionKey } from "./region-records.ts";
import { revertLayers } from "./revert-layers.ts";
import type { Run } from "../run.ts";
import type { Samples } from "../samples.ts";

/**
 * What the products of float forms are compiled in: float32, and bfloat16 where it was asked for and the device multiplies
 * it. Where it does not the reason is reported.
 */
export function floatProducts(run: Run): readonly ("f32" | "bf16")[] {
  const { target } = run.environment;
  const { isa, precision } = run.options;
  if (precision !== "bf16") return ["f32"];
  const isNarrowed = isa.length > 0 && !isa.includes("avx512bf16");
  if (run.device !== undefined && target.multipliesBf16?.(run.device) === true && !isNarrowed) return ["f32", "bf16"];
  const detail =
    target.multipliesBf16 === undefined
      ? `--target ${target.id} has no kernels for it`
      : isNarrowed
        ? "--isa lists no level that has it: avx512bf16 does"
        : "this CPU has no AVX512_BF16, or INFER_OPT_ISA hides it";
  run.diagnose(runtimeDiagnostics.bf16Unavailable({ detail }));
  return ["f32"];
}

/**
 * The form in which parts of `base` are programs of machine code, tuned on this device; undefined where the target has
 * no kernels, or none that this model could use. With `products` of bfloat16 it is a lossy one. Layers that are slower in
 * the network than ONNX Runtime's stay plain where that pays; the records tell which of them with these kernels, or it is
 * measured.
 */
export async function addRegionForm(
  base: Form,
  products: "f32" | "bf16",
  input: Input,
  samples: Samples | undefined,
  cache: ScheduleCache,
  run: Run,
): Promise<Form | undefined> {
  const compiler = formCompiler(base, products, input, samples, cache, run);
  if (compiler === undefined) return undefined;
  const key = regionKey(base, products, run);
  const known = findRegionChoice(cache, key, run);
  const first = await compileChecked(compiler, known, run);
  const isSettled = known !== undefined && known.kernels === hashKernels(first.compiled);
  const found: Settled =
    isSettled || !compiler.measures || samples === undefined
      ? {
          result: first,
          ...(isSettled ? { timed: timedAs(compiler, first, known.profile), measuredAt: known.at } : {}),
        }
      : await settle(
          compiler,
          known === undefined ? first : await compileChecked(compiler, undefined, run),
          { input, samples, cache, run },
          key,
        );
  const { compiled, form, difference, sqnrDb } = found.result;
  for (const { node, reason } of compiled.refusals)
    run.reporter.handle({ type: "refusal", pass: "regions", rule: run.environment.target.id, node, reason });
  const { timed, measuredAt } = found;
  run.reporter.handle({
    type: "regions",
    report: {
      ...compiler.report(compiled),
      ...timed,
      ...(timed?.layers === undefined || measuredAt === undefined ? {} : { measuredAt }),
      ...(sqnrDb === undefined ? {} : { sqnrDb }),
    },
  });
  if (form === undefined && difference === undefined) noteFreeDimensions(input, run);
  if (form === undefined || difference === undefined) return form;
  run.diagnose(runtimeDiagnostics.regionsDiffer({ form: compiler.name, detail: difference }));
  return undefined;
}

/** A form as it was compiled, and with which kernels. */
interface Checked extends CompiledForm {
  readonly exact: boolean;
}

/** Compiles as a record says, or with all kernels; where the result differs by too much, once more with exact ones only. */
async function compileChecked(compiler: FormCompiler, known: RegionChoice | undefined, run: Run): Promise<Checked> {
  const exact = known?.exact ?? run.options.exact;
  const excluded = known?.excluded ?? new Map<string, string>();
  const first = await compiler.compile({ exact, excluded });
  return first.difference === undefined || first.compiled.exact
    ? { ...first, exact }
    : { ...(await compiler.compile({ exact: true, excluded })), exact: true };
}

/** How a form ended up, its layers in the network, and when those were timed. */
interface Settled {
  readonly result: Checked;
  readonly timed?: TimedRegions | undefined;
  readonly measuredAt?: string | undefined;
}

/** Times the layers of a form, tries to leave those plain that lose, and records what was found best. */
async function settle(
  compiler: FormCompiler,
  first: Checked,
  measuring: {
    readonly input: Input;
    readonly samples: Samples;
    readonly cache: ScheduleCache;
    readonly run: Run;
  },
  key: string,
): Promise<Settled> {
  const { input, samples, cache, run } = measuring;
  const { form: full, exact } = first;
  // What is stopped is settled by a later run.
  if (full === undefined || first.difference !== undefined || run.control.isStopping) return { result: first };
  const untimed: string[] = [];
  const onFailure = (reason: string): void => void untimed.push(reason);
  const peers = await profilePeers(compiler.model, samples, run, onFailure);
  const profileOf = async (form: Form): Promise<RegionChoice["profile"]> => {
    const regions = await profileSteps(form, run, onFailure);
    return regions === undefined || peers === undefined ? undefined : { regions, peers };
  };
  const profile = await profileOf(full);
  const timed = timedAs(compiler, first, profile);
  const keep = ({ compiled }: CompiledForm, choice: Omit<RegionChoice, "kernels" | "exact">): string | undefined => {
    // What a person ended is settled by a later run.
    if (run.control.isStopping) return undefined;
    const kernels = hashKernels(compiled);
    const why = untimed.length === 0 ? {} : { untimed: untimed.join("; ") };
    return recordRegionChoice(cache, key, input.form.hash, { ...choice, ...why, exact, kernels }, run);
  };
  if (timed !== undefined) {
    const excluded = await revertLayers({ ...measuring, ...timed, compiler, full, exact });
    const result = excluded.size === 0 ? undefined : await compiler.compile({ exact, excluded });
    if (result?.form !== undefined && result.difference === undefined) {
      const now = await profileOf(result.form);
      const measuredAt = keep(result, { excluded, profile: now });
      return { result: { ...result, exact }, timed: timedAs(compiler, result, now), measuredAt };
    }
  }
  return { result: first, timed, measuredAt: keep(first, { excluded: new Map(), profile }) };
}

function timedAs(
  { model }: FormCompiler,
  { compiled }: CompiledForm,
  profile: RegionChoice["profile"],
): TimedRegions | undefined {
  return profile === undefined || compiled.regions.length === 0
    ? undefined
    : timeLayers(model, compiled.regions, profile);
}
