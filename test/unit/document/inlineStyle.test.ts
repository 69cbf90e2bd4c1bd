// What a notebook's elements may say of their looks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { inlineStyle } from "../../../kernel/document/html/inlineStyle";

test("looks of an element's own stay", () => {
  for (const text of [
    "color: red",
    "background: linear-gradient(to right, rgb(1 2 3 / 50%), #fff)",
    "margin: 0 auto",
    "margin-left: 2em",
    "width: calc(100% - 2px)",
    "text-indent: -1em",
    "font-family: 'A b', serif",
    "grid-template-columns: repeat(2, minmax(0, 1fr))",
    "color: (red)",
  ]) {
    assert.equal(inlineStyle(text), text);
  }
  assert.equal(inlineStyle(" COLOR :red ;; width:1px; "), "color: red; width: 1px");
});

test("nothing loads, moves, covers, or hides what it says", () => {
  for (const text of [
    "position: fixed",
    "background: url(x)",
    "background-image: image-set('x' 1x)",
    "color: expression(1)",
    "margin: -1px",
    "margin-top: calc(1px - 9px)",
    "color: r\\65 d",
    "color: red/**/",
    "z-index: 9",
    "transform: none",
    "color:",
    "color",
    "",
    "x-color: red",
    "color-x: red",
  ]) {
    assert.equal(inlineStyle(text), "", text);
  }
  assert.equal(inlineStyle("position: fixed; color: red"), "color: red");
});
