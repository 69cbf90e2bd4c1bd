// The exercises of 13-why-it-works: the rate that goes with a scale of the weights, and how far a step carries them out.
import type { Words } from "../words";
import type { Exercises } from "./exercise";

const close = (got: number, expected: number) => Math.abs(got - expected) <= 1e-6 * Math.abs(expected);

/** Null for a number, else what was given instead. */
const noNumber = (got: unknown): Words | null =>
  typeof got === "number" && Number.isFinite(got)
    ? null
    : { en: `expected a number, got ${typeof got}`, "zh-cn": `应得到一个数，得到的是 ${typeof got}` };

/** The exercises of 13-why-it-works. */
export const whyItWorks = {
  "13-rate": {
    hints: [
      {
        en: "The weights are `scale` times as long, and the gradient at them is 1/scale of what it was. What has to be the same is how far a step turns W.",
        "zh-cn": "权重的长度变成 `scale` 倍，那里的梯度变成原来的 1/scale。必须不变的，是一步把 W 转过多少。",
      },
      {
        en: "The step should be `scale` times as long as before: rate · (gradient / scale) = scale · lr · gradient.",
        "zh-cn": "更新的长度应是原来的 `scale` 倍：学习率 ·（梯度 / scale）= scale · lr · 梯度。",
      },
    ],
    check(answer: (lr: number, scale: number) => number): Words | null {
      for (const [lr, scale] of [
        [0.1, 4],
        [0.3, 1],
        [1, 0.25],
        [0.05, 10],
      ] as const) {
        const got = answer(lr, scale);
        const wrong = noNumber(got);
        if (wrong) return wrong;
        if (close(got, lr * scale ** 2)) continue;
        const suspects: readonly (readonly [number, Words])[] = [
          [
            lr,
            {
              en: "with the same rate a step turns larger weights less",
              "zh-cn": "学习率不变时，权重越大，一步转过的越少",
            },
          ],
          [
            lr * scale,
            {
              en: "that makes up for the longer weights; the gradient has become smaller as well",
              "zh-cn": "这只补偿了变长的权重；梯度也变小了",
            },
          ],
          [
            lr / scale ** 2,
            {
              en: "the other way round: larger weights need the larger rate",
              "zh-cn": "反了：权重越大，需要的学习率越大",
            },
          ],
        ];
        return (
          suspects.find(([like]) => close(got, like))?.[1] ?? {
            en: `at rate ${lr} and scale ${scale} another rate than ${Number(got.toPrecision(4))} keeps lr/‖W‖² as it was`,
            "zh-cn": `学习率 ${lr}、倍数 ${scale} 时，使 lr/‖W‖² 不变的学习率不是 ${Number(got.toPrecision(4))}`,
          }
        );
      }
      return null;
    },
    solution: "(lr: number, scale: number) => lr * scale ** 2",
    mistakes: [
      "(lr: number, scale: number) => lr",
      "(lr: number, scale: number) => lr * scale",
      "(lr: number, scale: number) => lr / scale ** 2",
      "(lr: number, scale: number) => lr / scale",
    ],
  },
  "13-radius": {
    hints: [
      {
        en: "W, and the step −lr·∇L beside it, make a right angle. The new W is the long side of the triangle.",
        "zh-cn": "W 与更新 −lr·∇L 成直角，新的 W 就是这个直角三角形的斜边。",
      },
      {
        en: "Pythagoras: ‖W′‖² = ‖W‖² + lr²‖∇L‖².",
        "zh-cn": "勾股定理：‖W′‖² = ‖W‖² + lr²‖∇L‖²。",
      },
    ],
    check(answer: (norm: number, lr: number, gradient: number) => number): Words | null {
      for (const [norm, lr, gradient] of [
        [3, 1, 4],
        [5, 0.1, 2],
        [2, 10, 1.5],
      ] as const) {
        const got = answer(norm, lr, gradient);
        const wrong = noNumber(got);
        if (wrong) return wrong;
        const squared = norm ** 2 + (lr * gradient) ** 2;
        if (close(got, Math.sqrt(squared))) continue;
        const suspects: readonly (readonly [number, Words])[] = [
          [
            squared,
            { en: "that is ‖W‖² after the step; a root is missing", "zh-cn": "这是更新后的 ‖W‖²，还差开方" },
          ],
          [
            norm - lr * gradient,
            {
              en: "as if the step went straight back along W; it stands at right angles to W",
              "zh-cn": "这相当于沿着 W 往回走；更新是与 W 垂直的",
            },
          ],
          [
            norm + lr * gradient,
            {
              en: "as if the step went on along W; it stands at right angles to W",
              "zh-cn": "这相当于沿着 W 往前走；更新是与 W 垂直的",
            },
          ],
          [
            norm,
            {
              en: "the step leaves the sphere: at right angles one does not stay at the same distance",
              "zh-cn": "更新会离开球面：沿垂直方向走，到原点的距离会变",
            },
          ],
          [
            Math.hypot(norm, gradient),
            { en: "the step is the gradient times the learning rate", "zh-cn": "更新是梯度乘以学习率" },
          ],
        ];
        return (
          suspects.find(([like]) => close(got, like))?.[1] ?? {
            en: `from ‖W‖ = ${norm}, rate ${lr}, ‖∇L‖ = ${gradient} one does not come to ${Number(got.toPrecision(4))}`,
            "zh-cn": `‖W‖ = ${norm}、学习率 ${lr}、‖∇L‖ = ${gradient} 时，得到的不该是 ${Number(got.toPrecision(4))}`,
          }
        );
      }
      return null;
    },
    solution: "(norm: number, lr: number, gradient: number) => Math.hypot(norm, lr * gradient)",
    mistakes: [
      "(norm: number, lr: number, gradient: number) => norm ** 2 + (lr * gradient) ** 2",
      "(norm: number, lr: number, gradient: number) => norm - lr * gradient",
      "(norm: number, lr: number, gradient: number) => norm + lr * gradient",
      "(norm: number, lr: number, gradient: number) => Math.hypot(norm, gradient)",
    ],
  },
} satisfies Exercises;
