// Live: asks every two seconds whether the record has a new fact, and swaps what only shows. What is being typed stays.
import { countDown } from "./timer.js";

const BEAT_MS = 2000;
const BEATS = 3;
const FRESH_MS = 60000; // what is due and what is left move without a new fact
const room = document.querySelector("[data-live]");
let number = room.dataset.number;
let fresh = performance.now();
let silent = 0;

const typed = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked
  : field.options ? false : field.value !== field.defaultValue);
const busy = (part) => part.contains(document.activeElement) && document.activeElement.matches("input,textarea,select")
  || [...part.querySelectorAll("input,textarea,select")].some(typed);

function lost(yes) {
  document.body.classList.toggle("lost", yes);
  document.getElementById("lost-notice").hidden = !yes;
}

async function swap() {
  const reply = await fetch(location.href, { credentials: "same-origin", cache: "no-store", redirect: "error", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(8000) });
  if (!reply.ok) throw new Error(`answered ${reply.status}`);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const there = page.querySelector("[data-live]");
  if (!there || there.dataset.left !== room.dataset.left) return location.reload(); // gone home, or signed out
  for (const part of page.querySelectorAll("[data-part]")) {
    const here = document.getElementById(part.id);
    if (here && !busy(here) && here.outerHTML !== part.outerHTML) here.replaceWith(document.importNode(part, true));
  }
  number = there.dataset.number;
  fresh = performance.now();
  return countDown();
}

async function beat() {
  try {
    const reply = await fetch(`${room.dataset.live}?after=${number}`, { credentials: "same-origin", cache: "no-store", redirect: "error", signal: AbortSignal.timeout(4000) });
    if (![200, 304].includes(reply.status)) throw new Error(`answered ${reply.status}`);
    if (reply.status === 200 || performance.now() - fresh > FRESH_MS) await swap();
    silent = 0;
    lost(false);
  } catch {
    silent += 1;
    if (silent >= BEATS) lost(true);
  }
  setTimeout(beat, BEAT_MS - 200);
}

countDown();
setTimeout(beat, BEAT_MS - 200);
