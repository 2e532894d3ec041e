// What waits on this phone. Every entry carries an id chosen here, so sending it twice changes nothing, and the name of
// the diary it was written in: only the pages of that diary send it. The name says nothing to anybody but the clinic.
const STORE = "entries";
const MOST = 50; // in one letter: the clinic answers it in time, and takes up to 200
const PATIENCE_MS = 10000;
const NOBODY = new Set([401, 403]);

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open("clearhead-diary", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true });
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function inStore(mode, work) {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const transaction = opened.transaction(STORE, mode);
      const asked = work(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(asked?.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } finally {
    opened.close();
  }
}

const everything = () => inStore("readonly", (store) => store.getAll());
export const keep = (entry) => inStore("readwrite", (store) => store.add(entry));
export const forget = (order) => inStore("readwrite", (store) => store.delete(order));

// What is said about an entry, if it is still here.
export const mark = (order, said) => inStore("readwrite", (store) => {
  store.get(order).onsuccess = ({ target }) => { if (target.result) store.put({ ...target.result, ...said }); };
});

// The entries of this diary, in the order in which they were tapped.
export const waiting = async (names) => (await everything()).filter((entry) => names.includes(entry.diary));

// Those of an earlier version, which did not say whose they are: nobody can tell, so they are never sent.
export const unnamed = async () => (await everything()).filter((entry) => !entry.diary);

const token = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

// The clinic's answers to one letter; null when it was not reached. A stranger's page in between is not the clinic.
async function letter(address, entries, patience, told) {
  try {
    const reply = await fetch(address, {
      method: "POST", redirect: "manual", signal: AbortSignal.timeout(patience),
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
      body: JSON.stringify({ entries: entries.map(({ order, told: _said, refused, ...own }) => own) }),
    });
    told.signIn = reply.type === "opaqueredirect" || NOBODY.has(reply.status);
    const results = reply.ok ? (await reply.json()).results : null;
    return Array.isArray(results) ? new Map(results.map((one) => [one.id, one])) : null;
  } catch { return null; }
}

async function settle(entries, answers, told) {
  for (const entry of entries) {
    const { state, sentence = "" } = answers.get(entry.id) ?? {};
    if (state === "saved") {
      await forget(entry.order);
      told.sent += 1;
      told.sentence = sentence || told.sentence;
    } else if (state) {
      await mark(entry.order, { told: sentence, refused: state === "refused" });
      told.refused ||= state === "refused" ? sentence : "";
    }
  }
}

async function sendAll({ address, names, patience = PATIENCE_MS }) {
  const told = { sent: 0, reached: true, signIn: false, refused: "", sentence: "" };
  const queued = (await waiting(names)).filter((entry) => !entry.refused);
  for (let first = 0; first < queued.length && told.reached; first += MOST) {
    const part = queued.slice(first, first + MOST);
    const answers = await letter(address, part, patience, told);
    told.reached = answers !== null;
    if (answers) await settle(part, answers, told);
  }
  return told;
}

// One after the other: a start is answered before what belongs to it is sent again.
let turn = Promise.resolve();
export const drain = (where) => (turn = turn.then(() => sendAll(where)).catch(() => null));
