// The record of a run: what of its publications stands in it, and how it tells of a run's end.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import type { CodeCell } from "../../../kernel/document/notebookFile";
import { type RecordFile, RunRecord } from "../../../kernel/notebook/runRecord";
import {
  type AnyPublication,
  type Content,
  createMessage,
  type Json,
  Mime,
  type MimeBundle,
} from "../../../kernel/protocol";

const folder = mkdtempSync(path.join(os.tmpdir(), "bnlab-record-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const cell = (source: string): CodeCell => ({
  ...{ cell_type: "code", id: source, metadata: {}, execution_count: null, outputs: [], source },
});
const [first, second] = [cell("a"), cell("b")];

const published = <T extends "error" | "execute_result" | "display_data" | "update_display_data">(
  type: T,
  content: Content[T],
) => createMessage("iopub", type, content, { session: "s" }) as AnyPublication;
const shown = (data: MimeBundle, type: "display_data" | "update_display_data" = "display_data") =>
  published(type, { data, metadata: {}, transient: { display_id: "d" } });
const recorded = (name: string, value: Json, type?: "update_display_data") =>
  shown({ [Mime.record]: { name, value } }, type);
const failure = (evalue: string) => published("error", { ename: "RangeError", evalue, traceback: [] });

async function textOf(record: RunRecord): Promise<string> {
  const { label, format } = await record.target(path.join(folder, "r.json"));
  assert.equal(label, "Record");
  return format();
}
const fileOf = async (record: RunRecord): Promise<RecordFile> => JSON.parse(await textOf(record));
const ran = { begun: [first, second], failed: new Set<CodeCell>(), late: new Set<CodeCell>() };

describe("the record of a run", () => {
  test("has the last value of each name, shown or updated, and of displays that look like records alone", async () => {
    const record = new RunRecord("n.ipynb", []);
    for (const each of [
      recorded("loss", 2),
      recorded("loss", 1, "update_display_data"),
      recorded("none", null),
      published("execute_result", {
        data: { [Mime.record]: { name: "result", value: 1 } },
        metadata: {},
        execution_count: 1,
      }),
      shown({ [Mime.plain]: "5" }),
      shown({ [Mime.record]: [1] }),
      shown({ [Mime.record]: "loss" }),
      shown({ [Mime.record]: null }),
      shown({ [Mime.record]: { name: 5, value: 1 } }),
      shown({ [Mime.record]: { name: "nothing" } }),
    ])
      record.publication(each, first);
    assert.deepEqual((await fileOf(record)).records, { loss: 1, none: null });
  });

  test("is a line for each value", async () => {
    const record = new RunRecord("n.ipynb", [
      { name: "lr", value: 0.5 },
      { name: "sizes", value: [1, 2] },
    ]);
    record.publication(recorded("curve", [1, 2, 3]), first);
    const lines = (await textOf(record)).split("\n");
    assert.deepEqual(lines.slice(0, 10), [
      "{",
      ' "notebook": "n.ipynb",',
      ' "parameters": {',
      '  "lr": 0.5,',
      '  "sizes": [1,2]',
      " },",
      ' "records": {',
      '  "curve": [1,2,3]',
      " },",
      ' "exitCode": 0,',
    ]);
    assert.deepEqual(lines.slice(-2), ["}", ""]);
    assert.match(await textOf(new RunRecord("n.ipynb", [])), /^ "parameters": \{\},\n "records": \{\},$/m);
  });

  test("tells the first failure: the cell's place among those that ran, and its first error, cut", async () => {
    const record = new RunRecord("n.ipynb", []);
    record.publication(failure("x".repeat(600)), second);
    record.publication(failure("later"), second);
    record.conclude(1, { ...ran, failed: new Set([second]) });
    const { error, exitCode } = await fileOf(record);
    assert.equal(error, `In [2]: RangeError: ${"x".repeat(500 - "RangeError: ".length)}`);
    assert.equal(exitCode, 1);
  });

  test("tells of a cell without an error that its time was over, and of a fault before any cell", async () => {
    const late = new RunRecord("n.ipynb", []);
    late.conclude(1, { ...ran, failed: new Set([second, first]) });
    assert.equal((await fileOf(late)).error, "In [1]: it did not end in time");
    const gone = new RunRecord("n.ipynb", []);
    gone.conclude(1, { ...ran, failed: new Set([first]), fault: new Error("the kernel has gone") });
    assert.equal((await fileOf(gone)).error, "the kernel has gone");
  });

  test("of a run that went well has no error, and how long it took", async (t) => {
    let now = 1000;
    t.mock.method(performance, "now", () => now);
    const record = new RunRecord("n.ipynb", []);
    assert.equal((await fileOf(record)).seconds, 0);
    record.publication(failure("meant to fail"), first);
    now += 51_234.5678;
    record.conclude(0, ran);
    const { error, exitCode, seconds, started, machine } = await fileOf(record);
    assert.deepEqual([error, exitCode], [null, 0]);
    assert.equal(seconds, 51.235);
    assert.equal(new Date(started).toISOString(), started);
    const cpu = os.cpus()[0]?.model ?? os.arch();
    assert.deepEqual(machine, { host: os.hostname(), cpu, node: process.version });
  });

  test("keeps the first trouble and the last exit code where the run lacks something", async () => {
    const record = new RunRecord("n.ipynb", []);
    record.lacks(1, "stopped by its time limit, 5 s");
    record.conclude(1, { ...ran, failed: new Set([first]) });
    record.lacks(2, "n.ipynb: no space is left");
    const { error, exitCode } = await fileOf(record);
    assert.deepEqual([error, exitCode], ["stopped by its time limit, 5 s", 2]);
  });

  test("lies beside the notebook that was written where there is something for it, or one of an earlier run", async () => {
    const output = path.join(folder, "done.ipynb");
    const file = path.join(folder, "done.records.json");
    const record = new RunRecord("n.ipynb", []);
    assert.deepEqual(await record.besides(output), []);
    writeFileSync(file, "{}");
    assert.deepEqual(
      (await record.besides(output)).map(({ file: { name } }) => name),
      [file],
    );
    rmSync(file);
    record.publication(recorded("loss", 1), first);
    const [target, ...more] = await record.besides(output);
    assert.deepEqual([target!.file.name, more.length, existsSync(file)], [file, 0, false]);
  });
});
