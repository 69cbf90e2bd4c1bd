// Elementwise results that wait however short they are: nobody can tell, whatever the unit tests do with tensors.

import test from "node:test";
import { passAfter } from "./preloaded";

for (const room of ["tensor", "nn", "optim"]) {
  test(`the unit tests of ${room} pass where every elementwise result waits`, () =>
    passAfter("deferEverything.ts", room));
}
