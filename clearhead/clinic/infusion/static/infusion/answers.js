// What stands against an entry, at its form.
import { pause } from "./alone.js";
import { notice } from "./live.js";

const said = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

// What is asked can be confirmed by naming it: `again` sends the same entry with what was read.
export function refuse(form, answer, words, again) {
  const asks = new Set((answer.ask || []).map((one) => one.sentence)); // said once, on its own button
  complain(form, Object.values(answer.errors || {}).flat().map((one) => one.message).filter((one) => !asks.has(one)));
  if (answer.alone) pause(form, answer.alone, words);
  const place = form.querySelector(".doubts") || form.closest("dialog")?.querySelector(".doubts");
  if (!place) return;
  place.hidden = !answer.ask?.length;
  const asked = (answer.ask || []).map((one) => one.gate);
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.append(...(answer.ask || []).map((one) => said("span", one.sentence)), said("b", words.confirm));
  button.addEventListener("click", () => { place.hidden = true; again(asked); });
  place.replaceChildren(...(asked.length ? [button] : []));
  if (asked.length) button.focus();
}

export function complain(form, sentences) {
  const box = form.querySelector(".errors") || form.closest("dialog")?.querySelector(".errors");
  if (!box) { if (sentences.length) notice("notice-refused", sentences.join(" "), true); return; }
  box.hidden = sentences.length === 0;
  box.replaceChildren(...sentences.map((one) => said("span", `${one} `)));
  const asked = form.querySelector(".doubts");
  if (!sentences.length && asked) asked.hidden = true;
}
