// Served at /infusion/worker.js and /recovery/worker.js. Without the clinic a reload brings the open page back.
// Kept: the shell (style, script, font) and ONE page, the chair or recovery room opened last, encrypted with a key that
// cannot leave this browser. It is wiped at sign-out, when the clinic says that nobody is signed in, and when its time is over.
// Every page, figure and answer comes from the clinic while the clinic answers.
const SHELL = "clearhead-shell-1";
const KEPT = "clearhead-kept"; // web/forget.js and web/leave.js name it too
const PATIENCE_MS = 5000;
const CHAIR = /^\/(infusion|recovery)\/[0-9a-f-]{36}\/$/;
const REACH = /^\/(infusion|recovery)\/([0-9a-f-]{36})\//;
const ours = (reply) => reply.headers.has("X-Clinic"); // web/mark.py: whatever lacks it is a page of somebody else
const isFile = (reply) => reply.ok && !(reply.headers.get("Content-Type") || "").includes("html"); // a proxy may serve the shell
const visit = (path) => REACH.exec(path)?.[2];

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = request.onblocked = () => reject(request.error);
});

// Opened for each use and closed again, so that wiping never waits for us.
async function shelf(work) {
  const request = indexedDB.open(KEPT, 1);
  request.onupgradeneeded = () => request.result.createObjectStore("kept");
  const db = await done(request);
  db.onversionchange = () => db.close();
  try { return await work(db); } finally { db.close(); }
}

const read = (db, name) => done(db.transaction("kept").objectStore("kept").get(name));
const write = (db, name, value) => done(db.transaction("kept", "readwrite").objectStore("kept").put(value, name));

async function keyOf(db) {
  const known = await read(db, "key");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await write(db, "key", made);
  return made;
}

async function seal(db, about, text) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new TextEncoder().encode(about);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, await keyOf(db), new TextEncoder().encode(text));
  return { about, iv, sealed };
}

async function unseal(db, row) {
  const additionalData = new TextEncoder().encode(row.about);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData }, await keyOf(db), row.sealed);
  return new TextDecoder().decode(plain);
}

const forget = () => done(indexedDB.deleteDatabase(KEPT));

// The clinic says how long a page may be kept; without its word nothing is.
async function keep(path, reply) {
  const seconds = Number(reply.headers.get("X-Keep-Offline"));
  if (!ours(reply) || !(seconds > 0) || !CHAIR.test(path)) return;
  const html = await reply.text();
  await shelf(async (db) => {
    const page = await seal(db, path, html);
    const policy = reply.headers.get("Content-Security-Policy") || "default-src 'self'";
    await write(db, "page", { ...page, policy, until: Date.now() + seconds * 1000 });
    await write(db, "parts", null);
  });
}

async function keptPage() {
  return shelf(async (db) => {
    const page = await read(db, "page");
    if (!page) return null;
    if (page.until <= Date.now()) { await write(db, "page", null); await write(db, "parts", null); return null; }
    const parts = await read(db, "parts");
    const newest = parts?.about === page.about ? await unseal(db, parts) : "";
    const html = (await unseal(db, page)).replace("</body>", () => `<template id="kept-parts">${newest}</template></body>`);
    return { path: page.about, policy: page.policy, html };
  });
}

async function withoutClinic(url) {
  const kept = await keptPage().catch(() => null);
  if (!kept || visit(kept.path) !== visit(url.pathname)) return Response.error();
  if (kept.path !== url.pathname) return Response.redirect(kept.path, 302); // another page of this visit: back to it
  const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Content-Security-Policy": kept.policy };
  return new Response(kept.html, { headers });
}

// Whether a redirect is the clinic's own, to its sign-in, and not a hotel's to its terms.
async function leadsHome(url) {
  try { return ours(await fetch(url, { credentials: "same-origin", headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) })); } catch { return false; }
}

async function page(event) {
  const url = new URL(event.request.url);
  const patience = CHAIR.test(url.pathname) ? { signal: AbortSignal.timeout(PATIENCE_MS) } : undefined;
  let reply;
  try {
    reply = await fetch(event.request, patience);
  } catch (fault) {
    const kept = await withoutClinic(url);
    return kept.type === "error" && fault.name === "TimeoutError" ? fetch(event.request) : kept;
  }
  const away = reply.type === "opaqueredirect" ? !(await leadsHome(url)) : !ours(reply) || (reply.status >= 502 && reply.status <= 504);
  if (away) {
    const kept = await withoutClinic(url);
    return kept.type === "error" ? reply : kept;
  }
  const signedOut = reply.type === "opaqueredirect" || [401, 403].includes(reply.status);
  if (CHAIR.test(url.pathname) && signedOut && !reply.headers.has("X-Locked")) event.waitUntil(forget().catch(() => {}));
  if (reply.status === 200) event.waitUntil(keep(url.pathname, reply.clone()).catch(() => {}));
  return reply;
}

async function shell(event) {
  const cache = await caches.open(SHELL);
  try {
    const reply = await fetch(event.request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (isFile(reply)) event.waitUntil(cache.put(event.request.url, reply.clone()));
    else if (!ours(reply)) throw new Error("answered by somebody else");
    return reply;
  } catch { return (await cache.match(event.request.url)) || Response.error(); }
}

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (event.request.mode === "navigate" && REACH.test(url.pathname)) event.respondWith(page(event));
  else if (url.pathname.startsWith("/static/")) event.respondWith(shell(event));
});

async function store(cache, file) {
  const reply = await fetch(file);
  if (isFile(reply)) await cache.put(file, reply);
}

// The first page of a new worker came before it: it is asked for once more, with its shell.
async function begin({ path, files }) {
  const cache = await caches.open(SHELL);
  await Promise.all(files.map(async (file) => (await cache.match(file)) || store(cache, file)));
  if ((await keptPage().catch(() => null))?.path === path) return;
  const reply = await fetch(path, { credentials: "same-origin", redirect: "error", headers: { "HX-Request": "true" } });
  if (reply.status === 200) await keep(path, reply);
}

async function newest({ path, parts }) {
  await shelf(async (db) => {
    const known = await read(db, "page");
    if (known?.about === path) await write(db, "parts", await seal(db, path, parts));
  });
}

addEventListener("message", (event) => {
  const said = event.data || {};
  if (said.begin) event.waitUntil(begin(said.begin).catch(() => {}));
  if (said.newest) event.waitUntil(newest(said.newest).catch(() => {}));
});
addEventListener("install", (event) => event.waitUntil(skipWaiting()));
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
