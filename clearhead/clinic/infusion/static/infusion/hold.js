// STOP: a short hold by finger or mouse, one press by keyboard or a reader. Without script it is a plain button.
export const HOLD_MS = 600;

export function holdToSend(button, words) {
  const rest = button.textContent;
  button.textContent = words.holdWord || rest;
  let timer = null;
  let through = false;
  const letGo = () => {
    clearTimeout(timer);
    timer = null;
    button.classList.remove("held");
    button.textContent = words.holdWord || rest;
  };
  button.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    button.classList.add("held");
    button.textContent = words.holding;
    timer = setTimeout(() => { letGo(); through = true; button.form.requestSubmit(button); through = false; }, HOLD_MS);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) button.addEventListener(name, letGo);
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  // detail 0 is the keyboard or an assistive tool: a single press counts.
  button.addEventListener("click", (event) => { if (event.detail !== 0 && !through) event.preventDefault(); });
}
