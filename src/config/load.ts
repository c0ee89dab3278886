import { readFileSync } from "node:fs";
import type { ErrorObject, ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import type { Where } from "../diagnostics/index.ts";
import { fail } from "../diagnostics/index.ts";
import { configDiagnostics } from "../diagnostics/codes/config.ts";
import { nearestName } from "../diagnostics/nearest-name.ts";
import type { CompileOptions, UserOptions } from "./options.ts";
import { profiles } from "./profiles.ts";
import { schema } from "./schema.ts";
import { stripComments } from "./strip-comments.ts";

/** Levels of the deepest option are two; beyond this nothing is looked at any closer. */
const MOST_LEVELS = 8;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** Reads a config file, in which comments may stand. Throws IO0903 when it is not one JSON object. */
export function readConfigFile(file: string): UserOptions {
  let value: unknown;
  try {
    value = JSON.parse(stripComments(readFileSync(file, "utf8").replace(/^\uFEFF/, "")));
  } catch (error) {
    return fail(configDiagnostics.unreadableConfig({ detail: (error as Error).message }, { file }), error);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return fail(configDiagnostics.unreadableConfig({ detail: "it holds no JSON object" }, { file }));
  if (isDeeper(value, MOST_LEVELS))
    return fail(configDiagnostics.unreadableConfig({ detail: "no option is nested as deep" }, { file }));
  const { $schema: _, ...options } = value as Record<string, unknown>;
  return options as UserOptions;
}

/**
 * Checks options against the schema, fills in what a profile presets, then defaults; inside, options are complete. Throws
 * IO0901 or IO0902, and IO0904 for one that means nothing by itself.
 */
export function completeOptions(given: UserOptions, file?: string): CompileOptions {
  // The schema itself is checked by a test, not on every start: compiling its own schema takes longer than all the rest.
  const ajv = new Ajv2020({ useDefaults: true, strict: false, verbose: true, meta: false, validateSchema: false });
  const validate = ajv.compile(schema) as ValidateFunction<CompileOptions>;
  const { profile } = given;
  const preset = profile !== undefined && Object.hasOwn(profiles, profile) ? profiles[profile] : {};
  const asked = { ...preset, ...given };
  const options: unknown = structuredClone(asked);
  if (validate(options)) {
    requireMeaning(asked, file);
    return options;
  }
  const [error] = validate.errors ?? [];
  if (error === undefined) throw new Error("the schema refused the options without a reason");
  return explain(error, file);
}

/** An option that says something about another one, which was not given, would be passed over in silence. */
function requireMeaning({ percentile, maxLatency }: UserOptions, file: string | undefined): void {
  // Complete options, which may be completed again, hold the default.
  const { default: fallback } = schema.properties.percentile;
  if (percentile === undefined || percentile === fallback || maxLatency !== undefined) return;
  fail(
    configDiagnostics.conflict(
      {
        detail: "--percentile says which latency --max-latency is about, and there is no --max-latency",
        advice: "give --max-latency too; the columns of `bench` are named by --percentiles",
      },
      file === undefined ? {} : { file, pointer: "/percentile" },
    ),
  );
}

function explain(error: ErrorObject, file: string | undefined): never {
  const where = (pointer: string): Where => (file === undefined ? {} : { file, pointer });
  if (error.keyword === "additionalProperties") {
    const key = String((error.params as { additionalProperty: string }).additionalProperty);
    return fail(
      configDiagnostics.unknownKey(
        { key, nearest: nearestName(key, Object.keys(schema.properties)) },
        where(`${error.instancePath}/${escapePointer(key)}`),
      ),
    );
  }
  const key = error.instancePath.split("/")[1] ?? "";
  return fail(
    configDiagnostics.badValue(
      { key, value: JSON.stringify(error.data), expected: expectation(error) },
      where(error.instancePath),
    ),
  );
}

/** A key as a step of a JSON pointer (RFC 6901). */
function escapePointer(key: string): string {
  return key.replaceAll("~", "~0").replaceAll("/", "~1");
}

function expectation(error: ErrorObject): string {
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case "enum":
      return `one of ${(params["allowedValues"] as readonly string[]).join(", ")}`;
    case "type":
      return `of type ${String(params["type"])}`;
    case "pattern":
      return `of a form such as ${(error.parentSchema as { readonly examples: readonly string[] }).examples.join(", ")}`;
    default:
      return (error.message ?? error.keyword).replace(/^must be /, "");
  }
}
