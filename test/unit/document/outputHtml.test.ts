// Outputs as HTML: what terminals color, what they overwrite and link to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OutputHtml } from "../../../kernel/document/html/outputHtml";

const outputs = new OutputHtml(
  (text) => text,
  (html) => html,
);
const stream = (text: string) => outputs.write({ output_type: "stream", name: "stdout", text });

describe("printed text", () => {
  it("keeps a terminal's colors and escapes all else", () => {
    assert.equal(
      stream("\x1b[31m<b>\x1b[0m & \x1b[1;32mok\x1b[0m"),
      '<pre class="stream stdout"><span class="ansi-red-fg">&lt;b&gt;</span> &amp; <span style="font-weight:bold" class="ansi-green-fg">ok</span></pre>',
    );
  });

  it("shows of a line what stands there in the end, and of a link its text", () => {
    assert.equal(stream("10 %\r20 %\r\nend\n"), '<pre class="stream stdout">20 %\nend</pre>');
    const link = "\x1b]8;;javascript:pwned=1\x1b\\here\x1b]8;;\x1b\\";
    assert.equal(stream(`${link} ${link}`), '<pre class="stream stdout">here here</pre>');
  });

  it("moves no cursor", () => {
    assert.equal(stream("a\x1b[2K\x1b[1Gb"), '<pre class="stream stdout">ab</pre>');
  });
});
