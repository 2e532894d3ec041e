// What cannot be is said before it waits on this tablet, in the clinic's own sentence. A reading with a STOP is left out
// instead: that the pump stands still is never refused.
import { PLAIN_NUMBER } from "./pump.js";

export function impossible(form, data, words) {
  return [...form.querySelectorAll("input[data-high]")].map((field) => against(field, data, words)).filter(Boolean);
}

function against(field, data, words) {
  const value = (data.get(field.name) || "").trim();
  const { low, high, inUnit: unit = "" } = field.dataset;
  if (!value || (PLAIN_NUMBER.test(value) && Number(value) >= Number(low) && Number(value) <= Number(high))) return "";
  if (withStop(field)) data.delete(field.name);
  if (!PLAIN_NUMBER.test(value)) return words.nonumber.replace("%s", value);
  return Object.entries({ value, low, high, unit }).reduce((said, [name, one]) => said.replaceAll(`%(${name})s`, one), words.outside);
}

const withStop = (field) => field.form.dataset.entry === "pump_seen_stopped";
