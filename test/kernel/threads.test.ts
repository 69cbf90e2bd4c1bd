// Threads in whole trainings, in the built runtime: any number of them gives the same bits.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";

/** Trains a convolutional net of shapes that are large enough to be shared, and prints a hash of what came out. */
const program = `
  import { createHash } from "node:crypto";
  import { manualSeed, nn, optim, randint, randn } from ${JSON.stringify(new URL("../../dist/kernel/bnlab.js", import.meta.url).href)};
  manualSeed(3);
  const net = new nn.Sequential(
    new nn.Conv2d(1, 16, 3, { padding: 1, bias: false }), new nn.BatchNorm2d(16), new nn.ReLU(),
    new nn.Conv2d(16, 32, 3, { stride: 2 }), new nn.BatchNorm2d(32), new nn.Sigmoid(), new nn.MaxPool2d(2),
    new nn.Flatten(), new nn.Linear(1152, 300), new nn.Tanh(), new nn.Linear(300, 10),
  );
  const optimizer = new optim.Adam(net.parameters(), { lr: 1e-3 });
  const [x, y] = [randn([96, 1, 28, 28]), randint(0, 10, [96])];
  for (let step = 0; step < 8; step++) {
    const loss = nn.functional.crossEntropy(net.forward(x), y);
    optimizer.zeroGrad();
    loss.backward();
    optimizer.step();
  }
  const hash = createHash("sha256");
  for (const tensor of Object.values(net.stateDict())) hash.update(new Uint8Array(tensor.data.slice().buffer));
  console.log(hash.digest("hex"));
`;

function run(threads: number): string {
  const env = { ...process.env, BNLAB_THREADS: String(threads) };
  return execFileSync(process.execPath, ["--input-type=module", "-e", program], { env, encoding: "utf8" });
}

test("a training gives the same bits on one, two and four threads", () => {
  const alone = run(1);
  assert.match(alone, /^[0-9a-f]{64}\n$/);
  for (const threads of [2, 4]) assert.equal(run(threads), alone, `${threads} threads`);
});
