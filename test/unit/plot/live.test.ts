// Live figures against a clock and a timer that the tests move by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type FigureBundle,
  histogram,
  LiveFigure,
  type LiveOptions,
  loss,
  quantiles,
} from "../../../kernel/plot";

const display = Symbol.for("Jupyter.display") as never;

/** A notebook that notes what it is shown, and a time that stands until it is moved. */
function notebook() {
  const shown: FigureBundle[] = [];
  const timers: { at: number; callback: () => void }[] = [];
  const cellEnd: (() => void)[] = [];
  const clock = { time: 0, drawingTakes: 0 };
  const look = (value: unknown) => {
    shown.push((value as Record<symbol, () => FigureBundle>)[display]!());
    clock.time += clock.drawingTakes;
  };
  const options: LiveOptions = {
    interval: 100,
    now: () => clock.time,
    schedule: (callback, milliseconds) => timers.push({ at: clock.time + milliseconds, callback }),
    onCellEnd: (flush) => cellEnd.push(flush),
  };
  return {
    shown,
    timers,
    cellEnd,
    clock,
    options,
    show: (value: unknown) => {
      look(value);
      return { update: look };
    },
    points: (at = -1) => shown.at(at)?.["application/vnd.plotly.v1+json"].data.map(({ y }) => y?.length ?? 0),
    runTimers() {
      for (const timer of timers.splice(0)) {
        clock.time = Math.max(clock.time, timer.at);
        timer.callback();
      }
    },
    endCell() {
      for (const flush of cellEnd.splice(0)) flush();
    },
  };
}

test("shown at once, redrawn at most once an interval in a synchronous loop, whole at the cell's end", () => {
  const { shown, show, options, clock, points, endCell } = notebook();
  const chart = new LiveFigure(loss(), show, options);
  assert.equal(shown.length, 1);
  for (let step = 0; step < 1000; step++) {
    clock.time += 1;
    chart.append("run", step, 1);
  }
  assert.equal(shown.length, 1 + 10);
  assert.deepEqual(points(), [1000]);
  chart.append("run", 1000, 1);
  endCell();
  assert.equal(shown.length, 12);
  assert.deepEqual(points(), [1001]);
});

test("the end of a cell draws once, and not at all if nothing came since", () => {
  const { shown, show, options, endCell, cellEnd } = notebook();
  const chart = new LiveFigure(loss(), show, options);
  for (let step = 0; step < 10; step++) chart.append("run", step, 1);
  assert.equal(cellEnd.length, 1);
  chart.finish();
  endCell();
  assert.equal(shown.length, 2);
  chart.append("run", 10, 1); // the next cell goes on
  endCell();
  assert.equal(shown.length, 3);
});

test("in asynchronous code a timer draws what came last", () => {
  const { shown, show, options, timers, points, runTimers } = notebook();
  const chart = new LiveFigure(loss(), show, options);
  chart.append("run", 0, 1);
  chart.append("run", 1, 1);
  assert.deepEqual([shown.length, timers.length], [1, 1]);
  runTimers();
  assert.deepEqual([shown.length, points()], [2, [2]]);
  runTimers();
  assert.equal(shown.length, 2);
});

test("slow drawing is done less often: at most a fiftieth of the time", () => {
  const { shown, show, options, clock } = notebook();
  const chart = new LiveFigure(loss(), show, options);
  clock.drawingTakes = 20;
  const start = clock.time;
  for (let step = 0; step < 10_000; step++) {
    clock.time += 1;
    chart.append("run", step, 1);
  }
  const drawing = (shown.length - 2) * 20; // but for the first, which nothing was known before
  assert.ok(
    shown.length > 5 && drawing <= 0.02 * (clock.time - start),
    `${drawing} of ${clock.time - start} ms`,
  );
});

test("messages stay small while the chart moves; the final one has every point", () => {
  const { show, options, clock, points, endCell } = notebook();
  const chart = new LiveFigure(loss(), show, options);
  for (let step = 0; step < 4_500; step++) {
    clock.time += 1;
    chart.append("a", step, Math.sin(step));
    assert.ok((points()?.[0] ?? 0) <= 1000);
  }
  endCell();
  assert.deepEqual(points(), [4_500]);
});

test("update replaces the figure; append to what has no lines says what to do", () => {
  const { show, options, clock, shown } = notebook();
  const chart = new LiveFigure(histogram({ a: [1, 2] }), show, options);
  clock.time += 100;
  chart.update(histogram({ a: [1, 2, 3] }));
  assert.match(shown.at(-1)?.["text/plain"] ?? "", /3 values/);
  assert.throws(() => chart.append(...(["a", 0, 1] as never)), {
    name: "TypeError",
    message: /expected a chart that grows .* replace it with update\(figure\)/,
  });
});

test("a figure to come is made when it is drawn, not before", () => {
  const { show, options, clock, shown, endCell } = notebook();
  const chart = new LiveFigure(histogram({ a: [1, 2] }), show, options);
  let made = 0;
  for (let step = 1; step <= 1000; step++) {
    clock.time += 1;
    chart.update(() => {
      made++;
      return histogram({ a: new Array<number>(step).fill(1) });
    });
  }
  assert.equal(made, 10);
  assert.match(chart.figure.summary, /1000 values/);
  endCell();
  assert.match(shown.at(-1)?.["text/plain"] ?? "", /1000 values/);
});

test("while it moves there is no picture; its end has one", () => {
  const { show, options, clock, shown, endCell } = notebook();
  const chart = new LiveFigure(quantiles(), show, options);
  clock.time += 100;
  chart.append("layer", 0, [1, 2, 3]);
  assert.equal("image/svg+xml" in shown.at(-1)!, false);
  endCell();
  assert.match(shown.at(-1)?.["image/svg+xml"] ?? "", /^<svg/);
});

test("edits to the figure are drawn by finish, and the chart shows itself as the figure does", () => {
  const { show, options, shown } = notebook();
  const chart = new LiveFigure(loss({ run: [1] }), show, options);
  chart.figure.layout.title = { text: "renamed" };
  chart.finish();
  assert.match(shown.at(-1)?.["text/plain"] ?? "", /^renamed/);
  assert.deepEqual(
    (chart as unknown as Record<symbol, () => FigureBundle>)[display]!(),
    chart.figure.toBundle(),
  );
});

test("with its own clock and timer: a chart outside any cell still draws what came last", async () => {
  const { show, points } = notebook();
  const chart = new LiveFigure(loss(), show, { interval: 5 });
  chart.append("run", 0, 1);
  await new Promise((done) => setTimeout(done, 50));
  assert.deepEqual(points(), [1]);
});
