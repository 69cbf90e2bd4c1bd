// Pictures of a page: what the bytes are is read from them, and what is none says why.
import assert from "node:assert/strict";
import { test } from "node:test";
import { missing, pictureAt, pictureOf } from "../../../kernel/document/html/pictures";

const bytesOf = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const base64Of = (text: string) => Buffer.from(text, "latin1").toString("base64");
const nowhere = (source: string) => ({ missing: `asked for ${source}` });

const bmp = (length: number) => {
  const bytes = bytesOf(`BM${"\0".repeat(18)}`);
  new DataView(bytes.buffer).setUint32(2, length, true);
  return bytes;
};

test("each format is known by its first bytes, and one that lacks the last of them is none", () => {
  const starts = {
    png: "\x89PNG\r\n\x1a\n",
    jpeg: "\xff\xd8\xff",
    gif: "GIF87a",
    webp: "RIFF\x01\x02\x03\x04WEBP",
    avif: "\0\0\0\x1cftypavif",
  };
  for (const [type, start] of Object.entries({
    ...starts,
    "gif ": "GIF89a",
    "avif ": "\0\0\0\x1cftypavis",
  })) {
    assert.deepEqual(pictureOf(bytesOf(`${start}more`)), {
      address: `data:image/${type.trim()};base64,${base64Of(`${start}more`)}`,
    });
    assert.deepEqual(pictureOf(bytesOf(start.slice(0, -1))), { missing: missing.other }, type);
    assert.deepEqual(pictureOf(bytesOf(` ${start}`)), { missing: missing.other }, type);
  }
  assert.match((pictureOf(bmp(20)) as { address: string }).address, /^data:image\/bmp;base64,Qk0U/);
  assert.deepEqual(pictureOf(bmp(21)), { missing: missing.other }, "its length is in it");
  assert.deepEqual(pictureOf(bytesOf("BM")), { missing: missing.other });
});

test("SVG may have declarations and comments before it, and says what it is where it did not", () => {
  const svg = (text: string) => {
    const found = pictureOf(new TextEncoder().encode(text));
    if ("missing" in found) return found.missing;
    const [, content = ""] = /^data:image\/svg\+xml;base64,(.*)$/.exec(found.address) ?? [];
    return Buffer.from(content, "base64").toString();
  };
  const own = '<svg xmlns="http://www.w3.org/2000/svg" width="1"/>';
  assert.equal(svg('<svg width="1"/>'), own);
  assert.equal(svg(own), own);
  for (const before of [
    "\ufeff",
    " \n",
    '<?xml version="1.0"?>',
    "<!-- a <b> -->",
    "<!DOCTYPE svg [<!ENTITY a 'b'>]>",
  ])
    assert.ok(svg(`${before}${own}`).endsWith(own), before);
  assert.equal(svg("<svgx/>"), missing.other);
  assert.equal(svg(`text ${own}`), missing.other);
});

test("an address is looked at by its kind: data, an attachment, the web, a file", () => {
  const png = "\x89PNG\r\n\x1a\nabc";
  const address = `data:image/png;base64,${base64Of(png)}`;
  assert.deepEqual(pictureAt(address, {}, nowhere), { address });
  assert.deepEqual(pictureAt(address.replace("png", "jpeg"), {}, nowhere), { address }, "by its bytes");
  assert.deepEqual(pictureAt(address.replaceAll("/", "%2F").replace("image%2F", "image/"), {}, nowhere), {
    address,
  });
  const svg = pictureAt("data:image/svg+xml;charset=utf-8,%3Csvg%2F%3E", {}, nowhere);
  assert.match((svg as { address: string }).address, /^data:image\/svg\+xml;base64,/);
  for (const source of ["https://a.b/c.png", "//a.b/c.png", "ftp://a/b", "DATA:text/html,x"])
    assert.deepEqual(pictureAt(source, {}, nowhere), { missing: missing.web }, source);
  for (const [source, file] of [
    ["a%20b.png?x#y", "a b.png"],
    ["C:\\a.png", "C:\\a.png"],
    ["50%.png", "50%.png"],
    ["a.png#b\nc", "a.png"],
  ] as const)
    assert.deepEqual(pictureAt(source, {}, nowhere), { missing: `asked for ${file}` }, source);
});

test("an attachment is the first of its forms that is a picture, base64 or SVG as text", () => {
  const png = base64Of("\x89PNG\r\n\x1a\nabc");
  const at = (bundle: unknown, name = "a b.png") =>
    pictureAt(`attachment:${encodeURIComponent(name)}`, { "a b.png": bundle }, nowhere);
  assert.deepEqual(at({ "text/plain": "no", "image/png": png }), { address: `data:image/png;base64,${png}` });
  assert.deepEqual(at({ "image/png": [png.slice(0, 4), png.slice(4)] }), {
    address: `data:image/png;base64,${png}`,
  });
  assert.ok("address" in at({ "image/svg+xml": "<svg/>" }));
  assert.ok("address" in at({ "image/svg+xml": base64Of("<svg/>") }));
  assert.deepEqual(at({ "image/png": "no picture" }), { missing: missing.other });
  for (const bundle of [undefined, null, [], "text", {}])
    assert.deepEqual(at(bundle), { missing: missing.absent });
  assert.deepEqual(at({ "image/png": 5 }), { missing: missing.other });
  assert.deepEqual(at({ "image/png": png }, "other"), { missing: missing.absent });
  assert.deepEqual(pictureAt("attachment:toString", {}, nowhere), { missing: missing.absent });
  assert.deepEqual(pictureAt("attachment:a", undefined, nowhere), { missing: missing.absent });
});
