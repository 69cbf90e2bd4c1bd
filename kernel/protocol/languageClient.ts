// A client's questions about a notebook's code.
import type { KernelClient } from "./client";
import type { LanguageQuestion, LanguageQuestions, LanguageRequest } from "./language";

/** Answered beside the cell that is running. Rejects with `KernelGone` where the kernel's process has ended. */
export async function askLanguage<Q extends LanguageQuestion>(
  client: KernelClient,
  question: Q,
  cells: LanguageRequest["cells"],
  about: LanguageQuestions[Q]["about"],
): Promise<LanguageQuestions[Q]["answer"]> {
  const { content } = await client.request("language_request", { question, cells, about } as LanguageRequest);
  if (content.status === "ok") return content.answer as LanguageQuestions[Q]["answer"];
  throw new Error(`${question}: ${content.status === "error" ? content.evalue : "the kernel called it off"}`);
}
