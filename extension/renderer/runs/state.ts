// What the extension says about runs, checked before it is shown.
import { fieldsOf, listOf, numberOf, textOf } from "../payload";
import type { RunRow } from "./messages";

const most = { runs: 500, metrics: 24 };

export const asRuns = (value: unknown): RunRow[] => listOf(value, most.runs).map(asRun);

function asRun(value: unknown): RunRow {
  const run = fieldsOf(value);
  const metrics = listOf(run.metrics, most.metrics).flatMap((metric): [string, number][] => {
    const [name, number] = listOf(metric, 2);
    const read = numberOf(number, undefined);
    return read === undefined ? [] : [[textOf(name), read]];
  });
  const { id, notebook, name, time, took, differs } = run;
  return {
    ...{ id: textOf(id, 2_000), notebook: textOf(notebook), name: textOf(name), time: textOf(time) },
    ...{ took: textOf(took), differs: textOf(differs), metrics, isSaved: run.isSaved === true },
  };
}
