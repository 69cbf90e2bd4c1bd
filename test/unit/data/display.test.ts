// What a data set shows of itself: in a notebook, under console.log, as text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { csv, digits, spirals, TensorDataset } from "../../../kernel/data";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { rand } from "../../../kernel/tensor";

setMachine(thisMachine);

test("a data set says what is in it", () => {
  const text = "rooms,price\n3,210\n5,340\n";
  const cases: [data: TensorDataset, shown: string][] = [
    [new TensorDataset(rand([5, 2]), rand([5])), "TensorDataset of 5: [5, 2] float32, [5] float32"],
    [
      digits({ count: 1200 }),
      "ImageDataset of 1,200: images [1200, 1, 28, 28] float32, classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
    ],
    [spirals({ count: 9, classes: 3 }), "TableDataset of 9: columns x, y; classes 0, 1, 2"],
    [csv({ text }, { target: "price" }), "TableDataset of 2: columns rooms; labels [2] float32"],
    [
      spirals({ count: 40, classes: 20 }),
      "TableDataset of 40: columns x, y; 20 classes 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …",
    ],
  ];
  for (const [data, shown] of cases) {
    assert.equal(String(data), shown);
    assert.equal(inspect(data), shown);
    const display = Reflect.get(data, Symbol.for("Jupyter.display")) as () => unknown;
    assert.deepEqual(display.call(data), { "text/plain": shown });
  }
});
