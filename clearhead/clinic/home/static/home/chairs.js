// A board of the clinic: asks every two seconds whether anything is new. Three silent beats blank the figures: old must never look current.
import { heard as fromClinic } from "../web/clinic.js";

const board = document.querySelector("[data-poll]");
const lost = document.querySelector(".lost");
const BEAT_MS = 2000;
const BEATS = 3;
let silent = 0;
let heard = board.querySelector(".now b")?.textContent ?? "";

function say(words) {
  board.classList.toggle("gone", Boolean(words));
  lost.hidden = !words;
  lost.textContent = words;
}

async function beat() {
  try {
    const answer = fromClinic(await fetch(board.dataset.poll, {
      headers: { "If-None-Match": board.dataset.mark },
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(BEAT_MS * 2),
    }));
    if (answer.type === "opaqueredirect" || answer.status === 403) {
      say(lost.dataset.out);
    } else if (answer.status === 200) {
      const tiles = await answer.text();
      if (!board.querySelector("button:active, a:active")) renew(tiles, answer.headers.get("ETag") ?? ""); // a press under way counts first
      answered();
    } else if (answer.status === 304) {
      answered();
    } else {
      missed();
    }
  } catch {
    missed();
  }
  setTimeout(beat, BEAT_MS);
}

function renew(tiles, mark) {
  const link = document.activeElement?.closest?.("[data-poll] a")?.getAttribute("href");
  const form = document.activeElement?.closest?.("[data-poll] form")?.getAttribute("action");
  board.innerHTML = tiles;
  board.dataset.mark = mark;
  if (link) board.querySelector(`a[href="${link}"]`)?.focus();
  if (form) board.querySelector(`form[action="${form}"] button`)?.focus();
}

function answered() {
  silent = 0;
  heard = board.querySelector(".now b")?.textContent ?? heard;
  say("");
}

function missed() {
  silent += 1;
  if (silent >= BEATS) say(`${lost.dataset.lost} ${heard}`);
}

setTimeout(beat, BEAT_MS);
