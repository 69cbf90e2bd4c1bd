// What the editor shows on hover: every function, class, method and option that a cell can reach is described.

import assert from "node:assert/strict";
import test from "node:test";
import { type Documented, Surface } from "./surface";

/** Described elsewhere: a field by the option it keeps, a type by the options in it, a symbol by what calls it. */
function speaksForItself({ role, name, place }: Documented): boolean {
  const plotly = place.startsWith("kernel/plot/plotly.ts:"); // Plotly's own words: its reference describes them
  return role === "field" || role === "type" || plotly || name.includes("[Symbol.");
}

test("all functions, classes, methods and options that a cell can reach are described where they are declared", () => {
  const documented = new Surface().documented();
  for (const name of [
    "tensor",
    "Tensor.softmax",
    "nn.BatchNorm1d",
    "optim.SGD.step",
    "CrossEntropyOptions.weight",
  ]) {
    assert.ok(documented.find((each) => each.name === name)?.doc, `the walk comes by ${name}`);
  }
  const bare = documented.filter((each) => each.doc === "" && !speaksForItself(each));
  const places = [...new Map(bare.map(({ place, name }) => [place, `${place} ${name}`])).values()];
  assert.equal(places.length, 0, `${places.length} without a docstring:\n${places.join("\n")}`);
});
