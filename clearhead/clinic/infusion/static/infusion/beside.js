// A page beside the chair's screen: renewed when the chair has a new fact. Ticks stay, and what is typed is never touched.
const BEAT_MS = 2000;
const BEATS = 3;
const head = document.querySelector("[data-beside]");
const served = new Map([...document.querySelectorAll("[data-part]")].map((part) => [part.id, part.outerHTML]));
let number = "";
let silent = 0;

const ask = (address) => fetch(address, {
  credentials: "same-origin", cache: "no-store", redirect: "error", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(4000),
});

async function renew() {
  const reply = await ask(location.href);
  if (!reply.ok) throw new Error(`answered ${reply.status}`);
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  for (const part of page.querySelectorAll("[data-part]")) swap(part);
  head.querySelector("b").textContent = page.querySelector("[data-beside] b")?.textContent ?? "";
}

function swap(part) {
  const here = document.getElementById(part.id);
  if (!here || served.get(part.id) === part.outerHTML || here.querySelector(":active")) return;
  served.set(part.id, part.outerHTML);
  const ticked = new Set([...here.querySelectorAll("input:checked")].map((box) => box.value));
  const fresh = document.importNode(part, true);
  for (const box of fresh.querySelectorAll("input[type=checkbox]")) box.checked = ticked.has(box.value);
  here.replaceWith(fresh);
}

async function beat() {
  try {
    const reply = await ask(`${head.dataset.beside}?after=${number}`);
    if (![200, 304].includes(reply.status)) throw new Error(`answered ${reply.status}`);
    if (reply.status === 200) {
      number = (await reply.text()).match(/data-number="([^"]+)"/)?.[1] ?? "";
      await renew();
    }
    silent = 0;
  } catch {
    silent += 1;
  }
  head.classList.toggle("flagword", silent >= BEATS);
  head.querySelector("span").hidden = silent < BEATS;
  setTimeout(beat, BEAT_MS - 200);
}

setTimeout(beat, BEAT_MS - 200);
