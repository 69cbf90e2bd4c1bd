// The front page's network, which trains in the page as soon as it is seen: no worker, no request, a few milliseconds a frame.
import { element } from "../element";
import { isFinished } from "../finished";
import { AccuracyChart } from "./accuracyChart";
import { type Activation, type Arm, activations, arms, drawAll, Race } from "./network";

/** A frame spends so much on training; the rest is the page's. */
const budgetMs = 9;
/** Steps between two looks at the test digits. */
const every = 10;
const lastStep = 4000;
const shown = 20;

const one = <E extends Element>(selector: string): E => {
  const found = document.querySelector<E>(selector);
  if (!found) throw new Error(`front: no ${selector}`);
  return found;
};

const place = one<HTMLElement>("#race");
const words = place.dataset;
const rate = one<HTMLInputElement>("#rate");
const rateText = one<HTMLOutputElement>("#rate-text");
const activation = one<HTMLSelectElement>("#activation");
const pause = one<HTMLButtonElement>("#pause");
const again = one<HTMLButtonElement>("#again");
const chart = new AccuracyChart(one("#chart"), { step: words.step ?? "", correct: words.correct ?? "" });
const digits = drawAll();
const cards = drawDigits();

let race = new Race(digits, "sigmoid", 2);
let running = !matchMedia("(prefers-reduced-motion: reduce)").matches;
let visible = false;
let scheduled = false;

/** A slider's places are even in the logarithm. */
const learningRate = () => Number((10 ** Number(rate.value)).toPrecision(2));

function begin(): void {
  const kind = Object.hasOwn(activations, activation.value) ? (activation.value as Activation) : "sigmoid";
  race = new Race(digits, kind, learningRate());
  chart.clear();
  look();
  schedule();
}

function schedule(): void {
  pause.textContent = (race.step >= lastStep ? words.done : running ? words.pause : words.go) ?? "";
  pause.disabled = race.step >= lastStep;
  if (scheduled || !running || !visible || race.step >= lastStep) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    const end = performance.now() + budgetMs;
    do {
      race.train();
      if (race.step % every === 0) look();
    } while (performance.now() < end && race.step < lastStep);
    schedule();
  });
}

/** Asks both networks for every test digit, and shows what they say. */
function look(): void {
  const guesses = race.guesses();
  const labels = digits.testLabels.data;
  for (const arm of arms) {
    const right = guesses[arm].reduce((sum, guess, i) => sum + Number(guess === labels[i]), 0);
    const percent = (100 * right) / labels.length;
    chart.add(arm, race.step, percent);
    one(`#${arm} b`).textContent = `${percent.toFixed(0)}%`;
    for (const [i, card] of cards.entries()) {
      const guess = card[arm];
      guess.textContent = `${guesses[arm][i]}`;
      guess.classList.toggle("right", guesses[arm][i] === labels[i]);
    }
  }
  one("#steps").textContent = `${race.step}`;
  chart.draw();
}

function drawDigits(): Record<Arm, HTMLElement>[] {
  const pixels = digits.testImages.data;
  return Array.from({ length: shown }, (_, digit) => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 28;
    const image = new ImageData(28, 28);
    for (let i = 0; i < 784; i++) image.data[4 * i + 3] = 255 * Number(pixels[784 * digit + i]);
    canvas.getContext("2d")?.putImageData(image, 0, 0);
    const card = element("div", "digit");
    const guesses = { plain: element("span", "plain"), batchNorm: element("span", "batchNorm") };
    card.append(canvas, guesses.batchNorm, guesses.plain);
    one("#digits").append(card);
    return guesses;
  });
}

rate.addEventListener("input", () => {
  rateText.value = `${learningRate()}`;
  race.learningRate = learningRate();
});
activation.addEventListener("change", begin);
again.addEventListener("click", () => {
  running = true;
  begin();
});
pause.addEventListener("click", () => {
  running = !running;
  schedule();
});
new IntersectionObserver((entries) => {
  visible = entries.some(({ isIntersecting }) => isIntersecting);
  schedule();
}).observe(place);
for (const card of document.querySelectorAll<HTMLAnchorElement>(".cards a")) {
  if (!isFinished(card.pathname)) continue;
  card.classList.add("finished");
  card.title = words.finished ?? "";
}
place.classList.add("ready");
begin();
