import { expect, test } from "vitest";
import type { Clock, MeasurePolicy, RaceForm, RaceResult } from "../../src/measure/index.ts";
import { measurePolicies, race, seededRandom } from "../../src/measure/index.ts";

const policy: MeasurePolicy = {
  warmupMs: 1,
  rounds: 6,
  maxRounds: 30,
  intervalWidth: 0.05,
  blockMs: 1,
  minIterations: 3,
  dropPerBlock: 1,
  budgetMs: 1e6,
  referenceTolerance: 0.08,
};

/** Time that passes only when something runs. `slowdown` bends everything that runs at a moment: drift and busy neighbours. */
function fakeMachine(slowdown: (now: number) => number = () => 1): Clock & {
  spend(ns: number): void;
  form(name: string, ns: () => number): RaceForm & { readonly runs: () => number };
} {
  let now = 0;
  const spend = (ns: number): void => void (now += ns * slowdown(now));
  return {
    now: () => now,
    spend,
    form: (name, ns) => {
      let runs = 0;
      return {
        name,
        runs: () => runs,
        run: () => {
          runs++;
          spend(ns());
          return Promise.resolve();
        },
      };
    },
  };
}

function minima(result: RaceResult, index: number): number {
  return Math.min(...result.rounds.flatMap((round) => round[index] as readonly number[]));
}

test("times are those of the forms, each round holds a block of every form, the first of a block is dropped", async () => {
  const machine = fakeMachine();
  let first = true;
  const form = machine.form("a", () => 100_000);
  const cold = machine.form("b", () => {
    const ns = first ? 900_000 : 50_000;
    first = false;
    return ns;
  });
  const result = await race([form, cold], policy, { clock: machine, seed: 1, reference: () => machine.spend(1e6) });
  expect(result.names).toEqual(["a", "b"]);
  expect(result.rounds).toHaveLength(policy.rounds);
  for (const round of result.rounds) {
    expect(round[0]).toEqual(Array.from({ length: 10 }, () => 100_000));
    expect(round[1]).toEqual(Array.from({ length: 20 }, () => 50_000));
  }
  expect(result).toMatchObject({ droppedRounds: 0, noise: 0 });
});

test("slow forms get the least number of iterations", async () => {
  const machine = fakeMachine();
  const slow = machine.form("slow", () => 50e6);
  const result = await race([slow], policy, { clock: machine, seed: 1, reference: () => machine.spend(1e6) });
  expect(result.rounds[0]?.[0]).toHaveLength(policy.minIterations);
});

test("rounds under a busy neighbour are dropped: the reference loop tells", async () => {
  const machine = fakeMachine((now) => (Math.floor(now / 7e6) % 2 === 1 ? 1.5 : 1));
  const forms = [machine.form("a", () => 200_000), machine.form("b", () => 100_000)];
  const result = await race(
    forms,
    { ...policy, rounds: 20 },
    {
      clock: machine,
      seed: 3,
      reference: () => machine.spend(1e6),
    },
  );
  expect(result.droppedRounds).toBeGreaterThan(0);
  expect(result.rounds.length).toBeGreaterThanOrEqual(2);
  const best = Math.min(...result.referenceNs);
  for (const ns of result.referenceNs) expect(ns / best - 1).toBeLessThanOrEqual(policy.referenceTolerance);
  expect(minima(result, 0) / minima(result, 1)).toBeCloseTo(2, 1);
});

test("slow drift of the machine bends both sides alike", async () => {
  const machine = fakeMachine((now) => 1 + Math.min(0.07, now / 4e9));
  const forms = [machine.form("a", () => 300_000), machine.form("b", () => 200_000)];
  const result = await race(forms, policy, { clock: machine, seed: 5, reference: () => machine.spend(1e6) });
  for (const round of result.rounds) {
    const [a, b] = round as [readonly number[], readonly number[]];
    expect(Math.min(...a) / Math.min(...b)).toBeGreaterThan(1.45);
    expect(Math.min(...a) / Math.min(...b)).toBeLessThan(1.55);
  }
});

test("when every round is disturbed, the quieter half stays", async () => {
  const machine = fakeMachine();
  let factor = 1;
  const result = await race([machine.form("a", () => 100_000)], policy, {
    clock: machine,
    seed: 1,
    reference: () => machine.spend(1e6 * (factor *= 1.2)),
  });
  expect(result.rounds.length).toBeGreaterThanOrEqual(2);
  expect(result.droppedRounds).toBeGreaterThan(0);
  expect(result.noise).toBeGreaterThan(0.08);
});

test("noisy forms get more rounds, up to the cap; steady ones do not", async () => {
  const random = seededRandom(11);
  const machine = fakeMachine();
  const steady = [machine.form("a", () => 100_000), machine.form("b", () => 90_000)];
  const reference = (): void => machine.spend(1e6);
  const calm = await race(steady, policy, { clock: machine, seed: 1, reference });
  expect(calm.rounds).toHaveLength(policy.rounds);
  const drawn: number[] = [];
  const wild = [machine.form("a", () => 1e6), machine.form("b", () => 1e6 * (1 + random() * random() * 2))];
  const noisy = await race(
    wild,
    { ...policy, minIterations: 1, blockMs: 0.1 },
    {
      clock: machine,
      seed: 1,
      reference,
      onRound: (round) => void drawn.push(round),
    },
  );
  expect(noisy.rounds.length).toBeGreaterThan(policy.rounds);
  expect(noisy.rounds.length).toBeLessThanOrEqual(policy.maxRounds);
  expect(drawn).toEqual(drawn.map((_, i) => i + 1));
});

test("the budget ends a race, but never before two rounds", async () => {
  const machine = fakeMachine();
  const result = await race(
    [machine.form("a", () => 50e6)],
    { ...policy, budgetMs: 1 },
    {
      clock: machine,
      seed: 1,
      reference: () => machine.spend(1e6),
    },
  );
  expect(result.rounds).toHaveLength(2);
});

test("an abort ends it between rounds", async () => {
  const machine = fakeMachine();
  const abort = new AbortController();
  const result = await race([machine.form("a", () => 100_000)], policy, {
    clock: machine,
    seed: 1,
    signal: abort.signal,
    reference: () => machine.spend(1e6),
    onRound: (round) => {
      if (round === 3) abort.abort();
    },
  });
  expect(result.rounds).toHaveLength(3);
});

test("a race that is told to end has two rounds at least; the time between rounds is not of its budget", async () => {
  const machine = fakeMachine();
  const setup = { clock: machine, seed: 1, reference: () => machine.spend(1e6) };
  const ended = await race([machine.form("a", () => 100_000)], policy, { ...setup, onRound: async () => false });
  expect(ended.rounds).toHaveLength(2);
  const paused = await race([machine.form("a", () => 100_000)], policy, {
    ...setup,
    onRound: async () => {
      machine.spend(policy.budgetMs * 2e6);
      return true;
    },
  });
  expect(paused.rounds).toHaveLength(policy.rounds);
});

test("the order within rounds follows from the seed and varies", async () => {
  const orders = async (seed: number): Promise<string> => {
    const machine = fakeMachine();
    let order = "";
    const named = (name: string): RaceForm => ({
      name,
      run: () => {
        machine.spend(1e6);
        if (!order.endsWith(name)) order += name;
        return Promise.resolve();
      },
    });
    await race([named("a"), named("b"), named("c")], policy, {
      clock: machine,
      seed,
      reference: () => machine.spend(1e6),
    });
    return order;
  };
  expect(await orders(1)).toBe(await orders(1));
  expect(await orders(1)).not.toBe(await orders(2));
});

test("presets grow in effort", () => {
  const { quick, default: usual, extensive } = measurePolicies;
  for (const [less, more] of [
    [quick, usual],
    [usual, extensive],
  ] as const) {
    expect(less.rounds).toBeLessThan(more.rounds);
    expect(less.budgetMs).toBeLessThan(more.budgetMs);
    expect(less.intervalWidth).toBeGreaterThan(more.intervalWidth);
  }
});

test("a form that times itself is asked for blocks, and its times are taken as they are", async () => {
  const machine = fakeMachine();
  const asked: (readonly [number, number])[] = [];
  const remote: RaceForm = {
    name: "remote",
    block: (iterations, drop) => {
      asked.push([iterations, drop]);
      machine.spend((iterations + drop) * 200_000 + 5e6);
      return Promise.resolve(Array.from({ length: iterations }, () => 200_000));
    },
  };
  const setup = { clock: machine, seed: 1, reference: () => machine.spend(1e6) };
  const result = await race([machine.form("near", () => 100_000), remote], policy, setup);
  expect(minima(result, 1)).toBe(200_000);
  expect(asked.slice(0, 2)).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(asked.slice(2)).toEqual(result.rounds.map(() => [5, 1]));
});

test("energy is counted block by block, and is that of one inference, whatever else the machine does", async () => {
  const machine = fakeMachine();
  const [a, b] = [machine.form("a", () => 100_000), machine.form("b", () => 50_000)];
  // Form a takes 3 microjoules a run, form b one; the reference takes some that nobody is charged for.
  let reference = 0;
  const energy = { read: () => 3 * a.runs() + b.runs() + reference };
  const spin = (): void => {
    reference += 500;
    machine.spend(1e6);
  };
  const setup = { clock: machine, seed: 1, reference: spin };
  const { energyUj, rounds } = await race([a, b], policy, { ...setup, energy });
  expect(rounds).toHaveLength(policy.rounds);
  expect(energyUj).toEqual(rounds.map(() => [3, 1]));
  expect((await race([a, b], policy, setup)).energyUj).toBeUndefined();
  let left = 5;
  const failing = { read: () => (left-- > 0 ? 1 : undefined) };
  expect((await race([a, b], policy, { ...setup, energy: failing })).energyUj).toBeUndefined();
});
