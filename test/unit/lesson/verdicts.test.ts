// Verdicts and the scorecard: what a card shows, what a saved notebook keeps of it, what is gathered from a folder.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { thisMachine } from "../../../kernel/host/machine";
import { claims, scorecard, verdict } from "../../../kernel/lesson";
import { recordsOf } from "../../../kernel/lesson/scorecard";
import { setMachine } from "../../../kernel/machine/machine";
import { displaySymbol, Mime, type MimeBundle } from "../../../kernel/protocol";
import { inLanguage } from "../../../kernel/words";

const shown = (value: object) => (value as Record<symbol, () => MimeBundle>)[displaySymbol]!();

describe("lesson.verdict", () => {
  const card = verdict(9, {
    verdict: "refuted",
    measured: {
      "all: global mean": 0.123456,
      pairs: "5 of 5",
      runs: 5,
      tiny: 1.5e-7,
      never: Infinity,
      below: -Infinity,
      none: Number.NaN,
    },
    note: { en: "Feature scales <1> & 100.", "zh-cn": "特征尺度为 1 和 100。" },
  });

  it("is a record that JSON keeps, beside HTML and text", () => {
    const bundle = JSON.parse(JSON.stringify(shown(card))) as MimeBundle;
    assert.deepEqual(Object.keys(bundle), [Mime.html, Mime.plain, Mime.verdict]);
    assert.deepEqual(bundle[Mime.verdict], {
      claim: 9,
      verdict: "refuted",
      measured: {
        "all: global mean": 0.123456,
        pairs: "5 of 5",
        runs: 5,
        tiny: 1.5e-7,
        never: "∞",
        below: "−∞",
        none: "–",
      },
      note: { en: "Feature scales <1> & 100.", "zh-cn": "特征尺度为 1 和 100。" },
    });
  });

  it("speaks the notebook's language where that is known: Chinese alone, or English with the article's own words", () => {
    const { quotes, claim, literature } = claims[8]!;
    const pairs = verdict(1, {
      verdict: "supported",
      measured: { "pairs where BN is faster": "5 of 5 pairs" },
    });
    for (const mime of [Mime.html, Mime.plain]) {
      const chinese = inLanguage("zh-CN", () => shown(card)[mime] as string);
      const english = inLanguage("en", () => shown(card)[mime] as string);
      for (const words of [claim, literature]) {
        assert.ok(chinese.includes(words["zh-cn"]) && !chinese.includes(words.en));
        assert.ok(english.includes(words.en) && !english.includes(words["zh-cn"]));
      }
      assert.ok(chinese.includes(quotes[0]!.text["zh-cn"]) && !chinese.includes(quotes[0]!.text.en));
      assert.ok(english.includes(quotes[0]!.text["zh-cn"]) && english.includes(quotes[0]!.text.en));
      assert.match(chinese, /第 9 条/);
      assert.match(chinese, /✗ 不成立/);
      assert.doesNotMatch(chinese, /refuted|Claim|Measured|feature scales/i);
      assert.match(english, /Claim 9/);
      assert.match(english, /✗ refuted/);
      assert.match(
        inLanguage("zh-CN", () => shown(pairs)[mime] as string),
        /BN 更快的配对：(<b>)?5\/5 对/,
      );
    }
    assert.deepEqual(
      inLanguage("zh-CN", () => shown(card)[Mime.verdict]),
      shown(card)[Mime.verdict],
    );
  });

  it("shows the article, the literature, the verdict and rounded numbers in both languages where none is known", () => {
    const bundle = shown(card);
    const { quotes, claim, literature } = claims[8]!;
    for (const text of [bundle[Mime.plain] as string, String(card)]) {
      for (const part of [
        ...[...quotes.map(({ text }) => text), claim, literature].flatMap((words) => [
          words.en,
          words["zh-cn"],
        ]),
        "2 简述 BN 的原理 · How BN works",
        "✗ refuted 不成立",
        "all: global mean: 0.1235",
        "pairs: 5 of 5",
        "tiny: 1.5e−7",
        "never: ∞",
        "below: −∞",
        "特征尺度为 1 和 100。",
      ]) {
        assert.ok(text.includes(part), `${part} in\n${text}`);
      }
    }
    const html = bundle[Mime.html] as string;
    assert.match(html, /all: global mean: <b>0\.1235<\/b>/);
    assert.match(html, /Feature scales &lt;1&gt; &amp; 100\./);
  });

  it("refuses other claims, other words, and nothing measured", () => {
    const measured = { x: 1 };
    assert.throws(() => verdict(21, { verdict: "supported", measured }), /claim from 1 to 20, got 21/);
    assert.throws(() => verdict(1.5, { verdict: "supported", measured }), /claim from 1 to 20, got 1\.5/);
    assert.throws(
      () => verdict(1, { verdict: "true" as "supported", measured }),
      /expected one of supported, .+ got true/,
    );
    assert.throws(() => verdict(1, { verdict: "supported", measured: {} }), /what was measured/);
  });
});

describe("lesson.scorecard", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "bnlab-scorecard-"));
  const save = (name: string, age: number, ...values: object[]) => {
    const outputs = values.map((value) => ({ output_type: "execute_result", data: shown(value) }));
    const cells = [
      { cell_type: "markdown", source: "# prose" },
      { cell_type: "code", outputs },
    ];
    writeFileSync(path.join(folder, name), JSON.stringify({ nbformat: 4, cells }));
    utimesSync(path.join(folder, name), 1e9 - age, 1e9 - age);
  };
  before(() => {
    setMachine(thisMachine);
    save("b.ipynb", 0, verdict(2, { verdict: "refuted", measured: { skewness: 2 } }));
    save("a.ipynb", 60, verdict(2, { verdict: "supported", measured: { skewness: 0 } }));
    save(
      "c.ipynb",
      60,
      verdict(3, { verdict: "supported", measured: { share: 0.648, "at scale": 10 } }),
      verdict(12, { verdict: "contested", measured: { "noisy|BN": 0.97 } }),
    );
    writeFileSync(path.join(folder, "broken.ipynb"), '{"cells": [');
    writeFileSync(path.join(folder, "list.ipynb"), "[]");
    writeFileSync(path.join(folder, "notes.txt"), "not a notebook");
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("gathers what a folder's notebooks have saved; of a claim told twice the file saved last counts", () => {
    const card = scorecard({ folder });
    const found = card.scores.filter(({ record }) => record !== null);
    assert.deepEqual(
      found.map(({ number, record }) => [number, record!.verdict, record!.measured]),
      [
        [2, "refuted", { skewness: 2 }],
        [3, "supported", { share: 0.648, "at scale": 10 }],
        [12, "contested", { "noisy|BN": 0.97 }],
      ],
    );
    const { supported, refuted, contested, "not run": missing } = card.counts;
    assert.deepEqual([supported, refuted, contested, missing], [1, 1, 1, 17]);
  });

  it("shows every claim, and for those not run which notebook to run", () => {
    const bundle = shown(scorecard({ folder }));
    for (const text of [bundle[Mime.plain], bundle[Mime.html]] as string[]) {
      for (const { claim } of claims) assert.ok(text.includes(claim["zh-cn"]) && text.includes(claim.en));
      assert.match(text, /run and save (<a [^>]+>)?05-speed-lr-init/);
      assert.doesNotMatch(text, /run and save (<a [^>]+>)?08-ics-debate/);
      assert.match(text, /≈ contested 有争议/);
    }
    assert.match(bundle[Mime.html] as string, /share: <b>0\.648<\/b><br>at scale: <b>10<\/b>/);
  });

  it("is a table in Markdown, in either language", () => {
    const card = scorecard({ folder });
    const lines = card.markdown().split("\n");
    assert.equal(lines.length, 2 + claims.length);
    assert.match(
      lines[2 + 2]!,
      /^\| 3 \| Large inputs .+ \| True \| ✓ supported \| [^|]*\| share: 0\.648; at scale: 10 \| 02-why-normalize \|$/,
    );
    assert.match(lines.find((line) => line.startsWith("| 12 |"))!, /noisy\\\|BN: 0\.97/);
    assert.match(card.markdown("zh-cn"), /\| ✗ 不成立 \|/);
  });

  it("lists the claims by the article's sections, whatever their numbers", () => {
    const numbers = scorecard({ folder }).scores.map(({ number }) => number);
    assert.deepEqual(numbers, [1, 2, 3, 4, 5, 19, 6, 7, 8, 9, 10, 11, 20, 12, 13, 14, 15, 16, 17, 18]);
  });

  it("needs a folder", () => {
    assert.throws(
      () => scorecard({ folder: path.join(folder, "none") }),
      /expected a folder of notebooks, got .+none/,
    );
    assert.deepEqual(recordsOf("no JSON"), []);
  });
});
