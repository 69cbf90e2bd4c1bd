// What the process of the cells takes: told while a cell computes without a pause.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startKernel } from "./startKernel";

test("usage_request is answered by the runner's memory, at rest and in a loop", async () => {
  const kernel = startKernel();
  const usage = async () => {
    const { content } = await kernel.client.request("usage_request", {}, { channel: "control" });
    assert.ok(content.status === "ok");
    return content;
  };
  try {
    const { result } = await kernel.run("process.pid");
    const before = await usage();
    assert.equal(before.pid, Number(result));
    assert.ok(before.kernel_memory > 2 ** 20);
    let looping: () => void;
    const on = new Promise<void>((resolve) => {
      looping = resolve;
    });
    const loop = 'const held = Buffer.alloc(2 ** 28, 1);\nconsole.log("on");\nwhile (true) {}';
    const running = kernel.run(loop, ({ header }) => header.msg_type === "stream" && looping());
    await on;
    assert.ok((await usage()).kernel_memory > before.kernel_memory + 2 ** 27);
    await kernel.client.interrupt();
    assert.equal((await running).reply.status, "error");
  } finally {
    await kernel.stop();
  }
});
