// Outputs as HTML: what terminals color, what they overwrite and link to.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OutputHtml } from "../../../kernel/document/html/outputHtml";
import { Mime, type MimeBundle } from "../../../kernel/protocol";

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

describe("a chart", () => {
  const chart = (figure: MimeBundle[string], more: MimeBundle = {}) => {
    const page = new OutputHtml(
      (text) => text,
      (html) => html,
    );
    const html = page.write({
      output_type: "display_data",
      data: { [Mime.plotly]: figure, ...more },
      metadata: {},
    });
    return { html, hasCharts: page.hasCharts };
  };

  it("is its figure for the page's script, whatever names are in it, and a text where no script runs", () => {
    const { html, hasCharts } = chart(
      { data: [], layout: { title: "</script><b>" } },
      { [Mime.plain]: "A <line>" },
    );
    assert.equal(
      html,
      '<div class="chart"><noscript>A &lt;line&gt;</noscript></div><script type="application/json">' +
        '{"data":[],"layout":{"title":"\\u003c/script>\\u003cb>"}}</script>',
    );
    assert.ok(hasCharts);
    assert.match(chart({}).html, /<noscript>Chart</);
  });

  it("is none where it is no figure", () => {
    for (const figure of ["text", 5, [1], null, true]) {
      const { html, hasCharts } = chart(figure, { [Mime.plain]: "text" });
      assert.deepEqual([html, hasCharts], ['<pre class="value">text</pre>', false]);
    }
    assert.equal(chart(5).html, `<p class="missing">Not shown: ${Mime.plotly}</p>`);
  });
});
