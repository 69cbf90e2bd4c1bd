// A notebook that runs in its page: the script of what `bnlab export --live` writes, behind standalone.js.
import "../controls/style.css";
import "../outputs/style.css";
import "./style.css";
import { setLanguage as setWords } from "../../../kernel/words";
import { setLanguage } from "../localize";
import { startEngine } from "./engine";
import { LivePage } from "./livePage";
import { savedPage } from "./savedPage";

const { lang } = document.documentElement;
for (const set of [setLanguage, setWords, bnlabPlotly.setLanguage]) set(lang);
new LivePage(savedPage(), startEngine);
