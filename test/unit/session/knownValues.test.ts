// What the language service is told of the values that there are once a cell has run.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { nn, ones } from "../../../kernel/bnlab";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { knownValues } from "../../../kernel/session/cells/knownValues";
import type { Layer } from "../../../kernel/session/shapes";

setMachine(thisMachine);
const known = (values: Record<string, unknown>) => knownValues(Object.entries(values));

describe("values that are known", () => {
  test("are numbers, sizes of tensors, and layers with what they were made of", () => {
    assert.deepEqual(known({ a: 2, x: ones([2, 3]), text: "a", nothing: null, made: {}, call: () => 1 }), {
      a: 2,
      x: { tensor: { sizes: [2, 3] } },
    });
    const layer = known({ layer: new nn.Linear(3, 4) }).layer as Layer;
    assert.equal(layer.layer, "Linear");
    assert.deepEqual([layer.fields.inFeatures, layer.fields.outFeatures, layer.layers], [3, 4, undefined]);
    assert.ok(!("weight" in layer.fields), "no tensor in it");
    const row = known({ row: new nn.Sequential(new nn.ReLU(), new nn.Flatten()) }).row as Layer;
    assert.equal(row.layer, "Sequential");
    assert.deepEqual(
      row.layers?.map((each) => (each as Layer).layer),
      ["ReLU", "Flatten"],
    );
  });

  test("of a layer are its numbers, texts, flags, and short lists of numbers", () => {
    class Own extends nn.Identity {
      readonly few = [1, 2, 3, 4, 5, 6, 7, 8, 9];
      readonly many = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
      readonly words = ["a"];
      readonly mode = "same";
      readonly none = null;
      readonly object = {};
      get computed(): number {
        throw new Error("a getter is the cells' code");
      }
    }
    const own = known({ own: new Own() }).own as Layer;
    assert.equal(own.layer, "Own");
    assert.deepEqual(own.fields, {
      training: true,
      few: [1, 2, 3, 4, 5, 6, 7, 8, 9],
      mode: "same",
      none: null,
    });
  });

  test("are three hundred names and five hundred layers at most, and none that fails to be read", () => {
    const many = Array.from({ length: 400 }, (_, i) => [`v${i}`, i] as const);
    assert.equal(Object.keys(knownValues(many)).length, 300);
    const unknown = Array.from({ length: 400 }, (_, i) => [`u${i}`, "a"] as const);
    assert.equal(Object.keys(knownValues([...unknown, ...many.slice(0, 5)])).length, 5);
    const layers = Array.from({ length: 499 }, () => new nn.Identity());
    const counted = known({ row: new nn.Sequential(...layers), one: new nn.ReLU(), after: 1 });
    assert.deepEqual(Object.keys(counted), ["row"], "the row and its layers are five hundred");
    const hostile = new nn.Identity();
    Object.setPrototypeOf(hostile, {
      get forward(): never {
        throw new Error("no");
      },
    });
    assert.deepEqual(known({ hostile, proxy: new Proxy(new nn.ReLU(), {}), after: 1 }), { after: 1 });
  });
});
