// What waits on this tablet, in words, and what it means for the screen: a STOP that the clinic has not heard of is
// a STOP all the same, also after the page was closed and opened again.
import { clock } from "./entry.js";
import { mlOf } from "./pump.js";

const box = document.getElementById("notice-stop");
const alarm = document.getElementById("notice-emergency");
const list = document.getElementById("unsent-list");
const CLOSES = ["recovered", "left_with_crew"];
const name = (kind) => list.querySelector(`template[data-kind="${kind}"]`)?.innerHTML || kind;
const label = (sign) => document.querySelector(`label[for=c-${sign.replace("_l_per_min", "").replace("temp_c", "temp")}],label[for=id_${sign}]`)?.firstChild.textContent.split(",")[0].trim() || sign;
const asTitled = (code) => document.querySelector(`#part-symptoms input[value="${code}"]`)?.nextElementSibling?.firstChild.textContent || code;
const minute = (entry) => clock(entry.happened_at).slice(0, 5);

// The numbers of one entry as they were typed.
function told({ kind, fields }) {
  if (kind === "observation") return values(fields);
  if (kind === "symptom") return `${asTitled(fields.code)} ${fields.grade}`;
  if (kind === "rate" || kind === "resume") return `${fields.value} ${fields.unit}`;
  if (kind === "adjunct") return `${fields.order_id.replaceAll("_", " ")} ${fields.dose} ${fields.unit}`;
  if (kind === "pump_seen_stopped" || kind === "reading") return fields.pump_ml ? `${fields.pump_ml} mL` : "";
  if (kind === "flush") return `${fields.ml} mL`;
  if (kind === "bolus") return `${fields.mg} mg${fields.over_min ? `, ${fields.over_min} min` : ""}`;
  if (kind === "escort") return fields.name;
  return [fields.order_id, fields.act, fields.what, fields.effect, fields.done, fields.text, fields.note, fields.reason, fields.why].filter(Boolean).map((one) => one.replaceAll("_", " ")).join(", ");
}

function values({ values: typed, why_not: whys }) {
  const { sys, dia, ...others } = typed;
  const said = Object.entries(others).map(([sign, value]) => `${label(sign)} ${value}`);
  if (sys) said.push(`${label("bp")} ${sys}/${dia}`);
  for (const [sign, word] of Object.entries(whys)) said.push(`${sign === "sedation" ? name("sedation") : label(sign)}: ${word.replaceAll("_", " ")}`);
  return said.join(" · ");
}

function line(code, { scope, entry }) {
  const said = scope === code ? [name(entry.kind), told(entry)].filter(Boolean).join(": ") : name("elsewhere");
  return Object.assign(document.createElement("li"), { textContent: `${minute(entry)} ${said}` });
}

// The strip says what waits; without it what the clinic said last stands there again.
function phase(word) {
  const place = document.querySelector("#part-strip .phase span");
  if (!place || (!word && !place.dataset.was)) return;
  place.dataset.was ||= place.textContent;
  place.textContent = word || place.dataset.was;
}

// What waits about the pump is what the next rate is measured against.
function pumpRuns(entry) {
  if (!entry) delete document.body.dataset.mlPerH;
  else document.body.dataset.mlPerH = ["rate", "resume"].includes(entry.kind) ? mlOf(entry.fields) : 0;
}

// Lines that wait since the last one that closes an emergency: the boards know nothing of them yet.
function emergency(here) {
  const lines = here.filter(({ kind, fields }) => kind === "emergency" && fields.what !== "family_told");
  const first = lines[lines.findLastIndex(({ fields }) => CLOSES.includes(fields.what)) + 1];
  alarm.hidden = !first;
  if (first) alarm.querySelector("[data-when]").textContent = minute(first);
}

export async function showWaiting(desk) {
  const waiting = (await desk.outbox?.waiting()) || [];
  list.replaceChildren(...list.querySelectorAll("template"), ...waiting.map((one) => line(desk.code, one)));
  const here = [...waiting.filter((one) => one.scope === desk.code).map((one) => one.entry), ...desk.unsaved];
  here.sort((a, b) => Date.parse(a.happened_at) - Date.parse(b.happened_at));
  emergency(here);
  const last = (...kinds) => here.findLast((one) => kinds.includes(one.kind));
  pumpRuns(last("rate", "resume", "pause", "stop", "end"));
  const stop = last("stop", "end", "resume");
  const stopped = Boolean(stop) && stop.kind !== "resume";
  const pause = last("pause", "resume");
  const paused = !stopped && pause?.kind === "pause";
  const unsaved = desk.unsaved.includes(stop);
  document.body.classList.toggle("stopped-here", stopped);
  document.body.classList.toggle("paused-here", paused);
  if (stopped || paused) document.getElementById("face-rate")?.close();
  phase(stopped ? (unsaved ? box.dataset.unsaved : box.dataset.phase) : paused ? box.dataset.paused.replace("%s", minute(pause)) : "");
  box.hidden = !stopped;
  if (!stopped) return;
  const seen = last("pump_seen_stopped");
  box.querySelector("[data-when]").textContent = minute(stop);
  box.querySelector("[data-queued]").hidden = unsaved;
  box.querySelector("[data-nowhere]").hidden = !unsaved;
  box.querySelector("form").hidden = Boolean(seen);
  box.querySelector("[data-ask]").hidden = Boolean(seen);
  box.querySelector("[data-seen]").textContent = seen ? [name("pump_seen_stopped"), minute(seen), told(seen)].filter(Boolean).join(" ") : "";
}
