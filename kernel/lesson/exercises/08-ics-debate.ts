// The exercises of 08-ics-debate: the spread that covariate noise gives a unit, and smoothness along a walk.
import { show } from "../../arguments";
import { shortNumber } from "../../words";
import type { Words } from "../words";
import type { Exercises } from "./exercise";

type Walk = {
  readonly steps: readonly number[];
  readonly differences: readonly number[];
  readonly gradientNorm: number;
};

/** Down the gradient of ½·Σ kᵢ·xᵢ² from x = (1, …, 1), with steps that all end somewhere else. */
function walkOn(curvatures: readonly number[], steps: readonly number[]): Walk {
  const length = (values: readonly number[]) => Math.hypot(...values);
  return {
    steps,
    differences: steps.map((step) => step * length(curvatures.map((k) => k * k))),
    gradientNorm: length(curvatures),
  };
}

const walks: readonly Walk[] = [
  walkOn([3], [0.1, 0.2]),
  walkOn([1, 10], [0.05, 0.2, 0.4]),
  { steps: [0.1, 0.2, 0.4], differences: [0.5, 3, 2], gradientNorm: 2 }, // steepest in the middle
];

const shown = (value: unknown) => (typeof value === "number" ? shortNumber(value) : String(value));

/** Null where the answer is right to a thousandth. */
function compared(of: { en: string; "zh-cn": string }, got: unknown, right: number): Words | null {
  if (typeof got === "number" && Math.abs(got - right) <= 1e-3 * right) return null;
  return {
    en: `${of.en}: expected ${shown(right)}, got ${shown(got)}`,
    "zh-cn": `${of["zh-cn"]}：应为 ${shown(right)}，得到的是 ${shown(got)}`,
  };
}

/** The exercises of 08-ics-debate. */
export const debate = {
  "08-noise": {
    hints: [
      {
        en: "The variances of s·x and of m add up, since the two are independent; μ moves the values and spreads none.",
        "zh-cn": "s·x 与 m 相互独立，方差可以相加；μ 只平移，不影响离散程度。",
      },
      {
        en: "Var(s·x) = E[s²]·E[x²], for x has mean 0; and E[s²] = σ² + spread².",
        "zh-cn": "x 的均值为 0，所以 Var(s·x) = E[s²]·E[x²]；而 E[s²] = σ² + spread²。",
      },
      {
        en: "A uniform draw from an interval of width 2·spread has the variance spread²/3.",
        "zh-cn": "在宽度为 2·spread 的区间上均匀抽取，方差是 spread²/3。",
      },
    ],
    check(answer: (sigma: number, spread: number) => number): Words | null {
      for (const [sigma, spread] of [
        [1, 0],
        [1.25, 0.1],
        [1.1, 0.5],
        [2, 1],
      ] as const) {
        const of = { en: `σ = ${sigma}, spread = ${spread}`, "zh-cn": `σ = ${sigma}、spread = ${spread} 时` };
        const wrong = compared(of, answer(sigma, spread), Math.sqrt(sigma ** 2 + (4 / 3) * spread ** 2));
        if (wrong) return wrong;
      }
      return null;
    },
    solution: "(sigma: number, spread: number) => Math.sqrt(sigma ** 2 + spread ** 2 + spread ** 2 / 3)",
    mistakes: [
      "(sigma: number, spread: number) => sigma",
      "(sigma: number, spread: number) => sigma + spread",
      "(sigma: number, spread: number) => Math.sqrt(sigma ** 2 + spread ** 2)",
      "(sigma: number, spread: number) => sigma ** 2 + spread ** 2 + spread ** 2 / 3",
    ],
  },
  "08-smoothness": {
    hints: [
      {
        en: "The place is x − step·∇: how far is that from x?",
        "zh-cn": "沿途的位置是 x − step·∇，它离 x 有多远？",
      },
      {
        en: "The distance is step·gradientNorm. Divide each difference by its own distance.",
        "zh-cn": "距离是 step·gradientNorm。每个差除以它自己的距离。",
      },
      {
        en: "Math.max(...differences.map((difference, i) => …)): the largest of the quotients, not the quotient of the largest.",
        "zh-cn": "Math.max(...differences.map((difference, i) => …))：取商的最大值，而不是最大值的商。",
      },
    ],
    check(answer: (walk: Walk) => number): Words | null {
      for (const walk of walks) {
        const { steps, differences, gradientNorm } = walk;
        const right = Math.max(...differences.map((each, i) => each / (steps[i]! * gradientNorm)));
        const told = `steps ${show(steps)}, differences [${differences.map(shown).join(", ")}], gradientNorm ${shown(gradientNorm)}`;
        const wrong = compared({ en: told, "zh-cn": told }, answer(structuredClone(walk)), right);
        if (wrong) return wrong;
      }
      return null;
    },
    solution: `({ steps, differences, gradientNorm }: { steps: readonly number[]; differences: readonly number[]; gradientNorm: number }) =>
  Math.max(...differences.map((difference, i) => difference / (steps[i] * gradientNorm)))`,
    mistakes: [
      "({ steps, differences }: { steps: readonly number[]; differences: readonly number[] }) => Math.max(...differences.map((difference, i) => difference / steps[i]))",
      "({ steps, differences, gradientNorm }: { steps: readonly number[]; differences: readonly number[]; gradientNorm: number }) => Math.max(...differences) / (Math.max(...steps) * gradientNorm)",
      "({ steps, differences, gradientNorm }: { steps: readonly number[]; differences: readonly number[]; gradientNorm: number }) => differences[0] / (steps[0] * gradientNorm)",
      "({ differences, gradientNorm }: { differences: readonly number[]; gradientNorm: number }) => Math.max(...differences) / gradientNorm",
    ],
  },
} satisfies Exercises;
