// The offline queue. What is entered is kept on the device before the screen says so, encrypted with a key that cannot
// leave this browser, and deleted when the server says it has it. An entry names its session by code, never a person.
import { heard } from "./clinic.js";

const NAME = "clearhead-outbox";
export const LONGEST_MS = 24 * 3600 * 1000;
export const ASIDE_MS = 600000; // what the clinic does not take is offered again now and then: another person may be let in
export const HELD_MS = 16000; // while a form sends an entry itself, also twice, no drain of any tab sends it too

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const finished = (transaction) => new Promise((resolve, reject) => {
  transaction.oncomplete = () => resolve();
  transaction.onabort = transaction.onerror = () => reject(transaction.error);
});

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore("keys");
    request.result.createObjectStore("entries", { keyPath: "client_id" });
  };
  return done(request);
}

async function keyOf(db) {
  const known = await done(db.transaction("keys").objectStore("keys").get("queue"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  const write = db.transaction("keys", "readwrite", { durability: "strict" });
  const store = write.objectStore("keys");
  const first = await done(store.get("queue")); // another tab may have been quicker
  if (!first) store.put(made, "queue");
  await finished(write);
  return first || made;
}

const text = new TextEncoder();
const bound = (row) => text.encode(`${row.scope} ${row.client_id}`);

export const usable = () => globalThis.isSecureContext === true && "indexedDB" in globalThis && !!globalThis.crypto?.subtle;

export async function openOutbox() {
  const db = await open();
  const key = await keyOf(db);
  const rows = () => done(db.transaction("entries").objectStore("entries").getAll());

  async function write(change) {
    const transaction = db.transaction("entries", "readwrite", { durability: "strict" });
    change(transaction.objectStore("entries"));
    await finished(transaction);
  }

  async function unsealed(row) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: row.iv, additionalData: bound(row) }, key, row.sealed);
    return JSON.parse(new TextDecoder().decode(plain));
  }

  return {
    // Resolves when the entry is on the disk of this device.
    async put(scope, entry, now = Date.now()) {
      const row = { client_id: entry.client_id, scope, kept_at: now, held_until: now + HELD_MS, iv: crypto.getRandomValues(new Uint8Array(12)) };
      row.sealed = await crypto.subtle.encrypt(
        { name: "AES-GCM", iv: row.iv, additionalData: bound(row) }, key, text.encode(JSON.stringify(entry)),
      );
      await write((store) => store.put(row));
    },
    async remove(ids) {
      if (ids.length) await write((store) => ids.forEach((id) => store.delete(id)));
    },
    // The form could not send it: the next drain may.
    async release(id) {
      await write((store) => {
        store.get(id).onsuccess = ({ target }) => { if (target.result) store.put({ ...target.result, held_until: 0 }); };
      });
    },
    // The clinic does not take it: kept and counted, out of the way of the others.
    async setAside(ids, now = Date.now()) {
      await write((store) => ids.forEach((id) => {
        store.get(id).onsuccess = ({ target }) => { if (target.result) store.put({ ...target.result, aside_at: now }); };
      }));
    },
    // When each entry that was set aside was kept.
    async aside() {
      return (await rows()).filter((row) => row.aside_at).map((row) => row.kept_at).sort((a, b) => a - b);
    },
    // What may be sent, by session, each list in the order in which it happened.
    async list(now = Date.now(), { all = false } = {}) {
      const sessions = new Map();
      for (const row of await rows()) {
        if (row.held_until > now && row.held_until <= now + HELD_MS) continue;
        if (!all && row.aside_at <= now && now - row.aside_at < ASIDE_MS) continue;
        const entry = await unsealed(row);
        sessions.set(row.scope, [...(sessions.get(row.scope) || []), entry]);
      }
      for (const listed of sessions.values()) listed.sort((a, b) => Date.parse(a.happened_at) - Date.parse(b.happened_at));
      return sessions;
    },
    // Everything that waits, to be read back: [{scope, entry}] in the order in which it happened.
    async waiting() {
      const opened = await Promise.all((await rows()).map(async (row) => ({ scope: row.scope, entry: await unsealed(row) })));
      return opened.sort((a, b) => Date.parse(a.entry.happened_at) - Date.parse(b.entry.happened_at));
    },
    async count() {
      return (await rows()).length;
    },
    // What stayed unsent for a day is removed; the answer says how many, so that somebody can be told.
    async sweep(now = Date.now()) {
      const old = (await rows()).filter((row) => now - row.kept_at > LONGEST_MS).map((row) => row.client_id);
      await this.remove(old);
      return old.length;
    },
  };
}

const SETTLED = new Set(["saved", "repeated", "set_aside", "conflict"]);
const NOBODY = new Set([401, 403]);
const LATER = new Set([408, 425, 429]);
const ids = (entries) => entries.map((one) => one.client_id);

// In order, at most a hundred at once, and never two patients' tokens in one: the token speaks for the whole letter.
function letters(entries) {
  const made = [];
  for (const entry of entries) {
    const last = made.at(-1);
    if (last && last.length < 100 && last[0].form_for === entry.form_for) last.push(entry); else made.push([entry]);
  }
  return made;
}

// Send every session's entries; delete what the server holds. `conflict` means that this id was saved before.
// One tab at a time sends; a second one does nothing and a replay would be harmless.
// `last`: nobody may come after us; it waits for its turn, and what was set aside is offered once more.
export async function drain(outbox, addressOf, { device, wait = 8000, last = false } = {}) {
  const send = async () => {
    const told = { sent: 0, aside: 0, byHand: [], signIn: false, failed: false, left: 0, savedAt: null };
    for (const [scope, entries] of await outbox.list(Date.now(), { all: last })) {
      for (const part of letters(entries)) await deliver(outbox, addressOf(scope), part, { device, wait, told });
    }
    told.byHand = await outbox.aside();
    told.left = await outbox.count();
    return told;
  };
  if (!navigator.locks) return send();
  return navigator.locks.request("clearhead-drain", { ifAvailable: !last }, (lock) => (lock ? send() : null));
}

// One letter of entries. What is refused as a whole is sent one by one: what is still refused then is set aside.
async function deliver(outbox, address, part, { device, wait, told }) {
  const reply = heard(await fetch(address, {
    method: "POST", credentials: "same-origin", signal: AbortSignal.timeout(wait), redirect: "manual",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ entries: part, device_now: new Date().toISOString(), device, form_for: part[0].form_for }),
  }));
  if (reply.ok) return settle(outbox, await reply.json(), told);
  if (reply.type === "opaqueredirect" || NOBODY.has(reply.status)) { told.signIn = true; return null; }
  if (reply.status >= 500 || LATER.has(reply.status)) { told.failed = true; return null; }
  if (part.length === 1) return outbox.setAside(ids(part));
  for (const entry of part) await deliver(outbox, address, [entry], { device, wait, told });
  return null;
}

async function settle(outbox, said, told) {
  const gone = said.receipts.filter((one) => SETTLED.has(one.status));
  await outbox.remove(ids(gone));
  await outbox.setAside(ids(said.receipts.filter((one) => one.status === "unreadable" && one.client_id)));
  told.sent += gone.length;
  told.aside += said.receipts.filter((one) => one.status === "set_aside").length;
  told.signIn ||= said.receipts.some((one) => one.status === "sign_in");
  told.savedAt = said.now;
}
