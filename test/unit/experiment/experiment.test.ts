// Paired runs: what each gets, how they are judged, and what becomes of those that fail or never come.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Experiment, runExperiment } from "../../../kernel/experiment";
import { manualSeed, rand } from "../../../kernel/tensor";

/** Results by arm and seed, as if runs had given them. */
const given = (values: Record<string, number[]>, options: object = {}) =>
  runExperiment({
    seeds: Object.values(values)[0]!.length,
    arms: values,
    run: ({ seed, settings }) => settings[seed]!,
    ...options,
  });

test("each run gets its seed, arm and settings, seed by seed, and the random stream of its seed", async () => {
  const trials: unknown[] = [];
  const { values } = await runExperiment({
    seeds: [7, 3],
    arms: { without: { bn: false }, with: { bn: true } },
    run: (trial) => {
      trials.push(trial);
      return rand([1]).item();
    },
  });
  const [without, withBn] = [{ bn: false }, { bn: true }];
  assert.deepEqual(trials, [
    { seed: 7, arm: "without", settings: without },
    { seed: 7, arm: "with", settings: withBn },
    { seed: 3, arm: "without", settings: without },
    { seed: 3, arm: "with", settings: withBn },
  ]);
  const drawn = [7, 3].map((seed) => {
    manualSeed(seed);
    return rand([1]).item();
  });
  assert.deepEqual(values, { without: drawn, with: drawn });
});

test("median, range, paired signs, effect and verdict", async () => {
  const found = await given({ a: [1, 2, 3, 4], b: [2, 4, 9, 5] });
  assert.deepEqual(found.summary, [
    { arm: "a", median: 2.5, range: [1, 4], runs: 4, comparison: null },
    {
      arm: "b",
      median: 4.5,
      range: [2, 9],
      runs: 4,
      comparison: { effect: 1.5, pairs: 4, agreeing: 4, sign: "higher", verdict: "all agree" },
    },
  ]);
  assert.equal(found.verdict, "all agree");
  assert.deepEqual(found.values, { a: [1, 2, 3, 4], b: [2, 4, 9, 5] });
});

const verdicts: [
  what: string,
  a: number[],
  b: number[],
  options: object,
  agreeing: number,
  verdict: string,
][] = [
  ["all lower, lower claimed", [5, 5, 5], [1, 2, 3], { better: "lower" }, 3, "all agree"],
  ["all lower, higher claimed", [5, 5, 5], [1, 2, 3], { better: "higher" }, 0, "none agrees"],
  ["mixed", [5, 5, 5], [1, 6, 3], {}, 2, "mixed"],
  ["a tie has no sign", [5, 5, 5], [5, 6, 7], {}, 2, "mixed"],
  ["a loss that diverged is worse", [Infinity, 5, 5], [1, 2, 3], { better: "lower" }, 3, "all agree"],
  ["two that diverged tie", [Infinity, 5, 5], [Infinity, 2, 3], { better: "lower" }, 2, "mixed"],
  ["NaN is no value", [Number.NaN, 5, 5], [1, 2, 3], { better: "lower" }, 2, "incomplete"],
];
for (const [what, a, b, options, agreeing, verdict] of verdicts) {
  test(`verdict: ${what}`, async () => {
    const found = await given({ a, b }, options);
    assert.equal(found.summary[1]!.comparison!.agreeing, agreeing);
    assert.equal(found.verdict, verdict);
  });
}

test("three arms: each against the first; together they say what each of them says", async () => {
  const found = await given({ a: [1, 1], b: [2, 2], c: [2, 0] });
  assert.deepEqual(
    found.summary.map(({ comparison }) => comparison?.verdict),
    [undefined, "all agree", "mixed"],
  );
  assert.equal(found.verdict, "mixed");
});

test("asynchronous runs that give several numbers, judged by any of them", async () => {
  const found = await runExperiment({
    seeds: 2,
    arms: ["a", "b"],
    run: async ({ seed, arm }) => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return { name: arm, loss: arm === "a" ? 5 : seed, accuracy: seed, curve: [1, 2, seed] };
    },
  });
  assert.equal(found.metric, "loss");
  assert.deepEqual(found.values, { a: [5, 5], b: [0, 1] });
  const other = found.by("accuracy");
  assert.deepEqual(other.values, { a: [0, 1], b: [0, 1] });
  assert.equal(other.verdict, "none agrees");
  assert.deepEqual(
    found.results.b!.map(({ curve }) => curve),
    [
      [1, 2, 0],
      [1, 2, 1],
    ],
  );
  assert.throws(
    () => found.by("speed"),
    /expected run\(\) to give an object with a number "speed", got \{"name":"a"/,
  );
});

test("a run that fails is kept as such, and the others go on", async () => {
  const found = await runExperiment({
    seeds: 3,
    arms: ["a", "b"],
    run: ({ seed, arm }) => {
      if (arm === "b" && seed === 1) throw new RangeError("it <broke>");
      return seed + (arm === "b" ? 1 : 0);
    },
  });
  assert.equal(found.runs.length, 6);
  assert.deepEqual(found.values, { a: [0, 1, 2], b: [1, Number.NaN, 3] });
  assert.deepEqual(
    found.failures.map(({ seed, arm, error }) => [seed, arm, error]),
    [[1, "b", "RangeError: it <broke>"]],
  );
  const { pairs, agreeing, verdict } = found.summary[1]!.comparison!;
  assert.deepEqual([pairs, agreeing, verdict], [2, 2, "incomplete"]);
  assert.match(found.toString(), /seed 1, b: RangeError: it <broke>/);
});

test("what is finished is there before the end, for whoever saw it begin", async () => {
  const begun: { experiment?: Experiment<unknown> } = {};
  let release = (_value: number) => {};
  const last = new Promise<number>((resolve) => {
    release = resolve;
  });
  const run = runExperiment(
    {
      seeds: 2,
      arms: ["a", "b"],
      run: ({ seed, arm }) => (seed === 1 && arm === "b" ? last : seed),
    },
    { begun: (experiment) => Object.assign(begun, { experiment }) },
  );
  while (begun.experiment === undefined || begun.experiment.runs.length < 3) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { experiment } = begun;
  assert.deepEqual(experiment!.values, { a: [0, 1], b: [0, Number.NaN] });
  assert.equal(experiment!.verdict, "incomplete");
  assert.match(experiment!.toString(), /3 of 4 runs/);
  release(4);
  assert.equal(await run, experiment);
  assert.deepEqual(experiment!.values.b, [0, 4]);
});

test("goes through the trials by the progress it is given, and says which is under way", async () => {
  const notes: (string | undefined)[] = [];
  let length = 0;
  await runExperiment(
    { seeds: [4], arms: ["a", "b"], run: () => notes.push(shown?.note) },
    {
      progress: (items) => {
        length = items.length;
        shown = { [Symbol.iterator]: () => items[Symbol.iterator]() };
        return shown as never;
      },
    },
  );
  assert.equal(length, 2);
  assert.deepEqual(notes, ["seed 4, a", "seed 4, b"]);
});
let shown: { [Symbol.iterator](): Iterator<unknown>; note?: string } | undefined;

test("shown as a table, in HTML and in words", async () => {
  const found = await given({ "without BN": [4, 5, 6], "with <BN>": [1, 2.12345, 3] }, { better: "lower" });
  const bundle = (found as unknown as Record<symbol, () => Record<string, string>>)[
    Symbol.for("Jupyter.display")
  ]!();
  assert.match(bundle["text/plain"]!, /with <BN> +3 of 3 lower ● +2\.123 +1 to 3 +−3$/m);
  assert.match(bundle["text/html"]!, /<table>.*with &lt;BN&gt;.*3 of 3 lower ●.*<\/table>/s);
  assert.match(bundle["text/plain"]!, /3 seeds/);
});

test("arguments that make no sense are refused before anything runs", async () => {
  const run = () => assert.fail("ran");
  await assert.rejects(
    runExperiment({ seeds: 0, arms: ["a"], run }),
    /expected seeds to be a whole number ≥ 1, got 0/,
  );
  await assert.rejects(runExperiment({ seeds: [1, 1], arms: ["a"], run }), /got seeds \[1, 1\]/);
  await assert.rejects(runExperiment({ arms: ["a", "a"], run }), /arms \[a, a\]/);
  await assert.rejects(runExperiment({ arms: [], run }), RangeError);
  await assert.rejects(runExperiment({ arms: { none: 0, 4: 4 }, run }), /got "4"; write "batch 4"/);
  await assert.rejects(
    runExperiment({ arms: ["a"], run: 1 as never }),
    /experiment: expected a function, got 1/,
  );
  await assert.rejects(
    runExperiment({ arms: ["a"], run: () => "fast" }),
    /expected run\(\) to give a number, or an object with numbers in it, got "fast"/,
  );
});
