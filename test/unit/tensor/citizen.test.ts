// A tensor among JavaScript's own functions: assertions, JSON, structuredClone, console.log, and what lists properties.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import * as nn from "../../../kernel/nn";
import * as optim from "../../../kernel/optim";
import { randn, type Tensor, tensor, tidy, zeros } from "../../../kernel/tensor";

/** Everything that own enumerable properties lead to. */
function reached(root: unknown): Set<unknown> {
  const seen = new Set<unknown>();
  const pending = [root];
  while (pending.length > 0) {
    const value = pending.pop();
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    if (!ArrayBuffer.isView(value))
      for (const key of Reflect.ownKeys(value)) pending.push(Reflect.get(value, key));
    if (value instanceof Map) pending.push(...value.values());
  }
  return seen;
}

function failing(check: () => void): string {
  try {
    check();
  } catch (error) {
    return (error as Error).message;
  }
  assert.fail("expected it to fail");
}

test("no property leads from a tensor, a network or an optimizer to the runtime's memory", () => {
  const net = new nn.Sequential(new nn.Linear(3, 4), new nn.BatchNorm1d(4));
  const optimizer = new optim.Adam(net.parameters(), { lr: 0.1 });
  const loss = net
    .forward(randn([5, 3]))
    .square()
    .mean();
  loss.backward();
  optimizer.step();
  for (const root of [tensor([1, 2]), loss, net, optimizer, loss.storage]) {
    for (const value of reached(root)) {
      assert.ok(!ArrayBuffer.isView(value) || value.byteLength < 2 ** 20, inspect(value, { depth: 0 }));
    }
  }
});

test("a failing assertion shows the numbers", () => {
  const weight = new nn.Linear(2, 2).weight;
  weight.square().sum().backward();
  for (const check of [
    () => assert.equal(tensor([1, 2]), null),
    () => assert.deepEqual(tensor([1, 2]), tensor([1, 3])),
    () => assert.deepEqual({ a: [tensor([1, 2])] }, { a: [tensor([1, 3])] }),
    () => assert.strictEqual(tensor([1, 2]).mul(1), undefined),
  ]) {
    const message = failing(check);
    assert.match(message, /\[1, 2\]/);
    assert.ok(message.length < 2_000, message);
  }
  assert.match(
    failing(() => assert.equal(weight.grad, null)),
    /dtype: 'float32'/,
  );
});

test("deepEqual compares shape, dtype and numbers", () => {
  const large = randn([50, 40]);
  const other = large.clone();
  other.data[1999]! += 1;
  const equal: [Tensor, Tensor][] = [
    [tensor([1, 2]), tensor([1, 2])],
    [
      tensor([
        [1, 2],
        [3, 4],
      ]).t(),
      tensor([
        [1, 3],
        [2, 4],
      ]),
    ],
    [tensor([Number.NaN, 0]), tensor([Number.NaN, -0])],
    [tensor([true, false]), tensor([true, false])],
    [large, large.clone()],
    [large.t(), large.clone().t()],
    [zeros([0, 3]), zeros([0, 3])],
    [tensor([1], { requiresGrad: true }).mul(2), tensor([2])],
  ];
  for (const [a, b] of equal) assert.deepEqual(a, b);
  const unequal: [Tensor, Tensor][] = [
    [tensor([1, 2]), tensor([1, 3])],
    [tensor([0.1]), tensor([0.1 + 2 ** -27])],
    [tensor([1, 2]), tensor([[1, 2]])],
    [tensor([1, 0]), tensor([true, false])],
    [tensor([1, 2]), tensor([1, 2]).int()],
    [large, other],
    [zeros([0, 3]), zeros([3, 0])],
  ];
  for (const [a, b] of unequal) assert.notDeepEqual(a, b);
});

test("a freed tensor is told in an assertion, too", () => {
  let lost: Tensor | undefined;
  tidy(() => {
    lost = zeros([3]);
  });
  assert.match(
    failing(() => assert.equal(lost, null)),
    /freed/,
  );
});

test("JSON, lists and iteration give numbers", () => {
  assert.equal(JSON.stringify({ loss: tensor(0.5), x: tensor([[1, 2]]) }), '{"loss":0.5,"x":[[1,2]]}');
  assert.deepEqual(tensor([[1, 2]]).tolist(), [[1, 2]]);
  assert.deepEqual(
    [
      ...tensor([
        [1, 2],
        [3, 4],
      ]),
    ].map((row) => row.tolist()),
    [
      [1, 2],
      [3, 4],
    ],
  );
  assert.deepEqual(JSON.parse(JSON.stringify(new nn.Linear(2, 1))).weight.length, 1);
});

test("structuredClone says what to do", () => {
  for (const value of [tensor([1]), new nn.Linear(2, 2), { model: [new nn.BatchNorm1d(2)] }]) {
    assert.throws(() => structuredClone(value), /copy a tensor with clone\(\)/);
  }
});

test("console.log shows numbers, shape and dtype", () => {
  assert.equal(inspect(tensor([1, 2])), "tensor([1., 2.])");
  assert.match(inspect({ a: [[[tensor([1, 2]).int()]]] }, { depth: 9 }), /tensor\(\[1, 2\], dtype=int32\)/);
});
