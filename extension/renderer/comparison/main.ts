// The page of compared runs: their charts, one under the other. Runs in a web page, behind standalone.js.
import "./style.css";

for (const figure of JSON.parse(document.body.dataset.words ?? "[]") as unknown[]) {
  bnlabPlotly.draw(document.body.appendChild(document.createElement("div")), figure);
}
