// Pictures on their way: made smaller where they are large, sent at once, shown above the field until the message goes.
import { h, icon } from "./view/dom.js";

const TYPES = ["image/png", "image/jpeg", "image/webp"];
const MOST = 4;
const LARGE = 1.5 * 1024 * 1024;
const LONGEST_SIDE = 2000;

/** @typedef {{id: string, url: string}} Sent */
/** @typedef {{file: File, preview: string, id: string, url: string, error: string}} Entry */

export class Pictures {
  /** @param {{t: import("./view/message.js").Tools["t"], upload: (file: Blob) => Promise<{id: string, url: string}>, onChange: () => void}} tools */
  constructor({ t, upload, onChange }) {
    this.t = t;
    this.upload = upload;
    this.onChange = onChange;
    this.entries = /** @type {Entry[]} */ ([]);
    this.notice = "";
    this.element = h("div", { class: "pictures", hidden: true });
    this.input = h("input", { type: "file", accept: TYPES.join(","), multiple: true, hidden: true });
    this.input.addEventListener("change", () => {
      this.take([...(this.input.files ?? [])]);
      this.input.value = "";
    });
  }

  /** Those that have arrived. @returns {Sent[]} */
  get sent() {
    return this.entries.filter((entry) => entry.id).map(({ id, url }) => ({ id, url }));
  }

  /** Whether none is still on its way or in trouble. */
  get isReady() {
    return this.entries.every((entry) => entry.id);
  }

  choose() {
    this.input.click();
  }

  /** @param {File[]} files */
  take(files) {
    const usable = files.filter((file) => TYPES.includes(file.type));
    const room = MOST - this.entries.length;
    this.notice =
      usable.length < files.length ? this.t("picture_bad") : usable.length > room ? this.t("picture_many", { n: MOST }) : "";
    for (const file of usable.slice(0, room)) {
      const entry = { file, preview: URL.createObjectURL(file), id: "", url: "", error: "" };
      this.entries.push(entry);
      void this.start(entry);
    }
    this.draw();
  }

  /** @param {Entry} entry */
  async start(entry) {
    entry.error = "";
    this.draw();
    try {
      const { id, url } = await this.upload(await shrink(entry.file));
      entry.id = id;
      entry.url = url;
    } catch (error) {
      entry.error = error instanceof Error ? error.message : String(error);
    }
    this.draw();
  }

  /** @param {Entry} entry */
  remove(entry) {
    URL.revokeObjectURL(entry.preview);
    this.entries = this.entries.filter((one) => one !== entry);
    this.notice = "";
    this.draw();
  }

  /** The message has gone. */
  clear() {
    for (const entry of this.entries) URL.revokeObjectURL(entry.preview);
    this.entries = [];
    this.notice = "";
    this.draw();
  }

  draw() {
    const { t } = this;
    const tiles = this.entries.map((entry) =>
      h(
        "span",
        { class: `picture${entry.id ? "" : entry.error ? " failed" : " going"}` },
        h("img", { src: entry.preview, alt: t("picture_sent") }),
        h(
          "button",
          { type: "button", class: "remove", "aria-label": t("remove"), onclick: () => this.remove(entry) },
          icon("close"),
        ),
        entry.error && h("button", { type: "button", class: "link", onclick: () => this.start(entry) }, t("retry")),
      ),
    );
    const trouble = this.notice || this.entries.find((entry) => entry.error)?.error;
    const notice = trouble && h("p", { class: "failed", role: "alert" }, trouble);
    this.element.replaceChildren(...tiles, ...(notice ? [notice] : []), this.input);
    this.element.hidden = !tiles.length && !notice;
    this.onChange();
  }
}

/** A large photo as a smaller JPEG; drawing it anew also drops where it was taken. @param {File} file @returns {Promise<Blob>} */
async function shrink(file) {
  if (file.size <= LARGE) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, LONGEST_SIDE / Math.max(image.width, image.height));
    const canvas = h("canvas", { width: Math.round(image.width * scale), height: Math.round(image.height * scale) });
    const pen = canvas.getContext("2d");
    if (!pen) return file;
    pen.fillStyle = "#ffffff"; // what was transparent would turn black
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    image.close();
    const smaller = await new Promise((/** @type {(blob: Blob | null) => void} */ done) => canvas.toBlob(done, "image/jpeg", 0.86));
    return smaller && smaller.size < file.size ? smaller : file;
  } catch {
    return file; // the server says what is wrong with it
  }
}
