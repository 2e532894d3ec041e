// A page beside the chair's screen: renewed when the chair has a new fact. Only what changed is swapped; ticks and open
// folds stay, and what is being answered is never touched.
import { heard } from "../web/clinic.js";
import { typed } from "./typed.js";

const BEAT_MS = 2000;
const BEATS = 3;
const head = document.querySelector("[data-beside]");
const served = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.id, shown(part)]));
let number = "";
let newest = []; // the parts as the clinic last sent them; one that was busy then is swapped at a later beat
let silent = 0;

const ask = async (address) => heard(await fetch(address, {
  credentials: "same-origin", cache: "no-store", redirect: "error", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(4000),
}));

async function renew() {
  const reply = await ask(location.href);
  if (!reply.ok) throw new Error(`answered ${reply.status}`);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  newest = [...page.querySelectorAll("[data-part]")];
  head.querySelector("b").textContent = page.querySelector("[data-beside] b")?.textContent ?? "";
}

// What a reader sees of a part: each answer of the clinic carries new ids of its own.
function shown(part) {
  const bare = part.cloneNode(true);
  bare.querySelectorAll("input[type=hidden]").forEach((field) => field.remove());
  return bare.outerHTML;
}

const answered = (field) => field.type !== "checkbox" && typed(field); // ticks are carried over
const typing = (part) => part.contains(document.activeElement) && document.activeElement.matches("input:not([type=checkbox]),textarea,select");
const busy = (part) => part.querySelector(":active") || typing(part) || [...part.querySelectorAll("input,textarea,select")].some(answered);

function swap(part) {
  const here = document.getElementById(part.id);
  if (!here || served.get(part.id) === shown(part) || busy(here)) return;
  served.set(part.id, shown(part));
  const ticked = new Set([...here.querySelectorAll("input:checked")].map((box) => box.value));
  const open = [...here.querySelectorAll("details")].map((fold) => fold.open);
  const fresh = document.importNode(part, true);
  for (const box of fresh.querySelectorAll("input[type=checkbox]")) box.checked = ticked.has(box.value);
  const folds = fresh.querySelectorAll("details");
  if (folds.length === open.length) folds.forEach((fold, place) => { fold.open = open[place]; });
  const focused = here.contains(document.activeElement);
  here.replaceWith(fresh);
  window.htmx?.process(fresh);
  if (focused) fresh.focus({ preventScroll: true });
}

async function beat() {
  try {
    const reply = await ask(`${head.dataset.beside}?after=${number}`);
    if (![200, 304].includes(reply.status)) throw new Error(`answered ${reply.status}`);
    if (reply.status === 200) {
      number = (await reply.text()).match(/data-number="([^"]+)"/)?.[1] ?? "";
      await renew();
    }
    newest.forEach(swap);
    silent = 0;
  } catch {
    silent += 1;
  }
  head.classList.toggle("flagword", silent >= BEATS);
  head.querySelector("span").hidden = silent < BEATS;
  setTimeout(beat, BEAT_MS - 200);
}

setTimeout(beat, BEAT_MS - 200);
