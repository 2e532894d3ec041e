// What the pump runs at as far as this screen knows: the clinic's last word, then what waits on this tablet (waits.js).
const strip = () => document.getElementById("part-strip")?.dataset || {};

export function mlOf({ value, unit }) {
  const { mgPerMl, kg } = strip();
  return unit === "mL/h" ? Number(value) : (Number(value) * (unit === "mg/h" ? 1 : Number(kg))) / Number(mgPerMl);
}

export const runsAt = () => Number(document.body.dataset.mlPerH ?? strip().mlPerH);

// As the clinic reads it (medicine/units.py): 12 or 0.5, never 1,6 or -3.
export const PLAIN_NUMBER = /^(0|[1-9]\d*)(\.\d+)?$/;
