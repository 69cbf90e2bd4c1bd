// Two well-known scripts, line by line as generate_scripts.py has them in PyTorch: the same weights, the same losses.
import assert from "node:assert/strict";
import { test } from "node:test";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { arange, noGrad, ones, stack, type Tensor, tensor, tril } from "../../../kernel/tensor";
import { assertClose, fixture, type Packed, unpack } from "../fixtures";

const F = nn.functional;

const recorded = fixture<{
  text: string;
  charLstm: { start: Record<string, Packed>; losses: number[]; sample: string };
  nanoGpt: { start: Record<string, Packed>; offsets: number[][]; losses: number[]; logits: Packed };
}>("scripts");

const { text } = recorded;
const chars = [...new Set(text)].sort();
const stoi = new Map(chars.map((ch, i) => [ch, i]));
const encode = (s: string) => [...s].map((c) => stoi.get(c)!);
const decode = (l: number[]) => l.map((i) => chars[i]).join("");
const data = tensor(Int32Array.from(encode(text)));

function load(model: nn.Module, start: Record<string, Packed>): void {
  assert.deepEqual(Object.keys(model.stateDict()), Object.keys(start));
  model.loadStateDict(Object.fromEntries(Object.entries(start).map(([name, p]) => [name, unpack(p)])));
}

function assertLosses(losses: number[], expected: number[]): void {
  const packed = { shape: [expected.length], data: expected };
  assertClose(tensor(losses), packed, { rtol: 1e-4, atol: 0 }, "losses");
}

// --- A character LSTM, after Karpathy's char-rnn ---

class CharLSTM extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly lstm: nn.LSTM;
  readonly fc: nn.Linear;

  constructor(vocabSize: number, embedSize: number, hiddenSize: number, numLayers: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embedSize);
    this.lstm = new nn.LSTM(embedSize, hiddenSize, numLayers, { batchFirst: true });
    this.fc = new nn.Linear(hiddenSize, vocabSize);
  }

  override forward(x: Tensor, state0: [Tensor, Tensor] | null = null): [Tensor, [Tensor, Tensor]] {
    const [out, state] = this.lstm.forward(this.embedding.forward(x), state0);
    return [this.fc.forward(out), state];
  }
}

test("a character LSTM learns as in PyTorch: 30 losses within 1e-4, then the same text", () => {
  const model = new CharLSTM(chars.length, 12, 24, 2);
  load(model, recorded.charLstm.start);
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const [batchSize, seqLength] = [4, 10];
  const length = Math.floor(data.shape[0]! / batchSize);
  const streams = data.slice(0, 0, length * batchSize).view(batchSize, -1);
  const losses: number[] = [];
  for (let epoch = 0; epoch < 6; epoch++) {
    let state: [Tensor, Tensor] | null = null;
    for (let i = 0; i < streams.size(1) - seqLength; i += seqLength) {
      const inputs = streams.slice(1, i, i + seqLength);
      const targets = streams.slice(1, i + 1, i + 1 + seqLength);
      const [logits, [h, c]]: [Tensor, [Tensor, Tensor]] = model.forward(inputs, state);
      state = [h.detach(), c.detach()];
      const loss = F.crossEntropy(logits.reshape(-1, chars.length), targets.reshape(-1));
      optimizer.zeroGrad();
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 5);
      optimizer.step();
      losses.push(loss.item());
    }
  }
  assertLosses(losses, recorded.charLstm.losses);
  model.eval();
  const out = encode("the ");
  noGrad(() => {
    let [logits, state] = model.forward(tensor([out], { dtype: "int32" }));
    for (let i = 0; i < 40; i++) {
      out.push(logits.select(1, -1).argmax().item());
      [logits, state] = model.forward(tensor([out.slice(-1)], { dtype: "int32" }), state);
    }
  });
  assert.equal(decode(out), recorded.charLstm.sample);
});

// --- A small GPT, after Karpathy's nanoGPT ---

const [nLayer, nHead, nEmbd, blockSize] = [2, 4, 24, 16];

class CausalSelfAttention extends nn.Module {
  readonly c_attn = new nn.Linear(nEmbd, 3 * nEmbd);
  readonly c_proj = new nn.Linear(nEmbd, nEmbd);
  readonly bias = this.registerBuffer(
    "bias",
    tril(ones([blockSize, blockSize])).view(1, 1, blockSize, blockSize),
    { persistent: false },
  );

  override forward(x: Tensor): Tensor {
    const [B, T, C] = x.shape as [number, number, number];
    const heads = (part: Tensor) => part.view(B, T, nHead, C / nHead).transpose(1, 2);
    const [q, k, v] = this.c_attn.forward(x).split(nEmbd, 2).map(heads) as [Tensor, Tensor, Tensor];
    let att = q.matmul(k.transpose(-2, -1)).mul(1 / Math.sqrt(k.size(-1)));
    const seen = this.bias.slice(2, 0, T).slice(3, 0, T);
    att = att.maskedFill(seen.eq(0), Number.NEGATIVE_INFINITY);
    att = F.softmax(att, -1);
    const y = att.matmul(v).transpose(1, 2).contiguous().view(B, T, C);
    return this.c_proj.forward(y);
  }
}

class MLP extends nn.Module {
  readonly c_fc = new nn.Linear(nEmbd, 4 * nEmbd);
  readonly gelu = new nn.GELU();
  readonly c_proj = new nn.Linear(4 * nEmbd, nEmbd);

  override forward(x: Tensor): Tensor {
    return this.c_proj.forward(this.gelu.forward(this.c_fc.forward(x)));
  }
}

class Block extends nn.Module {
  readonly ln_1 = new nn.LayerNorm(nEmbd);
  readonly attn = new CausalSelfAttention();
  readonly ln_2 = new nn.LayerNorm(nEmbd);
  readonly mlp = new MLP();

  override forward(input: Tensor): Tensor {
    const x = input.add(this.attn.forward(this.ln_1.forward(input)));
    return x.add(this.mlp.forward(this.ln_2.forward(x)));
  }
}

/** What is a ModuleDict in Python: there it finds its members as attributes. */
class Trunk extends nn.Module {
  readonly wte = new nn.Embedding(chars.length, nEmbd);
  readonly wpe = new nn.Embedding(blockSize, nEmbd);
  readonly h = new nn.ModuleList(Array.from({ length: nLayer }, () => new Block()));
  readonly ln_f = new nn.LayerNorm(nEmbd);

  override forward(idx: Tensor): Tensor {
    const pos = arange(0, idx.size(1));
    let x = this.wte.forward(idx).add(this.wpe.forward(pos));
    for (const block of this.h) x = block.forward(x);
    return this.ln_f.forward(x);
  }
}

class GPT extends nn.Module {
  readonly transformer = new Trunk();
  readonly lm_head = new nn.Linear(nEmbd, chars.length, { bias: false });

  constructor() {
    super();
    this.transformer.wte.weight = this.lm_head.weight; // weight tying
  }

  override forward(idx: Tensor, targets: Tensor | null = null): [logits: Tensor, loss: Tensor | null] {
    const logits = this.lm_head.forward(this.transformer.forward(idx));
    if (targets === null) return [logits, null];
    return [logits, F.crossEntropy(logits.view(-1, logits.size(-1)), targets.view(-1))];
  }
}

test("a small GPT learns as in PyTorch: 25 losses within 1e-4, then the same logits", () => {
  const model = new GPT();
  load(model, recorded.nanoGpt.start);
  const decay = model.parameters().filter((p) => p.dim() >= 2);
  const noDecay = model.parameters().filter((p) => p.dim() < 2);
  const optimizer = new optim.AdamW(
    [
      { params: decay, weightDecay: 0.1 },
      { params: noDecay, weightDecay: 0 },
    ],
    { lr: 3e-3, betas: [0.9, 0.95] },
  );
  const losses: number[] = [];
  for (const ix of recorded.nanoGpt.offsets) {
    const x = stack(ix.map((i) => data.slice(0, i, i + blockSize)));
    const y = stack(ix.map((i) => data.slice(0, i + 1, i + 1 + blockSize)));
    const [, loss] = model.forward(x, y);
    optimizer.zeroGrad();
    loss!.backward();
    nn.utils.clipGradNorm_(model.parameters(), 1);
    optimizer.step();
    losses.push(loss!.item());
  }
  assertLosses(losses, recorded.nanoGpt.losses);
  const [logits] = noGrad(() => model.forward(data.slice(0, 0, blockSize).view(1, -1)));
  assertClose(logits, recorded.nanoGpt.logits, { rtol: 1e-3, atol: 1e-3 }, "logits");
});
