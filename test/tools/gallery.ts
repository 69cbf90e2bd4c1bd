// Writes the README's gallery, media/gallery/: one picture of each kind of chart, drawn without a browser. `npm run gallery`
import path from "node:path";
import { nodePlots } from "../../kernel/host/plots";
import { setPlotHost } from "../../kernel/plot/host";
import { gallery } from "../browser/gallery";

setPlotHost(nodePlots);
const folder = path.join(import.meta.dirname, "../../media/gallery");
for (const [name, figure] of Object.entries(gallery())) figure.save(path.join(folder, `${name}.svg`));
