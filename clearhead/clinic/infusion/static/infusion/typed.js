// Whether somebody has begun to answer a field: what was served is no answer.
export const typed = (field) => (["checkbox", "radio"].includes(field.type) ? field.checked !== field.defaultChecked
  : field.options ? false : field.value !== field.defaultValue);
