// Classes keep their names in the built runtime: modules show themselves by them, errors and the view of variables name them.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { inspect } from "node:util";
import { startKernel, type TestKernel } from "./startKernel";

type Class = new (...args: unknown[]) => object;
type Room = Record<string, unknown>;

const entry = new URL("../../dist/kernel/bnlab.js", import.meta.url);
const runtime = (await import(entry.href)) as Room & {
  nn: { Module: Class };
  ones(shape: number[]): unknown;
};

const isClass = (value: unknown): value is Class =>
  typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value));
const isRoom = (value: unknown): value is Room =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Every class that a cell can name, with the dotted name it has there. */
function classesOf(room: Room, prefix = ""): [name: string, value: Class][] {
  return Object.entries(room).flatMap(([name, value]): [string, Class][] => {
    if (isClass(value)) return [[prefix + name, value]];
    return isRoom(value) ? classesOf(value, `${prefix}${name}.`) : [];
  });
}
const classes = classesOf(runtime);

/** What one or another of the classes can be made with. */
const ingredients = [
  ...[[], [2], [2, 2], [2, 2, 1], [2, [2]], [[2, 2]]],
  ...[[runtime.ones([2, 2])], [runtime.ones([2, 2]), runtime.ones([2])]],
];

describe("names of classes", () => {
  it("are those that they are exported by", () => {
    assert.ok(classes.length > 80, `${classes.length} classes`);
    for (const [name, value] of classes) assert.equal(value.name, name.split(".").at(-1), name);
  });

  it("are what their instances show", () => {
    let shown = 0;
    for (const [dotted, value] of classes) {
      const made = ingredients.flatMap((args) => attempt(value, args))[0];
      if (!made) continue;
      shown++;
      const name = dotted.split(".").at(-1)!;
      const text = String(made);
      if (made instanceof runtime.nn.Module) assert.ok(text.startsWith(`${name}(`), text);
      assert.doesNotMatch(`${text} ${inspect(made)}`, new RegExp(`\\b_${name}\\b|\\b${name}\\d+\\b`));
    }
    assert.ok(shown > 60, `${shown} instances`);
  });
});

function attempt(made: Class, args: unknown[]): object[] {
  try {
    const one = new made(...args);
    return String(one) === "" || inspect(one) === "" ? [] : [one]; // some take anything, and cannot show themselves then
  } catch {
    return [];
  }
}

describe("names of classes in cells", () => {
  let kernel: TestKernel;
  before(() => {
    kernel = startKernel();
  });
  after(() => kernel.stop());

  it("stand in values, in what is printed, in errors, and among the variables", async () => {
    const made = await kernel.run(
      [
        'import { data, nn } from "bnlab";',
        "class Net extends nn.Sequential { static make = () => new Net(new nn.ReLU()); }",
        "const net = new nn.Sequential(new nn.ReLU()), own = Net.make();",
        "const digits = data.digits({ count: 20, seed: 1 });",
        "console.log(net, own, [digits], nn.Sequential);",
        "String(net)",
      ].join("\n"),
    );
    assert.equal(made.error, "");
    assert.match(`${made.result}`, /^'?Sequential\(/);
    const printed = made.text("stdout");
    for (const name of [/\bSequential\(/, /\bNet\(/, /\bImageDataset\b/, /\[class Sequential extends Module/])
      assert.match(printed, name);
    const { content } = await kernel.client.request("variables_request", {});
    assert.equal(content.status, "ok");
    const types = content.status === "ok" ? content.variables.map(({ name, type }) => [name, type]) : [];
    assert.deepEqual(
      types.filter(([name]) => name === "net" || name === "digits" || name === "own"),
      [
        ["net", "Sequential"],
        ["own", "Net"],
        ["digits", "ImageDataset"],
      ],
    );
    const failed = await kernel.run('import { tensor } from "bnlab";\nnew nn.Sequential(1 as never)');
    assert.doesNotMatch(failed.error, /_Sequential/);
    assert.match(failed.error, /Sequential/);
    const stack = await kernel.run(
      "try { new nn.Sequential(new nn.Linear(3, 2)).forward(1 as never); } catch (e) { (e as Error).stack }",
    );
    assert.doesNotMatch(`${stack.result}`, /\b_Sequential|Linear\d/);
  });
});
