// Values as text, outputs as JSON, lines of a cell: none of it without bound.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { thisMachine } from "../../../kernel/host/machine";
import { setMachine } from "../../../kernel/machine/machine";
import { displaySymbol, Mime, type MimeBundle } from "../../../kernel/protocol";
import { bundleJson } from "../../../kernel/session/cells/bounds";
import { toBundle } from "../../../kernel/session/display/bundle";
import { excerptOf } from "../../../kernel/session/display/excerpt";
import { formsOf } from "../../../kernel/session/display/forms";
import { isError, plainText, shortened } from "../../../kernel/session/display/plainText";

setMachine(thisMachine);

describe("plainText", () => {
  it("shows values as Node does, cut where they are long", () => {
    assert.equal(plainText({ a: [1, "x"] }), "{ a: [ 1, 'x' ] }");
    assert.match(plainText(Array.from({ length: 101 }, () => 0)), /1 more item/);
    assert.match(plainText("x".repeat(10_001)), /1 more character/);
    assert.match(plainText({ a: { a: { a: { a: { a: { a: 1 } } } } } }), /\[Object\]/);
    assert.doesNotMatch(plainText({ a: { a: { a: { a: { a: 1 } } } } }), /\[Object\]/);
    assert.equal(plainText(123456), "123456");
    assert.equal(shortened("x".repeat(5), 5), "xxxxx");
    assert.equal(shortened("x".repeat(7), 5), "xxxxx… 2 more characters");
  });

  it("says what threw, of a value that cannot describe itself", () => {
    const broken = {
      a: 1,
      [Symbol.for("nodejs.util.inspect.custom")]() {
        throw new RangeError(`no\n${"x".repeat(400)}`);
      },
    };
    assert.match(
      plainText(broken),
      /^\{\s+a: 1,[\s\S]* \(to describe itself it threw RangeError: no x{285}… 115 more characters\)$/,
    );
  });

  it("says of what cannot be shown at all which kind of value it is, and why", () => {
    const throwing = (text: string) => () => {
      throw new Error(text);
    };
    const trap = (target: object) =>
      new Proxy(target, {
        get: throwing("get"),
        getPrototypeOf: throwing("prototype"),
        ownKeys: throwing("keys"),
      });
    const custom = Symbol.for("nodejs.util.inspect.custom");
    const hostile = (more: object) =>
      Object.defineProperties({}, { [custom]: { get: throwing("custom") }, ...more });
    const inner = { [Symbol.toStringTag]: { get: throwing("tag") } };
    // A Node that reads no throwing tag shows the rest: 24.21 does.
    const shown = / \(to describe itself it threw Error: custom\)$/;
    assert.match(
      plainText(hostile(inner)),
      new RegExp(`^\\[object that cannot be shown: it threw Error: tag\\]$|${shown.source}`),
    );
    const error = Object.defineProperties(new Error("a"), {
      [custom]: { get: throwing("custom") },
      ...inner,
    });
    assert.match(
      plainText(error),
      new RegExp(`^\\[Error that cannot be shown: it threw Error: tag\\]$|${shown.source}`),
    );
    assert.match(plainText(trap({ a: 1 })), /a: 1|^\[Proxy/);
    assert.ok(!isError(Object.setPrototypeOf({}, trap({}))));
    assert.match(
      plainText({
        [custom]() {
          throw trap({});
        },
      }),
      /to describe itself it threw/,
    );
    assert.equal(plainText("x".repeat(20), {}, 10), "'xxxxxxxxx… 12 more characters");
  });

  it("knows an error that is one from what stands for it", () => {
    assert.ok(isError(new TypeError("a")));
    assert.ok(isError(Object.create(Error.prototype)));
    assert.ok(!isError(new Proxy(new Error("a"), {})));
    assert.ok(!isError({ name: "Error", message: "a" }));
  });
});

describe("a bundle", () => {
  it("is JSON, and says what it had to leave out", () => {
    const json = (bundle: object) => JSON.parse(bundleJson(bundle as MimeBundle)) as MimeBundle;
    assert.deepEqual(json({ a: [1], b: "x" }), { a: [1], b: "x" });
    assert.deepEqual(json({ [Mime.plain]: "text", a: () => 1 }), {
      [Mime.plain]: "text\n[left out: a: expected JSON, got function]",
    });
    assert.deepEqual(json({ a: 1n, b: undefined, c: 1 }), {
      c: 1,
      [Mime.plain]:
        "[left out: a: it is no JSON: TypeError: Do not know how to serialize a BigInt; b: expected JSON, got undefined]",
    });
  });

  it("is what the value says of itself, or its text", async () => {
    assert.deepEqual(toBundle({ [displaySymbol]: () => ({ x: 1 }) }), { x: 1 });
    assert.deepEqual(await toBundle({ [displaySymbol]: async () => ({ x: 1 }) }), { x: 1 });
    assert.deepEqual(toBundle(5), { [Mime.plain]: "5" });
    assert.deepEqual(toBundle({ [displaySymbol]: 5 }), { [Mime.plain]: inspect({ [displaySymbol]: 5 }) });
    assert.match(
      String((toBundle({ a: 1, [displaySymbol]: () => ({}) }) as MimeBundle)[Mime.plain]),
      /^\{\s+a: 1/,
    );
    for (const bundle of [null, "text", [1], undefined])
      assert.throws(
        () => toBundle({ [displaySymbol]: () => bundle }),
        /expected the Jupyter.display method to return a MIME bundle/,
      );
    const throwing = {
      get [displaySymbol]() {
        throw new Error("no");
      },
    };
    assert.ok(Mime.plain in toBundle(throwing));
  });

  it("of each form has a text for who cannot show it", () => {
    const forms = formsOf((value) => toBundle(value) as MimeBundle);
    assert.deepEqual(forms.html("<b>"), { [Mime.html]: "<b>", [Mime.plain]: "<b>" });
    assert.deepEqual(forms.svg("<svg/>"), { [Mime.svg]: "<svg/>", [Mime.plain]: "[SVG image]" });
    assert.deepEqual(forms.jpeg(new Uint8Array([1, 2])), {
      "image/jpeg": "AQI=",
      [Mime.plain]: "[JPEG image]",
    });
    assert.deepEqual(forms.png(new Uint8Array([1, 2, 3]).subarray(1)), {
      [Mime.png]: "AgM=",
      [Mime.plain]: "[PNG image]",
    });
    assert.deepEqual(forms.json([1]), { [Mime.json]: [1], [Mime.plain]: "[ 1 ]" });
    assert.deepEqual(forms.text("a"), { [Mime.plain]: "a" });
    assert.deepEqual(forms.raw({ x: 1 }), { x: 1 });
  });
});

describe("an excerpt", () => {
  const source = Array.from({ length: 12 }, (_, i) => `line ${i + 1}`).join("\n");

  it("has two lines on each side, and the column marked", () => {
    assert.deepEqual(excerptOf(source, 8, 3), [
      "   6 | line 6",
      "   7 | line 7",
      ">  8 | line 8",
      "     |   ^",
      "   9 | line 9",
      "  10 | line 10",
    ]);
    assert.deepEqual(excerptOf("a\r\nb", 1, 1), ["> 1 | a", "    | ^", "  2 | b"]);
    assert.deepEqual(excerptOf("a", 1, 0), ["> 1 | a", "    | ^"]);
  });

  it("has of a long line the part around the column", () => {
    const long = `${"a".repeat(600)}X${"b".repeat(600)}`;
    const [line, mark] = excerptOf(long, 1, 601);
    assert.equal(line, `> 1 | ${long.slice(351, 851)}`);
    assert.equal(mark!.indexOf("^"), line!.indexOf("X"));
    assert.equal(excerptOf(long, 1, 500)[0], `> 1 | ${"a".repeat(500)}`);
  });
});
