// What stands against an entry, at its form.
import { pause } from "./alone.js";
import { notice } from "./live.js";

// At the form, else in its face; the form itself may have been swapped while the clinic answered.
const near = (form, what) => form.querySelector(what) || (form.closest("dialog") || form.face)?.querySelector(what);
const said = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });

// What is asked can be confirmed by naming it: `again` sends the same entry with what was read.
export function refuse(form, answer, words, again) {
  const asks = new Set((answer.ask || []).map((one) => one.sentence)); // said once, on its own button
  complain(form, Object.values(answer.errors || {}).flat().map((one) => one.message).filter((one) => !asks.has(one)));
  if (answer.alone) pause(form, answer.alone, words);
  const place = near(form, ".doubts");
  if (!place) return;
  const doubts = answer.ask || [];
  place.hidden = !doubts.length;
  const send = () => { place.hidden = true; again(doubts.map((one) => one.gate)); };
  place.replaceChildren(...doubts.map((one) => doubt(one, words, place, send)));
  place.querySelector("button")?.focus();
  form.querySelector(".errors:not([hidden])")?.scrollIntoView({ block: "nearest" });
}

// One button a doubt, named with its value; the last one that is pressed sends the entry again.
function doubt({ gate, sentence, named: word }, words, place, send) {
  const value = gate.split("=")[1];
  const button = Object.assign(document.createElement("button"), { type: "button" });
  button.setAttribute("aria-pressed", "false");
  const named = word || (value && words.right ? words.right.replace("%s", value) : words.confirm);
  button.append(said("span", sentence), said("b", named));
  button.addEventListener("click", () => {
    button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    if (!place.querySelector("[aria-pressed=false]")) send();
  });
  return button;
}

export function complain(form, sentences) {
  const box = near(form, ".errors");
  if (!box) { if (sentences.length) notice("notice-refused", sentences.join(" "), true); return; }
  box.hidden = sentences.length === 0;
  box.replaceChildren(...sentences.map((one) => said("span", `${one} `)));
  const asked = form.querySelector(".doubts");
  if (!sentences.length && asked) asked.hidden = true;
}
