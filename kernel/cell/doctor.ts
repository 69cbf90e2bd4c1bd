// `bnlab doctor`: which kernels this machine got, and how fast they are. Joins the runtime to the command line.

import { cpus } from "node:os";
import { type SettingName, setting, settingNames, settings } from "../host/settings";
import { threadCount } from "../host/threads";
import { inspectKernels } from "../tensor/doors/report";
import { version } from "../version";
import { nn, noGrad, randn, type Tensor, tidy } from "./bnlab";

const names: Record<string, string> = {
  "wasm-revec-simd": "WebAssembly, 256-bit vectors, fused multiply-add",
  "wasm-relaxed-simd": "WebAssembly, 128-bit vectors, fused multiply-add",
  "wasm-simd": "WebAssembly, 128-bit vectors",
  reference: "plain TypeScript: slow, for comparison only",
};

const variableWidth = Math.max(...settingNames.map((name) => settings[name].variable.length));

/** Prints the report, some seconds later. */
export function doctor(): void {
  const { name, capacity, peakFlops } = inspectKernels();
  const threads = threadCount();
  const model = cpus()[0]?.model.replace(/\s+/g, " ").trim() || "an unknown processor";
  const rows: [what: string, found: string][] = [
    [
      "bnlab",
      `${version} on Node ${process.version} (V8 ${process.versions.v8}), ${process.platform} ${process.arch}`,
    ],
    ["processor", `${model}, ${cpus().length} cores`],
    ["kernels", `${names[name] ?? name}${setBy("simd")}`],
    ["threads", `${threads}${setBy("threads")}`],
    ["memory", `${(capacity / 2 ** 30).toFixed(1)} GiB of address space for tensors${setBy("memory")}`],
  ];
  if (peakFlops !== null) rows.push(["peak", `${gigaflops(peakFlops)} a thread, measured`]);
  for (const [what, flops, run] of works()) {
    const reached = flops / fastest(run);
    const share =
      peakFlops === null ? "" : `, ${percent(reached / (peakFlops * threads))} of ${threads} × peak`;
    rows.push([what, `${gigaflops(reached)}${share}`]);
  }
  const bytes = 2 ** 25;
  const source = randn([bytes / 4]);
  rows.push(["copy of 32 MiB", `${((2 * bytes) / fastest(() => source.clone()) / 1e9).toFixed(1)} GB/s`]);
  const width = Math.max(...rows.map(([what]) => what.length));
  for (const [what, found] of rows) console.log(`${what.padEnd(width)}  ${found}`);
  console.log();
  for (const name of settingNames) {
    const { variable, otherwise } = settings[name];
    console.log(`${variable.padEnd(variableWidth)}  ${setting(name) ?? `not set: ${otherwise}`}`);
  }
  const advice = adviceFor(name);
  if (advice !== null) console.log(`\n${advice}`);
}

/**
 * Work of known size: two operations for each multiplication of the definition. Winograd's convolution does with fewer and
 * may pass the peak.
 */
function works(): [what: string, flops: number, run: () => Tensor][] {
  const product = (m: number, n: number, k: number): [string, number, () => Tensor] => {
    const [a, b] = [randn([m, k]), randn([k, n])];
    return [`product ${m}×${n}×${k}`, 2 * m * n * k, () => a.matmul(b)];
  };
  const convolution = new nn.Conv2d(16, 16, 3, { padding: 1, bias: false });
  const images = randn([64, 16, 28, 28]);
  const flops = 2 * 64 * 28 * 28 * 16 * 16 * 9;
  return [
    product(60, 100, 784),
    product(256, 256, 256),
    product(1024, 1024, 1024),
    ["convolution 3×3, 64×16×28×28", flops, () => convolution.forward(images)],
  ];
}

/** Seconds of the fastest call, after the engine has had time to optimize it. */
function fastest(run: () => Tensor): number {
  let best = Number.POSITIVE_INFINITY;
  let [calls, spent] = [0, 0];
  while (spent < 250 || (calls < 12 && spent < 1000)) {
    const start = performance.now();
    tidy(() => void noGrad(run)); // its memory serves the next call
    const took = performance.now() - start;
    best = Math.min(best, took);
    spent += took;
    calls++;
  }
  return best / 1000;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;

const gigaflops = (flops: number) => `${(flops / 1e9).toFixed(flops < 1e10 ? 1 : 0)} GFLOP/s`;

function setBy(name: SettingName): string {
  const value = setting(name);
  return value === undefined ? "" : `, as ${settings[name].variable}=${value} says`;
}

function adviceFor(name: string): string | null {
  if (setting("simd") !== undefined || name === "wasm-revec-simd") return null;
  if (name !== "wasm-relaxed-simd") {
    return "Node 24 or later is faster: it has fused multiply-add, and on x64 256-bit vectors.";
  }
  return null;
}
