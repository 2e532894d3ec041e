// A camera's picture is made small before it is sent. Without script it goes as it is, and the clinic checks its size.
"use strict";
for (const field of document.querySelectorAll("input[data-shrink]")) {
  field.addEventListener("change", async () => {
    const file = field.files[0];
    const most = Number(field.dataset.shrink);
    if (!file || !window.createImageBitmap) return;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, most / Math.max(picture.width, picture.height));
      if (scale === 1) return;
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(picture.width * scale);
      canvas.height = Math.round(picture.height * scale);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
      if (!small || field.files[0] !== file) return;
      const carried = new DataTransfer();
      carried.items.add(new File([small], "photo.jpg", { type: "image/jpeg" }));
      field.files = carried.files;
    } catch {
      // Not a picture, or one this browser cannot read: the clinic says so.
    }
  });
}
