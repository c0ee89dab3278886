import type { ScheduleRecord } from "./record.ts";

type Members = Readonly<Record<string, unknown>>;

/** What a member must be: a kind of value, or a check of its own that tells whether it holds. */
type Rule = "text" | "number" | Check;

type Check = (value: unknown) => boolean;

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first member that is not what its rule asks for. */
function firstWrong(members: Members, rules: Readonly<Record<string, Rule>>): string | undefined {
  return Object.keys(rules).find((name) => {
    const [value, rule] = [members[name], rules[name]];
    if (typeof rule === "function") return !rule(value);
    return rule === "text" ? typeof value !== "string" : typeof value !== "number";
  });
}

const objectOf =
  (rules: Readonly<Record<string, Rule>>): Check =>
  (value) =>
    isObject(value) && firstWrong(value, rules) === undefined;

const listOf =
  (rules: Readonly<Record<string, Rule>>): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => isObject(item) && firstWrong(item, rules) === undefined);

const device = objectOf({
  isa: (isa) => isa === undefined || (Array.isArray(isa) && isa.every((name) => typeof name === "string")),
});

const times = objectOf({ min: "number", median: "number" });

const orNone =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const listOfType =
  (kind: "string" | "number"): Check =>
  (value) =>
    Array.isArray(value) && value.every((item) => typeof item === kind);

const profile = objectOf({
  regions: listOf({ name: "text", stepNs: listOfType("number") }),
  peers: listOf({ op: "text", ns: "number", nodes: listOfType("string") }),
});

const numberOrNone: Check = (value) => value === undefined || typeof value === "number";

/** Members without which a record cannot be ranked or replayed. */
const needed: Readonly<Record<ScheduleRecord["kind"], Readonly<Record<string, Rule>>>> = {
  trial: {
    ...{ key: "text", at: "text", template: "text", code: "text", status: "text" },
    ...{ device, point: isObject, ns: orNone(times), threads: numberOrNone },
  },
  choice: {
    ...{ key: "text", at: "text", model: "text", scope: "text", chosen: "text", reason: "text" },
    ...{ ns: numberOrNone, seedNs: numberOrNone, sharedNs: numberOrNone, boundNs: numberOrNone },
    ...{ candidates: numberOrNone, device: orNone(device), profile: orNone(profile) },
    excluded: orNone(listOf({ node: "text", reason: "text" })),
    rewrites: orNone(listOf({ name: "text", reason: "text" })),
    layers: orNone(listOf({ node: "text", op: "text", output: "text", ownDb: "number", sqnrDb: "number" })),
    samples: numberOrNone,
    groups: orNone(listOf({ name: "text", floatNs: "number", int8Ns: "number" })),
  },
  proof: {
    ...{ key: "text", at: "text", model: "text", config: "text", emitted: "text", device },
    forms: listOf({
      ...{ form: "text", threads: "number", ns: times },
      speed: objectOf({ ratio: "number", low: "number", high: "number" }),
    }),
    ...{ failures: orNone(listOf({ form: "text", reason: "text" })), resources: orNone(listOf({ form: "text" })) },
    // A value may be null: JSON has no infinity, which is what equal outputs have for a signal-to-noise ratio.
    accuracy: listOf({ form: "text", metric: "text" }),
  },
};

/** What keeps a line of a schedule cache from being a record; undefined when it is one. Further members are free. */
export function faultOf(value: unknown): string | undefined {
  if (!isObject(value)) return "it is no object";
  const kind = value["kind"];
  if (value["v"] !== 1 || (kind !== "trial" && kind !== "choice" && kind !== "proof"))
    return "no `v` and `kind` of a known record";
  const wrong = firstWrong(value, needed[kind]);
  return wrong === undefined ? undefined : `a ${kind} without a proper \`${wrong}\``;
}
